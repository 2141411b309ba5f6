"""A film that is read: how many frames, when each is shown, and the frames themselves, upright.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from gancraft.errors import UsageError


@dataclass(frozen=True)
class Clock:
    """When frames are shown. stamps: their beginnings, growing, in units of `unit` seconds; last: how long the last one is
    shown, in the same units."""

    stamps: Sequence[int]
    last: int
    unit: Fraction

    def part(self, first: int, last: int | None) -> Clock:
        """Of frames `first` to `last` only, counted from 1. Raises UsageError where there are fewer."""
        if first > len(self.stamps):
            raise UsageError(f"--frames {first}: the film has only {len(self.stamps)} frames")
        stop = len(self.stamps) if last is None else min(last, len(self.stamps))
        until = self.stamps[stop] if stop < len(self.stamps) else self.stamps[-1] + self.last
        return Clock(self.stamps[first - 1 : stop], until - self.stamps[stop - 1], self.unit)

    @property
    def durations(self) -> list[int]:
        """How long each frame is shown."""
        return [b - a for a, b in zip(self.stamps, [*self.stamps[1:], self.stamps[-1] + self.last], strict=True)]

    @property
    def rate(self) -> Fraction:
        """Frames a second, on average."""
        length = (self.stamps[-1] + self.last - self.stamps[0]) * self.unit
        return (len(self.stamps) / length).limit_denominator(1001) if length > 0 else Fraction(25)


class Film(ABC):
    """A film that was opened. width, height: of a frame, upright; aspect: width of a pixel over its height; sounds: how many
    streams of sound it has."""

    def __init__(
        self, path: Path, width: int, height: int, clock: Clock, aspect: Fraction = Fraction(1), sounds: int = 0
    ):
        self.path, self.width, self.height, self.clock = path, width, height, clock
        self.aspect, self.sounds = aspect, sounds
        self.sha256 = _sha256(path)
        self.broken = ""  # why the end couldn't be read, once `frames` came there

    @abstractmethod
    def frames(self) -> Iterator[np.ndarray | None]:
        """A frame, HWC, for every stamp of the clock; None for one that can't be decoded."""

    def __len__(self) -> int:
        return len(self.clock.stamps)


def check_pixels(where: str, width: int, height: int, max_megapixels: float) -> None:
    """Raise UsageError for frames with more millions of pixels, before any is decoded."""
    if width * height > max_megapixels * 1e6:
        raise UsageError(
            f"{where} has frames of {width * height / 1e6:,.4g} megapixels, over the limit of {max_megapixels:g}: give a "
            "smaller film, or raise --max-megapixels"
        )


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
