"""What the page allows, in one place: for a public Space, where strangers share two cores, and for one's own machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

QUEUE_ID = "compute"  # every event that computes shares this one queue, whatever its tab
AT_ONCE = 1  # runs at the same time: two would each take twice as long, and twice the memory
QUEUE_SIZE = 16  # visitors waiting; the next one is told at once that it is full
MAX_FILE_SIZE = "20mb"
CACHE_SECONDS = 3600  # files of visitors are deleted after an hour; looked for as often
EVERY = 0.5  # seconds between two looks at a run, at least
DRAWING = 4  # and at least this many times as long as the last look took to draw
STOP_SECONDS = 20.0  # how long Stop waits for a run to end by itself before it is cut off
PUBLIC_VARIABLES = ("SPACE_ID", "GANCRAFT_PUBLIC")  # either one set makes the page a public one


@dataclass(frozen=True)
class Limits:
    """Bounds of what a visitor may ask for.

    max_side, start_side: long side of the result in pixels, the largest and the one that the page opens with; maxima: upper
    bounds of settings by name, below the plugin's own; max_seconds: a run is stopped then, and what there is is kept;
    max_megapixels: larger input pictures are refused; computer: settings about devices and networks are shown.
    """

    max_side: int
    start_side: int
    max_megapixels: float
    max_seconds: float = float("inf")
    maxima: Mapping[str, float] = field(default_factory=dict)
    computer: bool = True


PUBLIC = Limits(
    max_side=768,
    start_side=384,
    max_megapixels=40,
    max_seconds=240,
    maxima={"iterations": 400},
    computer=False,
)
OWN = Limits(max_side=2048, start_side=512, max_megapixels=100, maxima={"iterations": 2000})


def limits() -> Limits:
    """Those that hold where the page runs now."""
    return PUBLIC if any(os.environ.get(name, "") not in ("", "0") for name in PUBLIC_VARIABLES) else OWN
