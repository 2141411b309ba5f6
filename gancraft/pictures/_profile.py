"""Colour profiles (ICC): to sRGB when a picture is read, and the one of sRGB for those that are saved.

Shape suffixes: H, W = height, width.
"""

from __future__ import annotations

import io
import struct
from functools import cache

import numpy as np
from PIL import Image, ImageCms

# Pillow's profile is dated with the moment of its making; the same picture must give the same bytes tomorrow.
_DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_DATE_AT = 24


@cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:_DATE_AT] + _DATE + made[_DATE_AT + len(_DATE) :]


def srgb_transform(icc: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From the profile `icc` to sRGB for pictures of a Pillow mode (RGB, CMYK, L).

    None where nothing is to be done: no profile, one that is sRGB, and one that is broken or belongs to
    another kind of picture, which viewers ignore as well.
    """
    if not icc:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        transform = _transform(profile, mode)
        return None if mode == "RGB" and _changes_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def lab_transform() -> ImageCms.ImageCmsTransform:
    """From CIE Lab, D50, to sRGB."""
    return _transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB")


def grey_curve(icc: bytes | None) -> np.ndarray | None:
    """sRGB's grey in [0, 1] for 256 even steps of a greyscale picture with this profile; None: as it is."""
    transform = srgb_transform(icc, "L")
    if transform is None:
        return None
    steps = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    return np.asarray(transform.apply(steps), dtype=np.float32)[0, :, 1] / 255


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOCACHE,
    )


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """True for sRGB itself, whoever made the profile: converting would only round."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(9, 81, 3)
    after = np.asarray(transform.apply(Image.fromarray(probe)), dtype=np.int16)
    return int(np.abs(after - probe.astype(np.int16)).max()) <= 2
