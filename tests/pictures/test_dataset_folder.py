"""Folders as data sets: which files, in which order, of which class."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.pictures.dataset import open_set

from .dataset_helpers import fill, flat, picture


def test_a_folder_becomes_a_set(tmp_path):
    found = open_set(str(fill(tmp_path, 12)))
    assert found.names == tuple(f"{number}.png" for number in range(12)) and len(found) == 12
    assert str(found.shape) == "16x16 RGB" and found.x_NCHW.dtype == np.uint8 and found.source == str(tmp_path)
    assert found.labels_N is None and found.classes == () and re.fullmatch("[0-9a-f]{16}", found.fingerprint)
    for number in (0, 11):
        assert (found.x_NCHW[number] == np.moveaxis(np.asarray(picture(number)), -1, 0)).all()


def test_nested_pictures_are_found_and_hidden_ones_are_not(tmp_path):
    fill(tmp_path / "b" / "deep", 3)
    fill(tmp_path / "a10", 3)
    fill(tmp_path / "a2", 3)
    fill(tmp_path / ".thumbs", 2)
    (tmp_path / "a2" / ".x.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture")
    os.symlink(tmp_path, tmp_path / "b" / "loop")
    names = open_set(str(tmp_path)).names
    assert names == (
        *(f"a2/{n}.png" for n in range(3)),
        *(f"a10/{n}.png" for n in range(3)),
        *(f"b/deep/{n}.png" for n in range(3)),
    )


def test_folders_are_classes(tmp_path):
    fill(tmp_path / "10", 5)
    fill(tmp_path / "9" / "deep", 4)
    fill(tmp_path, 3)
    found = open_set(str(tmp_path), labels=True)
    assert found.classes == ("9", "10") and found.labels_N.tolist() == [0] * 4 + [1] * 5
    assert found.labels_N.dtype == np.int64 and found.shape.classes == 2
    assert any(note.startswith("3 pictures outside") for note in found.notes)
    assert len(open_set(str(tmp_path))) == 12


def test_a_class_whose_pictures_are_all_broken_is_no_class(tmp_path):
    fill(tmp_path / "a", 4)
    fill(tmp_path / "c", 4)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.png").write_bytes(b"junk")
    found = open_set(str(tmp_path), labels=True)
    assert found.classes == ("a", "c") and found.labels_N.tolist() == [0] * 4 + [1] * 4


def test_broken_pictures_are_left_out_with_a_note(tmp_path):
    fill(tmp_path, 9)
    for name in ("3a.png", "3b.png", "3c.jpg", "3d.webp"):
        (tmp_path / name).write_bytes(b"junk")
    found = open_set(str(tmp_path))
    assert found.names == tuple(f"{number}.png" for number in range(9))
    note = next(note for note in found.notes if "can't be read" in note)
    assert note.startswith("4 pictures can't be read and were left out: 3a.png, 3b.png, 3c.jpg … (")
    assert "isn't a picture" in note and all("\n" not in note for note in found.notes)


def test_notes_on_copies_enlargement_and_small_sets(tmp_path):
    fill(tmp_path, 10)
    picture(3).save(tmp_path / "copy.png")
    picture(99, 32, 32).save(tmp_path / "large.png")
    notes = " | ".join(open_set(str(tmp_path), size="32").notes)
    assert "11 pictures are smaller than 32x32 and were enlarged" in notes
    assert "1 picture is an exact copy of another, such as copy.png of 3.png" in notes
    assert "only 12 pictures" in notes
    assert not any("smaller" in note for note in open_set(str(tmp_path), size="16").notes)


def test_large_sets_are_not_called_small(tmp_path):
    assert open_set(str(fill(tmp_path, 500, 8, 8))).notes == ()


def test_progress_counts_every_picture_in_this_thread(tmp_path):
    import threading

    seen = []
    fill(tmp_path, 9, 80, 80)  # large enough for threads
    open_set(str(tmp_path), progress=lambda done, total: seen.append((done, total, threading.get_ident())))
    assert seen == [(done, 9, threading.get_ident()) for done in range(1, 10)]


def test_threads_change_nothing(tmp_path, monkeypatch):
    fill(tmp_path, 12, 80, 70)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    several = open_set(str(tmp_path))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    alone = open_set(str(tmp_path))
    assert several.fingerprint == alone.fingerprint and several.names == alone.names


def test_the_fingerprint_tells_pixels_labels_and_order(tmp_path):
    fill(tmp_path / "a", 8)
    fill(tmp_path / "b", 1)
    base = open_set(str(tmp_path)).fingerprint
    assert open_set(str(tmp_path)).fingerprint == base
    labelled = open_set(str(tmp_path), labels=True).fingerprint
    (tmp_path / "a" / "0.png").rename(tmp_path / "b" / "9.png")
    moved = open_set(str(tmp_path), labels=True).fingerprint
    picture(50).save(tmp_path / "a" / "0.png")
    assert len({base, labelled, moved, open_set(str(tmp_path)).fingerprint}) == 4


def test_what_is_no_folder_of_pictures(tmp_path):
    fill(tmp_path / "few", 7)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.png").write_bytes(b"x")
    (tmp_path / "broken").mkdir()
    for number in range(9):
        (tmp_path / "broken" / f"{number}.png").write_bytes(b"junk")
    for source, says in (
        (tmp_path / "nowhere", "doesn't exist"),
        (tmp_path / "empty", "holds no pictures"),
        (tmp_path / "few", "7 readable pictures: training needs at least 8"),
        (tmp_path / "broken", "none of the 9 pictures .* can be read; the first: .*0.png isn't a picture"),
        (tmp_path / "file.png", "is a file"),
        ("", "doesn't exist"),
        ("a\0b", "can't be read|doesn't exist"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            open_set(str(source))
        assert "\n" not in str(caught.value)


def test_labels_without_folders(tmp_path):
    with pytest.raises(UsageError, match="no folders of pictures in it to take as classes"):
        open_set(str(flat(tmp_path, (1, 2, 3))), labels=True)


def test_pictures_over_the_limit_are_left_out(tmp_path):
    fill(tmp_path, 8)
    picture(9, 64, 64).save(tmp_path / "large.png")
    found = open_set(str(tmp_path), max_megapixels=0.002)
    assert len(found) == 8 and "large.png" in found.notes[0] and "--max-megapixels" in found.notes[0]
