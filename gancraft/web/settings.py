"""What the page allows, in one place: for a public Space, where strangers share two cores, and for one's own machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Everything that computes waits in one of these lines; the number is how many of it are under way at the same time. A
# picture never waits for somebody's training to end: runs of different lines take turns.
LINES = {"instant": 2, "paint": 1, "learn": 1, "train": 1}
# What a training gets of the processor where somebody else's run wants it too, and has 1. Whoever paints is looking at the
# page and waits; a training goes on for minutes.
TRAIN_WEIGHT = 0.35
# Visitors waiting in all lines together; the next one is told at once that the page is busy. Whoever waits sees their place
# and about how long it takes, and may leave, which costs nobody anything; whoever is sent away must come back by luck. So the
# line is as long as people might wait: forty default paintings take two cores about a quarter of an hour.
QUEUE_SIZE = 40
# Seconds between two words to whoever waits: without it they aren't told that somebody before them has left.
TELL_EVERY = 1.0
# Visits that the server remembers, 0.6 MB each; who comes back to a page from before those has to load it anew.
SESSIONS = 500
MAX_FILE_SIZE = "20mb"
MAX_BODY = 8_000_000  # bytes of a request that is no upload
DISK_LEFT = 1_000_000_000  # bytes; with less of it free no upload is taken
MAX_TEXT = 1000  # characters of any text field
CACHE_SECONDS = 3600  # files of visitors are deleted after an hour; looked for as often
EVERY = 0.5  # seconds between two looks at a run, at least
DRAWING = 4  # and at least this many times as long as the last look took to draw
STOP_SECONDS = 20.0  # how long Stop waits for a run to end; one that has begun ends by itself, if later
PUBLIC_VARIABLES = ("SPACE_ID", "GANCRAFT_PUBLIC")  # either one set makes the page a public one


@dataclass(frozen=True)
class Limits:
    """Bounds of what a visitor may ask for.

    max_side, start_side: long side of a painting in pixels, the largest and the one that the page opens with; maxima: upper
    bounds of settings by name, below the plugin's own; max_seconds: a painting is stopped then, and what there is is kept;
    max_megapixels: larger input pictures are refused; max_styles: style pictures at once; computer: settings about devices
    and networks are shown.

    train_side, train_pictures, train_seconds, train_maxima: the same for training: the side of its pictures, how many are
    to be seen in all, when it is stopped. set_files, set_megabytes: of a set of pictures, how many files and how large
    unpacked. film_seconds: of a walk. keep_runs: runs stay in the folder `runs`, instead of going when the visitor goes.

    memory: bytes that a painting may be told to take. painted_frames, painted_side: of a film that is painted, how many
    frames, and their long side in pixels.

    train_start_side, train_start_pictures: what the page opens with, where neither method nor pictures say otherwise;
    train_parameters: how many numbers all networks together may have.

    upload_megabytes: of all files of an upload together.
    """

    max_side: int
    start_side: int
    max_megapixels: float
    max_seconds: float = float("inf")
    maxima: Mapping[str, float] = field(default_factory=dict)
    max_styles: int = 4
    memory: float = float("inf")
    painted_frames: int = 100_000
    painted_side: int = 2048
    computer: bool = True
    train_side: int = 256
    train_pictures: int = 10_000_000
    train_seconds: float = float("inf")
    train_maxima: Mapping[str, float] = field(default_factory=dict)
    set_files: int = 100_000
    set_megabytes: float = 10_000
    film_seconds: float = 60
    keep_runs: bool = True
    upload_megabytes: float = float("inf")
    train_start_side: int = 32
    train_start_pictures: int = 100_000
    train_parameters: float = float("inf")


PUBLIC = Limits(
    max_side=768,
    start_side=384,
    max_megapixels=40,
    max_seconds=240,
    maxima={"iterations": 400, "warm_iterations": 100},
    memory=4e9,
    painted_frames=150,
    painted_side=384,
    computer=False,
    train_side=64,
    train_pictures=200_000,
    train_seconds=600,
    train_maxima={
        "batch": 256,
        "width": 128,
        "max_width": 1024,
        "latent_size": 1024,
        "side": 128,
        "discriminator_steps": 10,
        "generator_steps": 10,
    },
    set_files=2_000,
    set_megabytes=200,
    film_seconds=8,
    keep_runs=False,
    upload_megabytes=250,
    train_start_side=16,
    train_parameters=60_000_000,
)
OWN = Limits(max_side=2048, start_side=512, max_megapixels=100, maxima={"iterations": 2000})


def limits() -> Limits:
    """Those that hold where the page runs now."""
    return PUBLIC if any(os.environ.get(name, "") not in ("", "0") for name in PUBLIC_VARIABLES) else OWN


def line(name: str) -> dict[str, Any]:
    """For an event that computes: the line that it waits in."""
    return {"concurrency_id": name, "concurrency_limit": LINES[name]}
