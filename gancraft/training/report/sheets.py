"""Sample sheets for the page: a few dozen, evenly over the run, and small enough to stand in it as text."""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

MOST = 40  # and one more, the newest
SIDE, BYTES = 1024, 80_000  # of a sheet in the time-lapse; 40 make 4.3 MB in base64
NEWEST_SIDE, NEWEST_BYTES = 1600, 1_000_000
ENDINGS = (".webp", ".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Sheet:
    """at: pictures seen; data: a WebP of width x height pixels."""

    at: int
    data: bytes
    width: int
    height: int


def read_sheets(folder: Path) -> list[Sheet]:
    """The sheets in a folder, oldest first: the first, the newest, and some between them. Unreadable ones are left out."""
    found = sheet_files(folder)
    chosen = _evenly(sorted(found))
    with ThreadPoolExecutor(4) as pool:  # Pillow lets go of Python's lock where the time goes
        sheets = list(pool.map(lambda at: _sheet(at, found[at], newest=at == chosen[-1]), chosen))
    return [sheet for sheet in sheets if sheet is not None]


def _sheet(at: int, path: Path, newest: bool) -> Sheet | None:
    side, limit = (NEWEST_SIDE, NEWEST_BYTES) if newest else (SIDE, BYTES)
    try:
        state = path.stat()
    except OSError:
        return None
    small = _small(str(path), state.st_mtime_ns, state.st_size, side, limit)
    return None if small is None else Sheet(at, *small)


def sheet_files(folder: Path) -> dict[int, Path]:
    """Files of all sheets in a folder, by pictures seen. Empty where there is no such folder."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return {}
    return {int(path.stem): path for path in paths if path.suffix.lower() in ENDINGS and _is_count(path.stem)}


def _is_count(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 19


def _evenly(names: list[int]) -> list[int]:
    """Every 1st, 2nd, 4th … of them: as a run grows no sheet is chosen that wasn't before, so each is made small once."""
    step = 1
    while len(names[::step]) > MOST:
        step *= 2
    return names[::step] + ([names[-1]] if names and (len(names) - 1) % step else [])


@lru_cache(maxsize=2 * MOST)
def _small(path: str, changed: int, size: int, side: int, limit: int) -> tuple[bytes, int, int] | None:
    """WebP bytes, width and height. `changed` and `size` are the file's, so that a new file of an old name is read anew."""
    try:
        with Image.open(path) as image:
            image.load()
            if image.format == "WEBP" and max(image.size) <= side and size <= limit:
                return Path(path).read_bytes(), image.width, image.height
            whole = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    for _ in range(6):
        whole.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        whole.save(file, "WEBP", quality=82, method=2)
        if file.tell() <= limit:
            return file.getvalue(), whole.width, whole.height
        side = max(1, int(max(whole.size) * 0.9 * math.sqrt(limit / file.tell())))
    return None
