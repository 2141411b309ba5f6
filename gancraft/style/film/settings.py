"""Settings of painting a film, beside those of its method."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator

from gancraft.options import Options, option

Flow = Literal["auto", "raft", "classic"]


class FilmOptions(Options):
    """The part `film`."""

    frames: str | None = option(None, "Only these frames, as in 1-48, counted from 1; without it: all.", basic=True)
    flow: Flow = option(
        "auto",
        "How the motion is found: by a network (raft), where torchvision's weights of it are on this machine, or without one "
        "(classic).",
    )
    temporal_weight: float = option(
        1.0,
        "Weight of the loss that keeps frames like the one before them; 0: none. For methods that optimise.",
        ge=0,
        le=1e6,
    )
    warm_iterations: int = option(
        40,
        "Steps for each frame after a scene's first: it starts at the one before, moved.",
        ge=1,
        le=100_000,
        basic=True,
    )
    smoothing: float = option(
        0.5,
        "Share of the frame before, moved, in each frame. For methods that don't optimise.",
        ge=0,
        le=0.95,
        basic=True,
    )
    cuts: float = option(0.5, "How soon a change of scene is seen: from 0, never, to 1.", ge=0, le=1)

    @field_validator("frames")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        if value is not None:
            first_and_last(value)
        return value


def first_and_last(text: str | None) -> tuple[int, int | None]:
    """`5-20`, `5-`, `5` as numbers counted from 1, both included; None for no end. Raises ValueError."""
    if text is None:
        return 1, None
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*(-\s*([0-9]{1,9})?\s*)?", text)
    if found is None or int(found[1]) < 1:
        raise ValueError("give two numbers of frames, counted from 1, as in 1-48")
    first = int(found[1])
    last = int(found[3]) if found[3] else (None if found[2] else first)
    if last is not None and last < first:
        raise ValueError("the second frame comes before the first")
    return first, last
