"""From the name of a source to its pictures.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gancraft.errors import UsageError, hint
from gancraft.interfaces.training import DataShape
from gancraft.pictures._files import reason, shown
from gancraft.pictures.dataset.archive import archive_origin
from gancraft.pictures.dataset.build import build
from gancraft.pictures.dataset.digits import digits_origin
from gancraft.pictures.dataset.folder import folder_origin
from gancraft.pictures.dataset.origin import Origin
from gancraft.pictures.dataset.paintings import paintings_origin
from gancraft.pictures.dataset.picture_set import PictureSet
from gancraft.pictures.dataset.prepare import preparation, prepared
from gancraft.pictures.dataset.ring import ring_set
from gancraft.pictures.dataset.shapes import SIDE, shapes_origin
from gancraft.pictures.dataset.size import USUAL, own_size, parse_size
from gancraft.pictures.dataset.torchvision import COMMON, PREFIX, torchvision_origin


@dataclass(frozen=True)
class DataSample:
    """A set that comes with gancraft. source: how it is asked for; summary: one line; shape: of its pictures where nobody
    asks for a size."""

    source: str
    summary: str
    shape: DataShape

    @property
    def name(self) -> str:
        """Without the prefix."""
        return self.source.partition(":")[2]


_ALL = (
    DataSample("sample:paintings", "4,096 small abstract paintings at any size, made here", DataShape(3, USUAL, USUAL)),
    DataSample(
        "sample:shapes", "4,096 coloured shapes in four classes, at any size, made here", DataShape(3, SIDE, SIDE)
    ),
    DataSample("sample:digits", "1,797 handwritten digits of 8x8 pixels", DataShape(1, 8, 8)),
    DataSample(
        "sample:ring",
        "8,192 points in the plane about 8 centres: the test of mode collapse",
        DataShape(2, 1, 1),
    ),
)
_SAMPLES = {sample.source: sample for sample in _ALL}


def data_samples() -> list[DataSample]:
    """The sets that come with gancraft."""
    return list(_ALL)


def open_set(
    source: str,
    *,
    size: str | None = None,
    channels: str = "auto",
    fit: str = "cover",
    background: str = "white",
    labels: bool = False,
    max_megapixels: float = 100.0,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PictureSet:
    """Pictures of one size for training.

    source: a folder (with its subfolders), a .zip, "torchvision:NAME", or one of `data_samples`. size: "64" or "96x64" in
    pixels, 8 to 4,096; without it the data's own, if that is one and at most 64, else 64 x 64. channels: "1" grey (luma of
    Rec. 709), "3" colour on the background, "4" with alpha, "auto" grey where all are and else colour. fit: "cover" (cropped
    at the centre), "contain" (whole, on the background) or "stretch". background: a colour's name or #rrggbb. labels: the
    first folders, or the set's own classes. max_megapixels: larger pictures are left out. cache: a folder where prepared
    pixels are kept and found again (see `default_cache`). progress: called with the pictures done and their number, in the
    caller's thread. Pictures that can't be read are left out, with a note. Raises UsageError for whatever is wrong with the
    settings, for a source that isn't there, and for fewer than 8 readable pictures.
    """
    how = preparation(None if size is None else parse_size(size), channels, fit, background, max_megapixels)
    if source == "sample:ring":
        return ring_set(source, labels)
    return build(source, _origin(source, how.size, labels, max_megapixels), how, cache, progress)


def glimpse(source: str, count: int, size: str | None = None) -> np.ndarray:
    """x_NCHW of `count` pictures from all over a set, without preparing the rest: uint8, or points in the plane. source,
    size: as in `open_set`, which raises the same."""
    if source == "sample:ring":
        return ring_set(source, False).x_NCHW[:count]
    how = preparation(None if size is None else parse_size(size), "3", "cover", "white", 100.0)
    origin = _origin(source, how.size, False, how.max_megapixels)
    width, height = how.size or own_size(origin)
    numbers = np.linspace(0, len(origin.names) - 1, count).astype(int)
    return np.stack([prepared(origin.open(int(number)), width, height, how) for number in numbers])


def survey(source: str, size: str | None = None) -> tuple[int, DataShape]:
    """How many pictures a source has, and what size they would be brought to, without preparing any: some may turn out to be
    unreadable, and all are taken for colour. source, size: as in `open_set`, which raises the same."""
    if source == "sample:ring":
        ring = ring_set(source, False)
        return len(ring), ring.shape
    wanted = None if size is None else parse_size(size)
    origin = _origin(source, wanted, False, 100.0)
    width, height = wanted or own_size(origin)
    return len(origin.names), DataShape(3, height, width)


def _origin(source: str, size: tuple[int, int] | None, labels: bool, max_megapixels: float) -> Origin:
    if source == "sample:paintings":
        return paintings_origin(size, labels)
    if source == "sample:shapes":
        return shapes_origin(size, labels)
    if source == "sample:digits":
        return digits_origin(labels)
    if source.startswith("sample:"):
        close = hint(source, _SAMPLES)
        raise UsageError(f"there is no data set '{shown(source)}'{close}; there are {', '.join(_SAMPLES)}")
    if source.startswith(PREFIX):
        return torchvision_origin(source.removeprefix(PREFIX), labels)
    try:
        path = Path(source).expanduser()
        if source and path.is_dir():
            return folder_origin(path, labels, max_megapixels)
        there = bool(source) and path.exists()
    except (OSError, ValueError, RuntimeError) as problem:
        raise UsageError(f"{shown(source)} can't be read: {reason(problem)}; check the name") from None
    if not there:
        raise UsageError(
            f"{shown(source) or 'a folder without a name'} doesn't exist{_meant(source)}: give a folder, a .zip, "
            f"{PREFIX}NAME, or one of {', '.join(_SAMPLES)}"
        )
    if path.suffix.lower() == ".zip" and path.is_file():
        return archive_origin(path, labels, max_megapixels)
    raise UsageError(f"{shown(source)} is a file: give the folder that holds the pictures, or a .zip of them")


def _meant(source: str) -> str:
    """A hint where the name of a set was given without its prefix, or nearly."""
    names = [*_SAMPLES, *(PREFIX + name for name in COMMON)]
    for name in names:
        if source.casefold() == name.partition(":")[2].casefold():
            return f" (did you mean '{name}'?)"
    return hint(source, names)
