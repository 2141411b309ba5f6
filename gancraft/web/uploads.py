"""Pictures that a visitor brings, as files or as one .zip: checked, then put where a run finds them again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from gancraft.errors import UsageError
from gancraft.pictures.dataset import Bounds, check_archive, check_files
from gancraft.web.settings import Limits
from gancraft.web.visit import PREFIX, plain

MOST_LETTERS = 80  # of a file's name
PICTURES = "pictures"  # what a set of single files is called


def brought(files: Sequence[str], home: Path, limits: Limits) -> Path:
    """What to train on: a .zip or a folder within `home`. The same files give the same one again.

    Nothing is unpacked or decoded. Raises UsageError in one line.
    """
    if not files:
        raise UsageError("Pictures: give some of your own, or click one of the sets")
    paths = [Path(file) for file in files]
    zips = [path for path in paths if path.suffix.lower() == ".zip"]
    if zips and len(paths) > 1:
        raise UsageError("give either one .zip or pictures, not both: take the others away")
    bounds = Bounds(limits.set_files, limits.set_megabytes)
    if zips:
        check_archive(zips[0], bounds)
    else:
        check_files(paths, bounds)
    place = home / f"{PREFIX}{PICTURES}-{_digest(paths)}"
    source = place / (f"{plain(zips[0].stem)}.zip" if zips else PICTURES)
    if not source.exists():
        try:
            _put(paths, place, source.name)
        except OSError as problem:
            raise UsageError(f"the pictures can't be kept here ({problem.strerror}): take fewer") from None
    return source.absolute()


def _put(paths: Sequence[Path], place: Path, name: str) -> None:
    """All of them or nothing."""
    half = place.with_name(f".{os.getpid()}-{place.name}")
    shutil.rmtree(half, ignore_errors=True)
    try:
        half.mkdir(parents=True)
        if name == PICTURES:
            (half / name).mkdir()
            taken: set[str] = set()
            for path in paths:
                _copy(path, half / name / _free(path.name, taken))
        else:
            _copy(paths[0], half / name)
        half.replace(place)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _copy(path: Path, to: Path) -> None:
    with contextlib.suppress(OSError):  # another disk, or a system without links
        os.link(path, to)
        return
    shutil.copyfile(path, to)


def _free(name: str, taken: set[str]) -> str:
    """A name that isn't hidden and not taken yet."""
    stem, dot, ending = name.rpartition(".")
    stem = (stem or name).lstrip(".")[:MOST_LETTERS] or PICTURES
    number, free = 1, f"{stem}{dot}{ending}"
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    taken.add(free.casefold())
    return free


def _digest(paths: Sequence[Path]) -> str:
    whole = hashlib.blake2b(digest_size=8)
    for path in paths:
        with open(path, "rb") as file:
            one = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        whole.update(path.name.encode("utf-8", "replace") + b"\0" + one.digest())
    return whole.hexdigest()
