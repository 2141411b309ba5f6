"""Whether a file is a film, by its first bytes. Light: it is asked before anything is loaded.

Moving GIF, WebP and PNG pictures are films too; those of one picture are not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_HEAD = 512
# Brands of files that are pictures, though their container is that of films.
_PICTURES = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"jxl ")
_STARTS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"OggS",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # Windows Media
    b"\x00\x00\x01\xba",  # MPEG programme stream
    b"\x00\x00\x01\xb3",  # MPEG video
)
_TRANSPORT = 188  # bytes of a packet of an MPEG transport stream
_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip")  # what an old QuickTime film may begin with


def is_film(path: str | os.PathLike[str]) -> bool:
    """True for a file that moves; False for all else, and for what isn't there or can't be read."""
    try:
        if not Path(path).is_file():
            return False
        with open(path, "rb") as file:
            head = file.read(_HEAD)
            return _is_container(head) or is_animation(file, head)
    except (OSError, ValueError):
        return False


def is_animated_picture(path: str | os.PathLike[str]) -> bool:
    """True for a GIF, WebP or PNG of several pictures."""
    try:
        with open(path, "rb") as file:
            return is_animation(file, file.read(_HEAD))
    except (OSError, ValueError):
        return False


def is_animation(file: BinaryIO, head: bytes) -> bool:
    """The same of an open file; head: its beginning."""
    if head[:6] in (b"GIF87a", b"GIF89a"):
        file.seek(0)
        return sum(1 for _, _ in zip(range(2), _gif_pictures(file), strict=False)) == 2
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
        return bool(head[20] & 2)
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        file.seek(8)
        return _png_moves(file)
    return False


def _is_container(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURES
    if head.startswith(_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return True
    if head[4:8] in _ATOMS and len(head) >= 16:
        return True
    return head[:1] == b"G" and head[_TRANSPORT : _TRANSPORT + 1] == b"G" and not head.startswith(b"GIF8")


def _gif_pictures(file: BinaryIO) -> Iterator[None]:
    """Once for every picture of a GIF; it ends where the file does, or where it isn't one."""
    packed = (file.read(13) + bytes(13))[10]
    file.seek(_table(packed), 1)
    while (kind := file.read(1)) in (b"!", b","):
        if kind == b"!":
            file.seek(1, 1)
        else:
            yield
            packed = (file.read(9) + bytes(9))[8]
            file.seek(_table(packed) + 1, 1)
        while (size := file.read(1)) not in (b"", b"\0"):
            file.seek(size[0], 1)


def _table(packed: int) -> int:
    """Bytes of a table of colours."""
    return 3 << ((packed & 7) + 1) if packed & 128 else 0


def _png_moves(file: BinaryIO) -> bool:
    while len(head := file.read(8)) == 8 and head[4:] not in (b"IDAT", b"IEND"):
        if head[4:] == b"acTL":
            return int.from_bytes(file.read(4), "big") > 1
        file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return False
