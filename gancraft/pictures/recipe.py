"""The recipe of a result, carried inside its file: how it was made, so that it can be made again.

PNG has it as JSON in an iTXt chunk "gancraft"; JPEG and WebP in EXIF's UserComment and TIFF in its
ImageDescription, both as "gancraft " and the JSON, all in ASCII with \\u escapes, which every reader takes.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures._guard import guarded

KEY = "gancraft"
_CARRIERS = ("PNG", "JPEG", "WEBP", "TIFF")
MAX_BYTES = 4_000_000
# An EXIF segment of JPEG ends at 65,533 bytes, its own header and directories included.
MAX_EXIF_BYTES = 65_000
_USER_COMMENT, _IMAGE_DESCRIPTION = 0x9286, 0x010E
_ASCII = b"ASCII\0\0\0"  # EXIF 2.32, 4.6.5: a UserComment begins with its character code
_PACKED = "zlib:"


def recipe_text(recipe: Mapping[str, Any], limit: int = MAX_BYTES) -> str:
    """The recipe as ASCII text of at most `limit` bytes: JSON, or compressed where that would be longer.

    Raises GancraftError for what isn't JSON or doesn't fit.
    """
    try:
        text = json.dumps(dict(recipe), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as problem:
        raise GancraftError(f"the recipe can't be written as JSON: {reason(problem)}") from None
    size = len(text)
    if size > min(limit, MAX_BYTES):
        text = _PACKED + base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    if size > MAX_BYTES or len(text) > limit:
        raise GancraftError(f"the recipe has {size:,} bytes, too many for this format: save as .png")
    return text


def png_recipe(recipe: Mapping[str, Any]) -> PngImagePlugin.PngInfo:
    """The chunk for PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, recipe_text(recipe))
    return info


def exif_recipe(recipe: Mapping[str, Any]) -> bytes:
    """The EXIF block for JPEG and WebP."""
    exif = Image.Exif()
    text = f"{KEY} {recipe_text(recipe, MAX_EXIF_BYTES)}"
    exif.get_ifd(ExifTags.IFD.Exif)[_USER_COMMENT] = _ASCII + text.encode("ascii")
    return exif.tobytes()


def description_recipe(recipe: Mapping[str, Any]) -> str:
    """The ImageDescription for TIFF."""
    return f"{KEY} {recipe_text(recipe)}"


def read_recipe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The recipe in the picture file `path`, whatever its extension says.

    Raises UsageError if the file can't be read, GancraftError if it holds no recipe of gancraft or a
    damaged one.
    """
    where = shown(path)
    try:
        # Only headers are read, so that a large result is no bomb.
        with guarded(None), open(path, "rb") as file, Image.open(file, formats=_CARRIERS) as image:
            text = _found(image)
    except FileNotFoundError:
        raise UsageError(f"{where} doesn't exist: check the name and the folder") from None
    except Image.UnidentifiedImageError:
        raise UsageError(f"{where} isn't a PNG, JPEG, WebP or TIFF picture: give a result of gancraft") from None
    except Exception as problem:  # Pillow's parsers raise a dozen types for damaged files
        raise UsageError(f"{where} can't be read: {reason(problem)}") from None
    if text is None:
        raise GancraftError(
            f"{where} holds no gancraft recipe: give a result as it was saved (editors and messengers drop it)"
        )
    return parsed_recipe(text, where)


def parsed_recipe(text: str, where: str) -> dict[str, Any]:
    """The recipe of a text that `recipe_text` made. where: for messages. Raises GancraftError for a damaged one."""
    try:
        recipe = json.loads(_unpacked(text))
    except (ValueError, zlib.error, binascii.Error, RecursionError):
        recipe = None
    if not isinstance(recipe, dict):
        raise GancraftError(f"the gancraft recipe in {where} is damaged: give the result as it was saved")
    return recipe


def _found(image: Image.Image) -> str | None:
    """The text of the recipe in an opened file."""
    if image.format == "PNG":
        text = image.info.get(KEY)
        return None if text is None else str(text)
    exif = image.getexif()
    for value in (exif.get_ifd(ExifTags.IFD.Exif).get(_USER_COMMENT), exif.get(_IMAGE_DESCRIPTION)):
        if isinstance(value, bytes):
            value = value.removeprefix(_ASCII).decode("utf-8", "replace")
        if isinstance(value, str) and value.startswith(f"{KEY} "):
            return value.removeprefix(f"{KEY} ").rstrip("\0 ")
    return None


def _unpacked(text: str) -> str:
    if not text.startswith(_PACKED):
        return text
    packed = base64.b64decode(text.removeprefix(_PACKED), validate=True)
    # Bounded, for the file may be anyone's.
    return zlib.decompressobj().decompress(packed, MAX_BYTES).decode()
