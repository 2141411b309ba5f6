"""Where prepared pictures are put one after the other: memory, or a .npy file that is mapped into memory afterwards.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
from pathlib import Path
from typing import Protocol

import numpy as np

from gancraft.pictures._files import reason

_SPARE = 64 << 20  # bytes of the disk that are left for others
_CHUNK = 1024  # pictures at a time when colours are dropped


class CannotKeep(Exception):
    """The disk doesn't take the pictures; the message says why."""


class Store(Protocol):
    """Takes up to N pictures of one shape."""

    def append(self, x_CHW: np.ndarray) -> None:
        """Add a picture, uint8. Raises CannotKeep."""

    def finish(self, grey: bool) -> np.ndarray:
        """x_NCHW of all that were added, of their first channel alone if `grey`. Raises CannotKeep."""

    def discard(self) -> None:
        """Leave nothing behind; harmless after `finish`."""


class MemoryStore:
    """In memory."""

    def __init__(self, shape: tuple[int, int, int, int]):
        self._x_NCHW = np.empty(shape, np.uint8)
        self._count = 0

    def append(self, x_CHW: np.ndarray) -> None:
        """Add a picture."""
        self._x_NCHW[self._count] = x_CHW
        self._count += 1

    def finish(self, grey: bool) -> np.ndarray:
        """x_NCHW."""
        x_NCHW = self._x_NCHW[: self._count]
        return np.ascontiguousarray(x_NCHW[:, :1]) if grey else x_NCHW

    def discard(self) -> None:
        """Nothing to do."""


class FileStore:
    """In a .npy file that appears under its name once it is complete.

    It is written as a stream, not through a memory map: on a full disk a map kills the process instead of raising an error.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int, int]):
        self._path, self._shape, self._count = path, shape, 0
        self._temporary = path.parent / f".gancraft-{secrets.token_hex(6)}.tmp"
        try:
            room = shutil.disk_usage(path.parent).free - _SPARE
            if int(np.prod(shape, dtype=np.int64)) > room:
                raise CannotKeep("there is too little room on the disk")
            self._file = open(self._temporary, "w+b")  # noqa: SIM115 - finish and discard close it
            self._file.seek(len(self._header()))  # it is written last, when the number of pictures is known
        except OSError as problem:
            raise CannotKeep(reason(problem)) from None

    def append(self, x_CHW: np.ndarray) -> None:
        """Add a picture."""
        try:
            self._file.write(np.ascontiguousarray(x_CHW).data)
        except OSError as problem:
            raise CannotKeep(reason(problem)) from None
        self._count += 1

    def finish(self, grey: bool) -> np.ndarray:
        """x_NCHW, a read-only memory map."""
        try:
            self._shape = (self._count, *self._shape[1:])
            if grey:
                self._drop_colours()
            self._file.seek(0)
            self._file.write(self._header())
            self._file.flush()
            self._file.close()
            os.replace(self._temporary, self._path)
            return np.load(self._path, mmap_mode="r")
        except OSError as problem:
            raise CannotKeep(reason(problem)) from None

    def discard(self) -> None:
        """Remove the unfinished file."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._temporary)

    def _drop_colours(self) -> None:
        """Keep the first channel, in place: what is written never overtakes what is read."""
        _, channels, height, width = self._shape
        start = len(self._header())
        for first in range(0, self._count, _CHUNK):
            number = min(_CHUNK, self._count - first)
            self._file.seek(start + first * channels * height * width)
            data = self._file.read(number * channels * height * width)
            x_NCHW = np.frombuffer(data, np.uint8).reshape(number, channels, height, width)
            self._file.seek(start + first * height * width)
            self._file.write(np.ascontiguousarray(x_NCHW[:, 0]).data)
        self._shape = (self._count, 1, height, width)
        self._file.truncate(start + self._count * height * width)

    def _header(self) -> bytes:
        """Of one length for any number of pictures: numpy leaves room for the first number to grow."""
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": self._shape})
        return header.getvalue()
