"""Prepared pictures are kept, found again, and made anew when they must be."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.pictures.dataset import build, default_cache, open_set, store

from .dataset_helpers import fill, picture


@pytest.fixture
def opened(monkeypatch):
    """How often a picture is prepared."""
    count = []
    real = build.prepared
    monkeypatch.setattr(build, "prepared", lambda *rest: count.append(1) or real(*rest))
    return count


def files(cache):
    return sorted(path.suffix for path in cache.iterdir())


@pytest.mark.parametrize("channels", [1, 3])
def test_the_map_equals_what_is_made_in_memory(tmp_path, opened, channels):
    folder, cache = str(fill(tmp_path / "a", 11, channels=channels)), tmp_path / "c" / "d"
    fill(tmp_path / "a" / "more", 8, channels=channels)
    plain = open_set(folder, labels=True)
    del opened[:]
    first, again = (open_set(folder, labels=True, cache=cache) for _ in range(2))
    assert len(opened) == 8 and files(cache) == [".json", ".npy"]
    for kept in (first, again):
        assert isinstance(kept.x_NCHW, np.memmap) and not kept.x_NCHW.flags.writeable
        assert (kept.x_NCHW == plain.x_NCHW).all() and (kept.labels_N == plain.labels_N).all()
        for name in ("classes", "names", "source", "fingerprint", "notes"):
            assert getattr(kept, name) == getattr(plain, name)


def test_left_out_pictures_leave_no_hole(tmp_path):
    folder = fill(tmp_path / "a", 1100, 8, 8, channels=1)  # more than are rewritten at a time
    for number in (0, 700, 1099):
        (folder / f"{number}.png").write_bytes(b"junk")
    plain, kept = open_set(str(folder)), open_set(str(folder), cache=tmp_path / "c")
    assert kept.x_NCHW.shape == (1097, 1, 8, 8) and (kept.x_NCHW == plain.x_NCHW).all()


def test_whatever_changes_the_pictures_makes_them_anew(tmp_path, opened):
    folder, cache = fill(tmp_path / "a", 8), tmp_path / "c"
    seen = set()
    for settings in (
        {},
        {"size": "12"},
        {"fit": "stretch"},
        {"channels": "4"},
        {"background": "red"},
        {"max_megapixels": 1},
    ):
        open_set(str(folder), cache=cache, **settings)
        seen.add(len(opened))
    picture(77).save(folder / "3.png")
    changed = open_set(str(folder), cache=cache)
    picture(78).save(folder / "9.png")
    assert len(open_set(str(folder), cache=cache)) == 9
    assert seen == {8, 16, 24, 32, 40, 48} and len(opened) == 48 + 8 + 9
    assert (changed.x_NCHW[3] == np.moveaxis(np.asarray(picture(77)), -1, 0)).all()


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize("harm", ["cut", "empty", "flip", "gone"])
def test_damaged_files_are_made_anew(tmp_path, opened, suffix, harm):
    folder, cache = str(fill(tmp_path / "a", 8)), tmp_path / "c"
    print_ = open_set(folder, cache=cache).fingerprint
    path = next(cache.glob(f"*{suffix}"))
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "flip":
        path.write_bytes(data[:300] + bytes([data[300] ^ 1]) + data[301:] if suffix == ".npy" else b'{"names": 3}')
    else:
        path.write_bytes(data[: len(data) // 2] if harm == "cut" else b"")
    for expected in (16, 16):
        assert open_set(folder, cache=cache).fingerprint == print_ and len(opened) == expected


def test_a_cache_that_cannot_be_written_is_only_a_note(tmp_path):
    folder = str(fill(tmp_path / "a", 8))
    (tmp_path / "file").write_text("x")
    found = open_set(folder, cache=tmp_path / "file")
    assert "weren't kept in" in found.notes[-1] and found.fingerprint == open_set(folder).fingerprint


def test_a_disk_that_is_full_or_fills_up_is_only_a_note(tmp_path, monkeypatch):
    folder, cache = str(fill(tmp_path / "a", 8)), tmp_path / "c"
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
        assert "too little room" in open_set(folder, cache=cache).notes[-1]

    def full(self, x_CHW):
        if self._count == 3:
            raise store.CannotKeep(os.strerror(errno.ENOSPC))
        real(self, x_CHW)

    real = store.FileStore.append
    monkeypatch.setattr(store.FileStore, "append", full)
    found = open_set(folder, cache=cache)
    assert "No space left" in found.notes[-1] and len(found) == 8 and files(cache) == []


def test_nothing_is_left_of_a_run_that_failed(tmp_path):
    cache = tmp_path / "c"
    with pytest.raises(UsageError):
        open_set(str(fill(tmp_path / "a", 4)), cache=cache)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_set(str(fill(tmp_path / "b", 8)), cache=cache, progress=stop)
    assert files(cache) == []


def test_what_nobody_uses_is_removed_and_nothing_else(tmp_path):
    cache = tmp_path / "c"
    folders = [str(fill(tmp_path / name, 8)) for name in ("used", "unused", "new")]
    for folder in folders[:2]:
        open_set(folder, cache=cache)
    (cache / "mine.npy").write_bytes(b"x")
    (cache / ".gancraft-0123456789ab.tmp").write_bytes(b"x")
    for path in cache.iterdir():
        os.utime(path, (time.time() - 61 * 24 * 3600,) * 2)
    open_set(folders[0], cache=cache)
    open_set(folders[2], cache=cache)
    assert files(cache) == [".json", ".json", ".npy", ".npy", ".npy"] and (cache / "mine.npy").exists()


def test_the_place_of_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_cache() == tmp_path / ".cache" / "gancraft" / "data"
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert default_cache() == Path("/x/gancraft/data")
    monkeypatch.setenv("GANCRAFT_CACHE", "/y/z")
    assert default_cache() == Path("/y/z")
