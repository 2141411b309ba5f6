"""From what Pillow decoded, whatever its mode, to float32 sRGB with a separate alpha.

Shape suffixes: H, W = height, width, C = 3 channels. Values in [0, 1] unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from gancraft.pictures._profile import grey_curve, lab_transform, srgb_transform

_ORIENTATION = 0x0112  # EXIF
# How a decoder's 16-bit samples are reduced to the high byte -> what reduces them to the low byte instead.
_LOW_BYTES = {
    f"{mode};16{order}": f"{mode};16{swapped}"
    for mode in ("RGB", "RGBA")
    for order, swapped in (("B", "L"), ("L", "B"), ("N", "B" if np.little_endian else "L"))
}

Pixels = tuple[np.ndarray, np.ndarray | None]


def pixels(image: Image.Image, again: Callable[[], Image.Image]) -> Pixels:
    """Decode an opened picture to (rgb_HWC, alpha_HW or None), in sRGB and upright.

    again: opens the same file once more, for the second half of 16-bit colours. Raises whatever Pillow
    raises for a damaged file. Greyscale and RGB of 16 bits keep their precision, but for RGB with a profile
    that isn't sRGB.
    """
    deep_HWC = _sixteen_bits(image, again)
    image.load()
    if deep_HWC is not None and srgb_transform(image.info.get("icc_profile"), "RGB") is None:
        found = _deep(image, deep_HWC)
    elif image.mode.startswith("I") or image.mode == "F":
        found = _wide_grey(image)
    elif image.mode in ("1", "L", "LA", "La"):
        found = _grey(image)
    else:
        found = _colour(image)
    rgb_HWC, alpha_HW = found
    # Some formats are turned upright by Pillow while loading, and have lost the note by now.
    turn = _turn(image)
    rgb_HWC = np.ascontiguousarray(turn(rgb_HWC), dtype=np.float32)
    if alpha_HW is None or alpha_HW.min() == 1:
        return rgb_HWC, None
    return rgb_HWC, np.ascontiguousarray(turn(alpha_HW), dtype=np.float32)


def _sixteen_bits(image: Image.Image, again: Callable[[], Image.Image]) -> np.ndarray | None:
    """Samples (H, W, C or C + alpha) in 0..65535 of an RGB(A) file of 16 bits a sample, else None.

    Pillow keeps the high byte of such samples. Told to read them in the other byte order, it keeps the
    low one.
    """
    swapped = []
    for tile in getattr(image, "tile", []):
        raw, *rest = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        if raw not in _LOW_BYTES or not raw.startswith(f"{image.mode};"):
            return None
        low_raw = _LOW_BYTES[raw]
        swapped.append(tile._replace(args=(low_raw, *rest) if isinstance(tile.args, tuple) else low_raw))
    if not swapped:
        return None
    low = again()
    low.tile = swapped  # type: ignore[attr-defined]
    return np.asarray(image).astype(np.uint16) * 256 + np.asarray(low)


def _deep(image: Image.Image, deep_HWC: np.ndarray) -> Pixels:
    alpha_HW = None
    key = image.info.get("transparency")
    if deep_HWC.shape[2] == 4:
        alpha_HW = deep_HWC[..., 3] / np.float32(65535)
    elif isinstance(key, tuple):
        alpha_HW = (deep_HWC != np.array(key)).any(axis=-1).astype(np.float32)
    return deep_HWC[..., :3] / np.float32(65535), alpha_HW


def _wide_grey(image: Image.Image) -> Pixels:
    """Greyscale of 16 or 32 bits or of floats."""
    wide_HW = np.asarray(image)
    key = image.info.get("transparency")
    alpha_HW = (wide_HW != key).astype(np.float32) if isinstance(key, int) else None
    top = 1.0 if image.mode == "F" else 65535.0
    grey_HW = np.nan_to_num(wide_HW.astype(np.float64), posinf=top)
    low, high = grey_HW.min(), grey_HW.max()
    # Other ranges have no agreed meaning (elevations, counts): their extremes become black and white.
    grey_HW = grey_HW / top if low >= 0 and high <= top else (grey_HW - low) / (high - low or 1)
    return _coloured(grey_HW, image), alpha_HW


def _grey(image: Image.Image) -> Pixels:
    """Greyscale of 1 or 8 bits, with or without alpha."""
    if not image.has_transparency_data:
        return _coloured(_floats(image.convert("L")), image), None
    grey, alpha = image.convert("LA").split()
    return _coloured(_floats(grey), image), _floats(alpha)


def _coloured(grey_HW: np.ndarray, image: Image.Image) -> np.ndarray:
    """Three equal channels, by the picture's grey profile if it has one."""
    curve = grey_curve(image.info.get("icc_profile"))
    if curve is not None:
        grey_HW = np.interp(grey_HW, np.linspace(0, 1, 256), curve)
    return np.repeat(grey_HW.astype(np.float32)[..., None], 3, axis=-1)


def _colour(image: Image.Image) -> Pixels:
    """Colours of 8 bits: RGB, palettes, CMYK, YCbCr, Lab, HSV; with or without alpha."""
    icc = image.info.get("icc_profile")
    alpha_HW = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha_HW = _floats(image.getchannel("A"))
    if image.mode == "LAB":
        return _floats(lab_transform().apply(image)), alpha_HW
    if image.mode != "CMYK":
        image = image.convert("RGB")
    transform = srgb_transform(icc, image.mode)
    return _floats(transform.apply(image) if transform else image.convert("RGB")), alpha_HW


def _floats(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(np.float32) / 255


def _turn(image: Image.Image) -> Callable[[np.ndarray], np.ndarray]:
    """How to turn arrays (H, W, ...) upright by the file's EXIF note; a broken note is as none."""
    try:
        note = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # whatever the parser of a stranger's EXIF stumbles over
        note = 1
    turns: dict[int, Callable[[np.ndarray], np.ndarray]] = {
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.swapaxes(0, 1),
        6: lambda x: np.rot90(x, -1),
        7: lambda x: x.swapaxes(0, 1)[::-1, ::-1],
        8: lambda x: np.rot90(x, 1),
    }
    return turns.get(note, lambda x: x)
