"""A folder of pictures as a data set, subfolders included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gancraft.errors import UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures.dataset.listing import choose, left_out
from gancraft.pictures.dataset.origin import Origin, worth_threads
from gancraft.pictures.dataset.size import header_size
from gancraft.pictures.folder import is_picture
from gancraft.pictures.open import open_picture
from gancraft.pictures.picture import Picture


def folder_origin(folder: Path, labels: bool, max_megapixels: float) -> Origin:
    """All pictures in `folder` and below, nothing hidden. labels: subfolders directly in it are the classes.

    Raises UsageError for a folder that can't be read or holds no pictures, and for labels without subfolders.
    """
    files = {path.relative_to(folder).as_posix(): path for path in _walk(folder, set())}
    found = {name: path for name, path in files.items() if is_picture(path.name)}
    chosen = choose(list(found), labels, shown(folder))
    paths = [found[name] for name in chosen.names]
    stamps = [(name, *_stamp(path)) for name, path in zip(chosen.names, paths, strict=True)]

    def opened(number: int) -> Picture:
        return open_picture(paths[number], max_megapixels)

    return Origin(
        where=shown(folder),
        names=tuple(shown(name) for name in chosen.names),
        open=opened,
        measure=lambda number: header_size(paths[number], max_megapixels),
        stamp=[os.path.abspath(os.fsencode(folder)).hex(), [(shown(name), size, when) for name, size, when in stamps]],
        label=chosen.label,
        classes=chosen.classes,
        notes=(*chosen.notes, *left_out([name for name in files if name not in found])),
        parallel=worth_threads([size for _, size, _ in stamps]),
    )


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Files that aren't hidden; links to folders are followed, once each."""
    try:
        status = os.stat(folder)
        # Windows may have no such numbers for a folder.
        if status.st_ino and (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    yield from _walk(folder / entry.name, seen)
                elif entry.is_file():
                    yield folder / entry.name
    except OSError as problem:
        raise UsageError(f"the folder {shown(folder)} can't be read: {reason(problem)}; ask for permission") from None


def _stamp(path: Path) -> tuple[int, int]:
    """Bytes and time of change; zeros for a file that is gone already: opening it says so."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
