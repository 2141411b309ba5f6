"""Prepared pictures kept in a folder, so that the next run starts at once.

Of each set there is KEY.npy (the pixels) and KEY.json (the rest).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

from gancraft.errors import GancraftError
from gancraft.pictures._files import reason, write_safely
from gancraft.pictures.dataset.picture_set import PictureSet, digests, fingerprint
from gancraft.pictures.dataset.store import CannotKeep, FileStore

_VERSION = 1  # raise it when the same settings give other pixels
_OURS = re.compile(r"[0-9a-f]{32}\.(npy|json)|\.gancraft-[0-9a-f]{12}\.tmp")
_UNUSED = 60 * 24 * 3600  # seconds


def default_cache() -> Path:
    """The user's folder for prepared pictures: $GANCRAFT_CACHE, else gancraft/data where caches are kept."""
    if own := os.environ.get("GANCRAFT_CACHE"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gancraft" / "data"


def forget(folder: Path, cache: Path | None = None) -> None:
    """Remove what is kept of pictures that lie in `folder` or below: it is about to be removed, and they are nobody else's.

    cache: the folder of prepared pictures, `default_cache()` if None.
    """
    gone = os.path.abspath(folder)
    with contextlib.suppress(OSError):
        for rest in (cache or default_cache()).glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                source = json.loads(rest.read_bytes())["source"]
                if _OURS.fullmatch(rest.name) and os.path.commonpath([gone, source]) == gone:
                    rest.unlink()
                    rest.with_suffix(".npy").unlink()


class Kept:
    """The place of one set in the cache. what: anything JSON holds that tells the set and its preparation from all others."""

    def __init__(self, folder: Path, what: Any):
        key = hashlib.sha256(json.dumps([_VERSION, what]).encode()).hexdigest()[:32]
        self._folder = folder
        self._pixels, self._rest = folder / f"{key}.npy", folder / f"{key}.json"

    def read(self, source: str) -> PictureSet | None:
        """The set, its pixels a read-only memory map; None if it isn't there whole."""
        try:
            rest = json.loads(self._rest.read_bytes())
            x_NCHW = np.load(self._pixels, mmap_mode="r")
            labels_N = None if rest["labels"] is None else np.array(rest["labels"], dtype=np.int64)
            if fingerprint(x_NCHW, labels_N, digests(x_NCHW)) != rest["fingerprint"]:
                return None
            found = PictureSet(
                x_NCHW,
                labels_N,
                tuple(rest["classes"]),
                tuple(rest["names"]),
                source,
                rest["fingerprint"],
                tuple(rest["notes"]),
            )
        except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError):
            return None
        for path in (self._pixels, self._rest):
            with contextlib.suppress(OSError):
                os.utime(path)
        return found

    def store(self, shape: tuple[int, int, int, int]) -> FileStore:
        """A place for the pixels. Raises CannotKeep."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise CannotKeep(reason(problem)) from None
        self._prune()
        return FileStore(self._pixels, shape)

    def write(self, made: PictureSet) -> None:
        """Keep the rest of a set whose pixels are in the store. Raises CannotKeep."""
        labels = None if made.labels_N is None else made.labels_N.tolist()
        rest = {name: getattr(made, name) for name in ("classes", "names", "fingerprint", "notes")}
        rest["source"] = os.path.abspath(os.path.expanduser(made.source))  # for `forget`
        try:
            write_safely(self._rest, json.dumps({**rest, "labels": labels}).encode())
        except GancraftError as problem:
            raise CannotKeep(str(problem)) from None

    def _prune(self) -> None:
        """Remove what nobody has used for 60 days, and nothing that isn't ours."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if _OURS.fullmatch(path.name) and path.stat().st_mtime < time.time() - _UNUSED:
                    path.unlink(missing_ok=True)
