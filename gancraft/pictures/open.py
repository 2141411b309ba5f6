"""Opening pictures: any file that Pillow reads, from anyone.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures._guard import guarded, readable_formats
from gancraft.pictures._hidden import fill_hidden
from gancraft.pictures._pixels import pixels
from gancraft.pictures.picture import Picture

# No picture within the limit of pixels is a larger file than this many bytes and bytes a pixel.
_SMALLEST_LIMIT, _BYTES_A_PIXEL = 1 << 30, 16
# What people have that isn't read, by bytes near the start, and what to do about it.
_KNOWN = (
    (rb"^....ftyp(heic|heix|hevc|mif1|msf1)", "is a HEIC picture: save it as JPEG first"),
    (rb"^....ftyp(?!avi)", "is a film: take a picture out of it first"),
    (rb"^%PDF", "is a PDF document: save its page as PNG first"),
    (rb"^(%!PS|\xc5\xd0\xd3\xc6)", "is a PostScript document: save it as PNG first"),
    (rb"^\s*<(svg|\?xml.*<svg)", "is an SVG drawing: save it as PNG first"),
)


def open_picture(
    source: str | Path | bytes | BinaryIO, max_megapixels: float = 100.0, *, name: str | None = None
) -> Picture:
    """Read a picture: a path, the bytes of a file, or a file open for reading bytes.

    Returns float32 sRGB in [0, 1], turned upright by its EXIF note and converted from its colour profile (a
    broken profile is ignored). Greyscale, palettes, CMYK, Lab, 1 and 16 bits are all read; of animations
    the first frame. Alpha is kept unless it is opaque everywhere; colours under full transparency are
    replaced by their surroundings'. max_megapixels: files with more millions of pixels are refused before
    they are decoded. name: for messages and the picture, where `source` has none. Raises UsageError, in one
    line with the file's name, for whatever can't be read.
    """
    limit = max_megapixels * 1e6
    where, data = _read(source, name, int(max(_SMALLEST_LIMIT, _BYTES_A_PIXEL * limit)))
    if not data:
        raise UsageError(f"{where} is empty (0 bytes): give another file")

    def opened() -> Image.Image:
        return Image.open(io.BytesIO(data), formats=readable_formats())

    try:
        with guarded(limit):
            rgb_HWC, alpha_HW = pixels(opened(), opened)
    except Image.UnidentifiedImageError:
        raise UsageError(f"{where} {_what(data)}") from None
    except Image.DecompressionBombError as problem:
        raise UsageError(f"{where} {_too_large(problem, max_megapixels)}") from None
    except MemoryError:
        raise UsageError(f"{where} takes more memory than there is: give a smaller picture") from None
    except Exception as problem:  # Pillow's decoders raise a dozen types for damaged files
        raise UsageError(f"{where} is damaged or incomplete ({reason(problem)}): save or download it again") from None
    if alpha_HW is not None:
        if alpha_HW.max() == 0:
            raise UsageError(f"{where} is transparent everywhere: there is nothing to see in it")
        rgb_HWC = fill_hidden(rgb_HWC, alpha_HW)
    return Picture(rgb_HWC, alpha_HW, Path(where).name or where, hashlib.sha256(data).hexdigest())


def _read(source: str | Path | bytes | BinaryIO, name: str | None, limit: int) -> tuple[str, bytes]:
    """(name for people, bytes of the file), the latter at most `limit`."""
    if isinstance(source, bytes):
        return shown(name or "picture"), source
    if not isinstance(source, str | os.PathLike):
        own = getattr(source, "name", None)
        where = shown(name or (own if isinstance(own, str) and own else "picture"))
        try:
            return where, _bounded(source, where, limit)
        except OSError as problem:
            raise UsageError(f"{where} can't be read: {reason(problem)}") from None
    where = shown(source)
    if re.match(r"https?://", str(source)):
        raise UsageError(f"{where} is a web address: download the picture and give its file")
    try:
        mode = os.stat(source).st_mode
        if stat.S_ISDIR(mode):
            raise UsageError(f"{where} is a folder: name a picture in it")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise UsageError(f"{where} isn't a file: name a picture")
        with open(source, "rb") as file:
            return where, _bounded(file, where, limit)
    except FileNotFoundError:
        raise UsageError(f"{where or 'a file without a name'} doesn't exist: check the name and the folder") from None
    except PermissionError:
        raise UsageError(f"{where} can't be read: you have no permission; ask for it") from None
    except (OSError, ValueError) as problem:
        raise UsageError(f"{where} can't be read: {reason(problem)}; check the path") from None


def _bounded(file: BinaryIO, where: str, limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise UsageError(f"{where} has over {limit:,} bytes, too many for a picture (see --max-megapixels)")
    return data


def _what(data: bytes) -> str:
    for pattern, says in _KNOWN:
        if re.match(pattern, data[:1000], re.DOTALL):
            return says
    return "isn't a picture that can be read: give a JPEG, PNG, WebP, AVIF, TIFF or the like"


def _too_large(problem: Exception, max_megapixels: float) -> str:
    found = re.search(r"([0-9]+) pixels", str(problem))
    has = f"{int(found[1]) / 1e6:,.4g}" if found else "too many"
    limit = f"over the limit of {max_megapixels:g}"
    return f"has {has} megapixels, {limit}: give a smaller picture, or raise --max-megapixels"
