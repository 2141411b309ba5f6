"""From a picture of any size and kind to the pixels of a training set.

Shape suffixes: C = channels, H, W = height, width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import ImageColor

from gancraft.errors import UsageError, hint
from gancraft.pictures._files import shown
from gancraft.pictures.fit import covered
from gancraft.pictures.picture import Picture

FITS = ("cover", "contain", "stretch")
CHANNELS = ("auto", "1", "3", "4")
# Luma of Rec. 709, whose primaries are sRGB's, on the encoded values.
_GREEN, _BLUE = 0.7152, 0.0722


@dataclass(frozen=True)
class Preparation:
    """How pictures are prepared. size: (width, height) or None: the data's own; background: sRGB, 0 to 255."""

    size: tuple[int, int] | None
    channels: str
    fit: str
    background: tuple[int, int, int]
    max_megapixels: float


def preparation(
    size: tuple[int, int] | None, channels: str, fit: str, background: str, max_megapixels: float
) -> Preparation:
    """Check the settings. Raises UsageError that names the option."""
    for option, value, known in (("--channels", channels, CHANNELS), ("--fit", fit, FITS)):
        if value not in known:
            raise UsageError(f"{option} '{shown(value)}'{hint(value, known)}: give one of {', '.join(known)}")
    try:
        colour = ImageColor.getrgb(background)
    except ValueError:
        raise UsageError(
            f"--background '{shown(background)}' is no colour: give a name such as white, #rgb or #rrggbb"
        ) from None
    if len(colour) != 3:
        raise UsageError(f"--background '{background}' is transparent: give an opaque colour such as white or #rrggbb")
    return Preparation(size, channels, fit, colour, max_megapixels)


def prepared(picture: Picture, width: int, height: int, how: Preparation) -> np.ndarray:
    """x_CHW, uint8, of exactly that size; of 3 channels for "auto", whoever has seen all pictures decides about that."""
    across, down = width, height
    if how.fit == "cover":
        picture = covered(picture, width, height)
    else:
        if how.fit == "contain":
            factor = _factor(picture, width, height, "contain")
            across, down = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
        picture = picture.resized(across, down)
    ground_C = np.array(how.background, dtype=np.float32) / 255
    rgb_HWC, alpha_HW = picture.rgb_HWC, picture.alpha_HW
    if how.channels != "4" and alpha_HW is not None:
        rgb_HWC = ground_C + (rgb_HWC - ground_C) * alpha_HW[..., None]
    if (across, down) != (width, height):
        rgb_HWC, alpha_HW = _framed(rgb_HWC, alpha_HW, width, height, ground_C)
    if how.channels == "1":
        red_HW = rgb_HWC[..., 0]
        # By differences, so that a grey stays exactly what it is.
        luma_HW = red_HW + _GREEN * (rgb_HWC[..., 1] - red_HW) + _BLUE * (rgb_HWC[..., 2] - red_HW)
        return _levels(luma_HW)[None]
    x_CHW = _levels(np.moveaxis(rgb_HWC, -1, 0))
    if how.channels != "4":
        return x_CHW
    opaque_HW = np.full((height, width), 255, np.uint8) if alpha_HW is None else _levels(alpha_HW)
    return np.concatenate([x_CHW, opaque_HW[None]])


def enlarged(picture: Picture, width: int, height: int, fit: str) -> bool:
    """Whether the picture has fewer pixels than are made of it."""
    return _factor(picture, width, height, fit) > 1


def is_grey(x_CHW: np.ndarray) -> bool:
    """True where all three channels are equal."""
    return bool((x_CHW[0] == x_CHW[1]).all() and (x_CHW[0] == x_CHW[2]).all())


def _factor(picture: Picture, width: int, height: int, fit: str) -> float:
    factors = width / picture.width, height / picture.height
    return min(factors) if fit == "contain" else max(factors)


def _framed(
    rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None, width: int, height: int, ground_C: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """In the middle of the background, which is transparent where alpha is kept."""
    down, across = rgb_HWC.shape[:2]
    top, left = (height - down) // 2, (width - across) // 2
    place = slice(top, top + down), slice(left, left + across)
    framed_HWC = np.tile(ground_C, (height, width, 1))
    framed_HWC[place] = rgb_HWC
    framed_HW = np.zeros((height, width), np.float32)
    framed_HW[place] = 1 if alpha_HW is None else alpha_HW
    return framed_HWC, framed_HW


def _levels(x: np.ndarray) -> np.ndarray:
    return np.rint(x * 255).astype(np.uint8)
