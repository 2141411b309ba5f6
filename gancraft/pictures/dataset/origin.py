"""What every source of pictures gives: names, a way to open each picture, and labels if it has some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gancraft.pictures.picture import Picture

# Below this many bytes a file, threads lose more by taking turns in Python than they gain (measured).
_WORTH_THREADS = 8_000


@dataclass(frozen=True)
class Origin:
    """Pictures that are yet to be prepared.

    where: the source in messages. names: of each picture. open: the picture of a number; raises UsageError for one that
    can't be read. measure: its width and height in pixels, or None if it can't be read; quicker than `open`. stamp: anything
    JSON holds that differs whenever the pictures may. label: number of a picture's class, None without labels; asked for
    after the picture has been opened. classes: their names; a number beyond them is its own name. notes: for people.
    parallel: whether opening several at a time pays.
    """

    where: str
    names: tuple[str, ...]
    open: Callable[[int], Picture]
    measure: Callable[[int], tuple[int, int] | None]
    stamp: Any
    label: Callable[[int], int] | None = None
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parallel: bool = False


def worth_threads(sizes: Sequence[int]) -> bool:
    """Whether files of so many bytes are large enough to be opened several at a time."""
    return sum(sizes) > _WORTH_THREADS * len(sizes)
