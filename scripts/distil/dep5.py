"""Which licence a Debian package's copyright file gives to a file (machine-readable format, DEP-5)."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path


def read(path: Path) -> list[tuple[list[str], str]]:
    """(patterns, licence) of each Files paragraph, in the file's order: the last match counts."""
    found = []
    for paragraph in re.split(r"\n\s*\n", path.read_text(errors="replace")):
        files = re.search(r"^Files:((?:.*)(?:\n[ \t].*)*)", paragraph, re.M)
        licence = re.search(r"^License:[ \t]*(.*)", paragraph, re.M)
        if files and licence:
            found.append((files.group(1).split(), licence.group(1).strip()))
    return found


def licence_of(name: str, paragraphs: list[tuple[list[str], str]]) -> str:
    """The licence of the file `name`, a path below the source tree; "" if nothing matches.

    Packages convert pictures when they build, so x.webp also goes by what is said of x.jpg and x.png.
    """
    stem, _, suffix = name.rpartition(".")
    names = [name] if suffix != "webp" else [name, f"{stem}.jpg", f"{stem}.png"]
    licence = ""
    for patterns, stated in paragraphs:
        if any(fnmatch(each, pattern) for pattern in patterns for each in names):
            licence = stated
    return licence
