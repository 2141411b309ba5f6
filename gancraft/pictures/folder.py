"""The pictures of a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gancraft.errors import UsageError
from gancraft.pictures._files import reason, shown
from gancraft.pictures._guard import readable_extensions


def list_pictures(folder: str | Path) -> list[Path]:
    """Picture files directly in `folder`, known by their extension, none hidden, 2.png before 10.png.

    Raises UsageError if there are none, or no such folder.
    """
    folder, where = Path(folder), shown(folder)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if is_picture(entry.name) and entry.is_file()]
    except FileNotFoundError:
        raise UsageError(f"the folder {where} doesn't exist: check its name") from None
    except NotADirectoryError:
        raise UsageError(f"{where} is a file: name the folder that holds the pictures") from None
    except OSError as problem:
        raise UsageError(f"the folder {where} can't be read: {reason(problem)}") from None
    if not names:
        raise UsageError(f"the folder {where} holds no pictures (.jpg, .png, .webp …): name another")
    return [folder / name for name in sorted(names, key=natural)]


def is_picture(name: str) -> bool:
    """True for a file name that has the extension of a picture and isn't hidden."""
    return not name.startswith(".") and Path(name).suffix.lower() in readable_extensions()


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Numbers by their value, letters without regard to case; the name itself breaks ties."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    # The length stands for the size, since int() refuses very long numbers.
    digits = [part.lstrip("0") for part in parts]
    key = [
        (0, len(digit), digit) if part[0] in "0123456789" else (1, 0, part)
        for part, digit in zip(parts, digits, strict=True)
    ]
    return key, name
