"""Saving pictures: PNG, JPEG, WebP and TIFF, whole or not at all.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures._files import check_target, reason, shown, write_safely
from gancraft.pictures._profile import srgb_profile
from gancraft.pictures.recipe import description_recipe, exif_recipe, png_recipe

Recipe = Mapping[str, Any] | None

QUALITY = 95
_FORMATS = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
}
EXTENSIONS = tuple(_FORMATS)


def save_picture(
    target: str | Path | BinaryIO,
    rgb_HWC: np.ndarray,
    alpha_HW: np.ndarray | None = None,
    *,
    recipe: Recipe = None,
    format: str | None = None,
) -> None:
    """Save a picture. target: a path, or a file open for writing bytes.

    rgb_HWC: sRGB, clipped to [0, 1] and rounded to the nearest level; alpha_HW: 1 = opaque. The extension
    decides between PNG and WebP (8 bits), JPEG (8 bits without subsampling; no alpha: on white) and TIFF
    (16 bits); `format` (png, jpeg, webp, tiff) does where there is none. All carry the sRGB profile and, if
    given, the recipe (anything JSON holds). The same input gives the same bytes. A file of that name is
    replaced only when the new one is complete on the disk. Raises UsageError for an unknown format or a
    place that can't be written, GancraftError if writing fails; the old file is then untouched and no other
    one left.
    """
    encode = _ENCODERS[_format(target, format)]
    if rgb_HWC.ndim != 3 or rgb_HWC.shape[2] != 3:
        raise ValueError(f"a picture is (height, width, 3), not {rgb_HWC.shape}")
    if alpha_HW is not None and alpha_HW.shape != rgb_HWC.shape[:2]:
        raise ValueError(f"alpha is {alpha_HW.shape}, the picture {rgb_HWC.shape}")
    where = shown(target) if isinstance(target, str | os.PathLike) else "the picture"
    if not np.isfinite(rgb_HWC).all() or not (alpha_HW is None or np.isfinite(alpha_HW).all()):
        raise GancraftError(f"{where} wasn't written: it holds values that aren't numbers")
    try:
        data = encode(rgb_HWC, alpha_HW, recipe)
    except GancraftError as problem:
        raise type(problem)(f"{where} wasn't written: {problem}") from None
    except (OSError, ValueError) as problem:  # a side over the format's limit, mostly
        raise GancraftError(f"{where} wasn't written: {reason(problem)}; try another format") from None
    if isinstance(target, str | os.PathLike):
        write_safely(Path(target), data)
        return
    try:
        target.write(data)
    except OSError as problem:
        raise GancraftError(f"{where} wasn't written: {reason(problem)}") from None


def check_writable(path: str | Path, format: str | None = None) -> None:
    """Raise UsageError now, before the work starts, if `save_picture` couldn't write to `path`."""
    _format(path, format)
    check_target(Path(path))


def _format(target: str | Path | BinaryIO, format: str | None) -> str:
    if format is not None:
        known = _FORMATS.get("." + format.lower().removeprefix("."))
        if known is None:
            raise UsageError(f"'{format}' can't be saved: choose png, jpeg, webp or tiff")
        return known
    own = target if isinstance(target, str | os.PathLike) else getattr(target, "name", "")
    path = Path(own if isinstance(own, str | os.PathLike) else "")
    known = _FORMATS.get(path.suffix.lower())
    if known is None:
        ending = f"'{shown(path.suffix)}' can't be saved" if path.suffix else "the name has no ending"
        raise UsageError(f"{shown(path)}: {ending}; use {', '.join(EXTENSIONS[:-1])} or {EXTENSIONS[-1]}")
    return known


def _levels(x: np.ndarray, top: int) -> np.ndarray:
    """[0, 1] to whole numbers 0..top, to the nearest."""
    return (np.clip(x.astype(np.float64), 0, 1) * top + 0.5).astype(np.uint8 if top == 255 else np.uint16)


def _with_alpha(rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None) -> np.ndarray:
    return rgb_HWC if alpha_HW is None else np.concatenate([rgb_HWC, alpha_HW[..., None]], axis=-1)


def _png(rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None, recipe: Recipe) -> bytes:
    image = Image.fromarray(_levels(_with_alpha(rgb_HWC, alpha_HW), 255))
    info = None if recipe is None else png_recipe(recipe)
    return _encoded(image, "PNG", pnginfo=info)


def _jpeg(rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None, recipe: Recipe) -> bytes:
    if alpha_HW is not None:
        alpha_HW1 = np.clip(alpha_HW, 0, 1)[..., None]
        rgb_HWC = np.clip(rgb_HWC, 0, 1) * alpha_HW1 + (1 - alpha_HW1)
    image = Image.fromarray(_levels(rgb_HWC, 255))
    return _encoded(image, "JPEG", quality=QUALITY, subsampling=0, **_exif(recipe))


def _webp(rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None, recipe: Recipe) -> bytes:
    image = Image.fromarray(_levels(_with_alpha(rgb_HWC, alpha_HW), 255))
    return _encoded(image, "WEBP", quality=QUALITY, **_exif(recipe))


def _tiff(rgb_HWC: np.ndarray, alpha_HW: np.ndarray | None, recipe: Recipe) -> bytes:
    import tifffile  # Pillow writes no colours of 16 bits; rarely needed, so loaded late

    file = io.BytesIO()
    tifffile.imwrite(
        file,
        _levels(_with_alpha(rgb_HWC, alpha_HW), 65535),
        photometric="rgb",
        extrasamples=None if alpha_HW is None else ["unassalpha"],
        compression="zlib",
        predictor=True,
        iccprofile=srgb_profile(),
        description=None if recipe is None else description_recipe(recipe),
        software="gancraft",
        metadata=None,
    )
    return file.getvalue()


def _exif(recipe: Recipe) -> dict[str, bytes]:
    return {} if recipe is None else {"exif": exif_recipe(recipe)}


def _encoded(image: Image.Image, format: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, icc_profile=srgb_profile(), **settings)
    return file.getvalue()


_ENCODERS: dict[str, Callable[[np.ndarray, np.ndarray | None, Recipe], bytes]] = {
    "png": _png,
    "jpeg": _jpeg,
    "webp": _webp,
    "tiff": _tiff,
}
