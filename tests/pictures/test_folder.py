"""Folders of pictures."""

import pytest

from gancraft.errors import UsageError
from gancraft.pictures import list_pictures


def test_a_folder_lists_its_pictures_in_natural_order(tmp_path):
    for name in ("b10.png", "b2.PNG", "A1.jpg", "notes.txt", ".hidden.png", "b02.png", "x.eps", "9" * 40 + ".gif"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    names = [path.name for path in list_pictures(tmp_path)]
    assert names == ["9" * 40 + ".gif", "A1.jpg", "b02.png", "b2.PNG", "b10.png"]


def test_folders_that_cannot_be_listed(tmp_path):
    for folder, says in ((tmp_path, "no pictures"), (tmp_path / "x", "doesn't exist"), (tmp_path / "f", "a file")):
        (tmp_path / "f").touch()
        with pytest.raises(UsageError, match=says):
            list_pictures(folder)
