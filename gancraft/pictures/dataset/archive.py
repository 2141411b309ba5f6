"""A .zip of pictures as a data set, read without unpacking it."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, cast

from gancraft.errors import UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures.dataset.listing import choose, left_out
from gancraft.pictures.dataset.origin import Origin, worth_threads
from gancraft.pictures.dataset.size import header_size
from gancraft.pictures.folder import is_picture
from gancraft.pictures.open import open_picture
from gancraft.pictures.picture import Picture

# What reading a damaged, encrypted or oddly compressed entry raises.
_BROKEN = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError)
_MAC_JUNK = "__MACOSX"
_PIECE = 1 << 16  # bytes that are unpacked at a time


def archive_origin(path: Path, labels: bool, max_megapixels: float) -> Origin:
    """All pictures in a .zip, nothing hidden. labels: its outermost folders are the classes.

    Raises UsageError for a file that isn't one, that holds no pictures, and for labels without folders.
    """
    where, archive = shown(path), opened_archive(path)
    files = [entry for entry in archive.infolist() if not (entry.is_dir() or _is_hidden(entry.filename))]
    entries = {entry.filename: entry for entry in files if is_picture(_base(entry.filename))}
    others = [entry.filename for entry in files if entry.filename not in entries]
    # People pack the folder itself as often as what is in it: both mean the same.
    firsts = {name.partition("/")[0] + "/" for name in entries}
    if len(firsts) == 1 and (first := firsts.pop()):
        entries = {name.removeprefix(first): entry for name, entry in entries.items()}
        others = [name.removeprefix(first) for name in others]
    chosen = choose(list(entries), labels, where)
    status = os.fstat(archive.fp.fileno())  # type: ignore[union-attr]

    def opened(number: int) -> Picture:
        name = chosen.names[number]
        try:
            # Bounded by `open_picture`, whatever size the entry claims to have.
            with archive.open(entries[name]) as file:
                return open_picture(_slowly(file), max_megapixels, name=f"{where}/{shown(name)}")
        except _BROKEN as problem:
            raise UsageError(f"{where}/{shown(name)} can't be unpacked: {reason(problem)}; pack it again") from None

    def measured(number: int) -> tuple[int, int] | None:
        try:
            with archive.open(entries[chosen.names[number]]) as file:
                return header_size(_slowly(file), max_megapixels)
        except _BROKEN:
            return None

    return Origin(
        where=where,
        names=tuple(shown(name) for name in chosen.names),
        open=opened,
        measure=measured,
        stamp=[os.path.abspath(os.fsencode(path)).hex(), status.st_size, status.st_mtime_ns],
        label=chosen.label,
        classes=chosen.classes,
        notes=(*chosen.notes, *left_out(others)),
        parallel=worth_threads([entries[name].compress_size for name in chosen.names]),
    )


def opened_archive(path: Path) -> zipfile.ZipFile:
    """A .zip, with its table of contents read. Raises UsageError where it is none."""
    where = shown(path)
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise UsageError(f"{where} is damaged or isn't a .zip: download or pack it again") from None
    except (OSError, ValueError, NotImplementedError) as problem:
        raise UsageError(f"{where} can't be read: {reason(problem)}; check the file") from None


class _Slowly:
    """Reads an entry in pieces. Asked for all of it at once, Python unpacks as much as was asked for, and only then looks at
    the size that the entry claims to have."""

    def __init__(self, file: IO[bytes]):
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, to the end without it."""
        pieces, left = [], size
        while left and (piece := self._file.read(_PIECE if left < 0 else min(left, _PIECE))):
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return b"".join(pieces)


def _slowly(file: IO[bytes]) -> BinaryIO:
    return cast(BinaryIO, _Slowly(file))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == _MAC_JUNK for part in name.split("/"))


def _base(name: str) -> str:
    return name.rpartition("/")[2]
