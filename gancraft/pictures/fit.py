"""The size of the result: --size and --scale."""

from __future__ import annotations

import math
import re

from gancraft.errors import UsageError
from gancraft.pictures.picture import Picture

MIN_SIDE = 16  # below it networks have nothing left to look at
MAX_SIDE = 16_383  # the largest that WebP holds


def fit_size(
    text: str | None,
    scale: float | None,
    width: int,
    height: int,
    default: int = 512,
    *,
    name: str = "the picture",
) -> tuple[int, int, bool]:
    """The size that a picture of width x height pixels is brought to: (width, height, exact).

    text: --size, "512" for the long side or "512x384" for both, which is `exact`: the picture is cropped at
    its centre to that aspect. scale: --scale, a factor. Neither: the long side becomes `default`. All may
    enlarge. name: for messages. Raises UsageError, naming the option, for what can't be read, for both at
    once, and for sides that come out below 16 or above 16,383 pixels; also for pictures that are below 16
    themselves.
    """
    if min(width, height) < MIN_SIDE:
        raise UsageError(
            f"{name} is only {width} x {height} pixels; give a picture of at least {MIN_SIDE} pixels a side"
        )
    if text is not None and scale is not None:
        raise UsageError("--size and --scale both set the size: give one of them")
    if scale is not None:
        if not (math.isfinite(scale) and scale > 0):
            raise UsageError(f"--scale {scale}: give a factor above 0, such as 0.5 or 2")
        return *_checked(width * scale, height * scale, f"--scale {scale:g}", name), False
    if text is None:
        asked, sides = f"the usual size ({default})", [default]
    else:
        asked, sides = f"--size {text.strip()}", _sides(text)
    if len(sides) == 2:
        return *_checked(sides[0], sides[1], asked, name), True
    factor = sides[0] / max(width, height)
    return *_checked(width * factor, height * factor, asked, name), False


def fitted(picture: Picture, size: str | None = None, scale: float | None = None, default: int = 512) -> Picture:
    """The picture at the size that `fit_size` finds, cropped at its centre if that is exact; alpha too."""
    width, height, exact = fit_size(size, scale, picture.width, picture.height, default, name=picture.name)
    if not exact:
        return picture.resized(width, height)
    return covered(picture, width, height)


def covered(picture: Picture, width: int, height: int) -> Picture:
    """The picture at exactly that size, cropped at its centre to the aspect; alpha too."""
    factor = min(picture.width / width, picture.height / height)
    left, top = (picture.width - width * factor) / 2, (picture.height - height * factor) / 2
    # Rounding must not push the box over the edge.
    right = min(picture.width, left + width * factor)
    bottom = min(picture.height, top + height * factor)
    return picture.resized(width, height, (max(0.0, left), max(0.0, top), right, bottom))


def _sides(text: str) -> list[int]:
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:[xX×*]\s*([0-9]{1,9})\s*)?", text)
    if found is None:
        raise UsageError(f"--size '{text}': give the long side in pixels (512), or width x height (512x384)")
    return [int(side) for side in found.groups() if side is not None]


def _checked(width: float, height: float, asked: str, name: str) -> tuple[int, int]:
    # An absurd factor overflows to infinity, which has no whole number.
    sides = round(min(width, 1e12)), round(min(height, 1e12))
    if min(sides) < MIN_SIDE:
        problem = f"{name} would become {sides[0]} x {sides[1]} pixels; a side needs at least {MIN_SIDE}"
        raise UsageError(f"{asked}: {problem}: choose a larger size, or crop a picture that is a strip")
    if max(sides) > MAX_SIDE:
        problem = f"{name} would become {sides[0]:,} x {sides[1]:,} pixels; a side may have {MAX_SIDE:,}"
        raise UsageError(f"{asked}: {problem}: choose a smaller size")
    return sides
