"""The size of the pictures of a set: --size, or the data's own."""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures._files import shown
from gancraft.pictures._guard import guarded, readable_formats
from gancraft.pictures.dataset.origin import Origin

SMALLEST, LARGEST, USUAL = 8, 4096, 64  # pixels a side

_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # EXIF


def parse_size(text: str) -> tuple[int, int]:
    """(width, height) of "64" or "96x64". Raises UsageError, naming --size, for anything else and sides out of 8 to 4096."""
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:[xX×*]\s*([0-9]{1,9})\s*)?", text)
    if found is None:
        raise UsageError(f"--size '{shown(text)}': give 64 for a square, or WIDTHxHEIGHT such as 96x64")
    width = int(found[1])
    height = width if found[2] is None else int(found[2])
    if min(width, height) < SMALLEST or max(width, height) > LARGEST:
        raise UsageError(f"--size {text.strip()}: a side has from {SMALLEST} to {LARGEST} pixels; choose in between")
    return width, height


def own_size(origin: Origin) -> tuple[int, int]:
    """(width, height) that all readable pictures have, if no side is over 64 nor below 8; else 64 x 64."""
    common = None
    for number in range(len(origin.names)):
        size = origin.measure(number)
        if size is None:
            continue
        if max(size) > USUAL or min(size) < SMALLEST or (common is not None and size != common):
            return USUAL, USUAL
        common = size
    return common or (USUAL, USUAL)


def header_size(file: str | os.PathLike[str] | BinaryIO, max_megapixels: float) -> tuple[int, int] | None:
    """(width, height) of a picture file, upright, from its header; None if it can't be read."""
    try:
        with (
            guarded(max_megapixels * 1e6),
            Image.open(file, formats=readable_formats()) as image,
        ):
            width, height = image.size
            turned = image.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE
            return (height, width) if turned else (width, height)
    except Exception:  # as many kinds as there are decoders; opening the picture says what is wrong
        return None
