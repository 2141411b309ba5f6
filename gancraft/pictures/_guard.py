"""Pillow on a leash: the formats that are read, and its process-wide switches while a file is decoded."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator
from functools import cache

from PIL import Image

# EPS runs Ghostscript on a stranger's program; the others are stubs that need a handler to be installed.
_NOT_READ = {"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"}

_LOCK = threading.RLock()


@cache
def readable_formats() -> tuple[str, ...]:
    """Pillow's names of the formats that are read."""
    Image.init()
    return tuple(name for name in Image.ID if name not in _NOT_READ)


@cache
def readable_extensions() -> frozenset[str]:
    """Extensions, lower case with their dot, of the formats that are read."""
    formats = set(readable_formats())
    return frozenset(dot for dot, name in Image.registered_extensions().items() if name in formats)


@contextlib.contextmanager
def guarded(max_pixels: float | None) -> Iterator[None]:
    """Within it Pillow warns of nothing and raises DecompressionBombError above `max_pixels` (None: never).

    Its limit and Python's warning filters belong to the whole process, so only one thread is inside at a
    time. The check is Pillow's own because some formats (ICO, ICNS) hold a whole picture of a format of its
    own, decoded on opening.
    """
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS
        # Pillow raises at twice its limit and only warns from there down.
        Image.MAX_IMAGE_PIXELS = None if max_pixels is None else max_pixels / 2  # type: ignore[assignment]
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before
