"""Pictures from strangers: what they may bring, found out before anything is unpacked or decoded.

Archives are never unpacked to the disk, and what is in them is never read further than it claims to reach, so what is checked
here holds while they are used.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gancraft.errors import UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures.dataset.archive import opened_archive

# Hardly any picture packs so well; what does from here on is made to burst.
RATIO, SUSPECT = 100, 1_000_000  # times its size in the archive, and bytes unpacked
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".cbz", ".cbr"}
_OUTSIDE = re.compile(r"[\\/]|[A-Za-z]:|(?:.*[\\/])?\.\.(?:[\\/]|$)", re.DOTALL)


@dataclass(frozen=True)
class Bounds:
    """files: how many in a set, whatever they are; megabytes: of all of them, unpacked. How many pixels a picture may have is
    a setting of every run, whoever brought it."""

    files: int
    megabytes: float


def check_archive(path: Path, bounds: Bounds) -> None:
    """Raise UsageError, in one line, for a .zip that a stranger may not bring: too much in it, names that lead outside of it,
    other archives in it, a password, or far more in it than its size allows."""
    where = shown(path.name)
    with opened_archive(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > bounds.files:
        raise UsageError(f"{where} holds {len(entries):,} files; at most {bounds.files:,} are taken here: pack fewer")
    for entry in entries:
        name = shown(entry.filename)
        if _OUTSIDE.match(entry.filename):
            raise UsageError(f"{where} has a name in it that leads outside of it ({name}): pack the pictures anew")
        if Path(entry.filename).suffix.lower() in _ARCHIVES:
            raise UsageError(f"{where} has another archive in it ({name}): unpack that, and pack its pictures instead")
        if entry.flag_bits & 1:
            raise UsageError(f"{where} is locked with a password ({name}): pack it again without one")
        if entry.compress_type not in _PACKED:
            raise UsageError(f"{where} is packed in an unusual way ({name}): pack it again as an ordinary .zip")
        if entry.file_size > max(SUSPECT, RATIO * entry.compress_size):
            raise UsageError(f"{where} has a file in it that would burst ({name}): leave it out, and pack it again")
    _check_total(f"{where}, unpacked,", sum(entry.file_size for entry in entries), bounds)


def check_files(paths: Sequence[Path], bounds: Bounds) -> None:
    """The same for pictures that are files of their own."""
    if len(paths) > bounds.files:
        raise UsageError(f"{len(paths):,} files; at most {bounds.files:,} are taken here: choose fewer")
    try:
        total = sum(os.stat(path).st_size for path in paths)
    except OSError as problem:
        raise UsageError(f"a file can't be read: {reason(problem)}; choose it again") from None
    _check_total("the files together", total, bounds)


def _check_total(where: str, total: int, bounds: Bounds) -> None:
    if total > bounds.megabytes * 1e6:
        most = f"at most {bounds.megabytes:g} MB are taken here"
        raise UsageError(f"{where} would take {total / 1e6:,.0f} MB; {most}: take fewer or smaller pictures")
