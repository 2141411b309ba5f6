"""Archives: the same as the folder that is in them."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gancraft.errors import UsageError
from gancraft.pictures.dataset import Bounds, check_archive, check_files, open_set

from .dataset_helpers import fill, pack
from .helpers import bomb


def same(first, second):
    assert first.fingerprint == second.fingerprint and first.names == second.names
    assert first.classes == second.classes and first.notes == second.notes


@pytest.mark.parametrize("below", ["", "pictures/"])
def test_an_archive_equals_its_folder(tmp_path, below):
    fill(tmp_path / "set" / "b10", 5, 20, 16)
    fill(tmp_path / "set" / "b9", 4, 16, 20)
    fill(tmp_path / "set" / ".hidden", 2)
    (tmp_path / "set" / "readme.txt").write_text("x")
    archive = pack(tmp_path / "set", tmp_path / "set.ZIP", below)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("__MACOSX/b9/._0.png", b"junk")
        file.writestr("__MACOSX/b9/0.png", b"junk")
    for settings in ({}, {"labels": True, "size": "24x16"}):
        same(open_set(str(tmp_path / "set"), **settings), open_set(str(archive), **settings))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set", "set.ZIP"]


def test_large_files_are_read_by_threads_too(tmp_path):
    fill(tmp_path / "set", 12, 80, 80)
    same(open_set(str(tmp_path / "set")), open_set(str(pack(tmp_path / "set", tmp_path / "set.zip"))))


def test_broken_entries_are_left_out(tmp_path):
    archive = pack(fill(tmp_path / "set", 9), tmp_path / "set.zip")
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("bomb.png", bomb())
        file.writestr("junk.png", b"junk")
    data = bytearray(archive.read_bytes())
    at = data.index(b"4.png") + 60
    data[at] ^= 255  # its checksum no longer holds
    archive.write_bytes(data)
    found = open_set(str(archive))
    assert found.names == tuple(f"{number}.png" for number in range(9) if number != 4)
    assert found.notes[0].startswith("3 pictures can't be read and were left out: 4.png, bomb.png, junk.png")


def test_archives_that_cannot_be_read(tmp_path):
    fill(tmp_path / "set", 9)
    whole = pack(tmp_path / "set", tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "nothing.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as file:
        file.writestr("readme.txt", "x")
    for name, says in (
        ("cut.zip", "isn't a .zip"),
        ("text.zip", "isn't a .zip"),
        ("nothing.zip", "isn't a .zip"),
        ("empty.zip", "holds no pictures"),
        ("none.zip", "doesn't exist"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            open_set(str(tmp_path / name))
        assert "\n" not in str(caught.value) and name in str(caught.value)
    with pytest.raises(UsageError, match="to take as classes"):
        open_set(str(tmp_path / "whole.zip"), labels=True)


def test_encrypted_archives_are_refused_in_one_line(tmp_path):
    archive = pack(fill(tmp_path / "set", 8), tmp_path / "set.zip")
    data = bytearray(archive.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 1)
    archive.write_bytes(data)
    with pytest.raises(UsageError, match="none of the 8 pictures .* encrypted"):
        open_set(str(archive))


def test_what_is_no_picture_is_named(tmp_path):
    fill(tmp_path / "set", 8)
    for name in ("a.txt", "b.pdf", "c.mov", "d.doc", "Thumbs.db", ".DS_Store"):
        (tmp_path / "set" / name).write_text("x")
    for source in (tmp_path / "set", pack(tmp_path / "set", tmp_path / "set.zip")):
        assert open_set(str(source)).notes[0] == "4 files are no pictures and were left out: a.txt, b.pdf, c.mov …"


def archive_of(path: Path, entries: dict[str, bytes], **settings: Any) -> Path:
    with zipfile.ZipFile(path, "w", **settings) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


FEW = Bounds(files=10, megabytes=3)


def test_what_a_stranger_may_bring(tmp_path):
    check_archive(pack(fill(tmp_path / "set", 8), tmp_path / "set.zip"), FEW)
    check_files(sorted((tmp_path / "set").iterdir()), FEW)


@pytest.mark.parametrize(
    ("entries", "settings", "says"),
    [
        ({f"{n}.png": b"x" for n in range(11)}, {}, "holds 11 files; at most 10"),
        ({f"{n}.png": os.urandom(1_000_000) for n in range(4)}, {}, "would take 4 MB; at most 3 MB"),
        ({"../evil.png": b"x"}, {}, r"leads outside of it \(../evil.png\)"),
        ({"a/../../evil.png": b"x"}, {}, "leads outside"),
        ({"a\\..\\evil.png": b"x"}, {}, "leads outside"),
        ({"/etc/evil.png": b"x"}, {}, "leads outside"),
        ({"C:\\evil.png": b"x"}, {}, "leads outside"),
        ({"more.zip": b"x"}, {}, r"another archive in it \(more.zip\)"),
        ({"a/more.TAR": b"x"}, {}, "another archive"),
        ({"bomb.png": bytes(2_000_000)}, {"compression": zipfile.ZIP_DEFLATED}, r"would burst \(bomb.png\)"),
        ({"odd.png": bytes(2000)}, {"compression": zipfile.ZIP_LZMA}, "unusual way"),
    ],
)
def test_what_a_stranger_may_not_bring(tmp_path, entries, settings, says):
    archive = archive_of(tmp_path / "theirs.zip", entries, **settings)
    with pytest.raises(UsageError, match=says) as caught:
        check_archive(archive, FEW)
    assert str(caught.value).startswith("theirs.zip ") or str(caught.value).startswith("theirs.zip,")
    assert "\n" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_names_with_dots_are_no_paths(tmp_path):
    check_archive(archive_of(tmp_path / "a.zip", {"..cat..png": b"x", "a..b/c.png": b"x", "... .png": b"x"}), FEW)


def test_passwords_are_not_asked_for(tmp_path):
    archive = archive_of(tmp_path / "a.zip", {"a.png": b"x"})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(UsageError, match="locked with a password"):
        check_archive(archive, FEW)
    archive.write_bytes(b"no archive")
    with pytest.raises(UsageError, match=r"isn't a \.zip"):
        check_archive(archive, FEW)


def test_single_files_are_bounded_too(tmp_path):
    paths = sorted(fill(tmp_path, 11).iterdir())
    with pytest.raises(UsageError, match="11 files; at most 10"):
        check_files(paths, FEW)
    with pytest.raises(UsageError, match="would take 0 MB; at most 0.001 MB"):
        check_files(paths, Bounds(20, 0.001))
    with pytest.raises(UsageError, match="can't be read"):
        check_files([tmp_path / "gone.png"], FEW)


def test_an_entry_that_is_larger_than_it_claims_is_not_unpacked(tmp_path):
    archive = pack(fill(tmp_path / "set", 8), tmp_path / "set.zip")
    real = 300_000_000
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file, file.open("liar.png", "w") as entry:
        for _ in range(real // 10_000_000):
            entry.write(bytes(10_000_000))
    data = bytearray(archive.read_bytes())
    at = data.rindex(b"PK\1\2") + 24
    assert int.from_bytes(data[at : at + 4], "little") == real
    data[at : at + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(data)
    check_archive(archive, FEW)  # its claims are modest
    tracemalloc.start()
    try:
        found = open_set(str(archive), size="16")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == 8 and "1 picture can't be read and was left out: liar.png" in found.notes[0]
    assert peak < 20_000_000
