"""Memory that a server has used and needs no more."""

from __future__ import annotations

import contextlib
import ctypes
from functools import cache
from typing import Any


def give_back() -> None:
    """Have the C library return freed memory to the system, where it can. It keeps some for every thread that ever worked: a
    third of a gigabyte after a hundred small paintings."""
    if (trim := _malloc_trim()) is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    with contextlib.suppress(OSError, TypeError, AttributeError):  # glibc alone has it
        return ctypes.CDLL(None).malloc_trim
    return None
