"""Names of files as people read them, reasons as one line, and writing that never leaves half a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from gancraft.errors import GancraftError, UsageError


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message: printable on any terminal, without line breaks or control characters."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def reason(problem: BaseException) -> str:
    """Why something failed, in one line, without the path that an OSError repeats."""
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return " ".join(text.split()) or type(problem).__name__


def check_target(path: Path) -> None:
    """Raise UsageError where no file can be written at `path`; leaves nothing behind and changes nothing.

    A trial file is written because permissions alone don't tell: root may do anything, yet not on a
    read-only disk.
    """
    if _is_device(path):
        return
    trial = _temporary(_place(path))
    try:
        os.close(_create(trial))
        os.unlink(trial)
    except OSError as problem:
        raise UsageError(f"{shown(path)} can't be written: {reason(problem)}; choose another folder") from None


def write_safely(path: Path, data: bytes) -> None:
    """Write a file so that at any moment, a power cut included, there is the old one or the new one, whole.

    Follows symbolic links; keeps the permissions of a file that is replaced; writes straight into devices
    and pipes. Raises GancraftError (UsageError for a place that can't be); the old file is then as it was.
    """
    try:
        if _is_device(path):
            path.write_bytes(data)
        else:
            _replace(_place(path), data)
    except OSError as problem:
        raise GancraftError(f"{shown(path)} wasn't written: {reason(problem)}") from None


def _replace(path: Path, data: bytes) -> None:
    temporary = _temporary(path)
    try:
        with os.fdopen(_create(temporary), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    # The new name itself is only on the disk after this; not every system can sync a folder.
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _place(path: Path) -> Path:
    """Where the file itself will be, links followed. Raises UsageError if there can't be one."""
    place = Path(os.path.realpath(path)) if os.path.islink(path) else path
    folder = shown(place.parent)
    try:
        if not stat.S_ISDIR(os.stat(place.parent).st_mode):
            raise UsageError(f"{folder} is a file, not a folder: choose another place for {shown(place.name)}")
        if stat.S_ISDIR(os.stat(place).st_mode):
            raise UsageError(f"{shown(path)} is a folder: name a file in it")
    except FileNotFoundError:
        if not place.parent.is_dir():
            raise UsageError(f"the folder {folder} doesn't exist: make it first, or choose another") from None
    except (OSError, ValueError) as problem:
        raise UsageError(f"{shown(path)} can't be written: {reason(problem)}; choose another name") from None
    return place


def _is_device(path: Path) -> bool:
    """True for /dev/stdout, pipes and the like: replacing one by a file would destroy it."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _temporary(path: Path) -> Path:
    # Short, because `path` may have the longest name that the file system takes.
    return path.parent / f".gancraft-{secrets.token_hex(6)}.tmp"


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
