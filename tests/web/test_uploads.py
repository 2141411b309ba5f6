"""Pictures that visitors bring, and the place on the disk that a visit has: checked, kept while it lasts, gone with it."""

from __future__ import annotations

import copy
import dataclasses
import gc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures.dataset import default_cache, forget, open_set
from gancraft.web.settings import OWN, PUBLIC
from gancraft.web.uploads import brought
from gancraft.web.visit import Visit, visit_state
from tests.web.conftest import BOUNDS


def pictures(folder: Path, count: int = 9, side: int = 8) -> list[str]:
    """Uploaded files, each in a folder of its own as Gradio keeps them, some of the same name."""
    random = np.random.default_rng(0)
    paths = []
    for number in range(count):
        path = folder / str(number) / f"cat{number // 2}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(random.integers(0, 255, (side, side, 3), np.uint8)).save(path)
        paths.append(str(path))
    return paths


def packed(files: list[str], path: Path) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for number, file in enumerate(files):
            archive.write(file, f"{number}.png")
    return str(path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_single_pictures_become_a_folder(tmp_path: Path, home: Path) -> None:
    files = pictures(tmp_path)
    source = brought(files, home, BOUNDS)
    assert source.is_absolute() and source.parent.parent == home
    assert sorted(path.name for path in source.iterdir()) == [
        "cat0-2.png", "cat0.png", "cat1-2.png", "cat1.png", "cat2-2.png", "cat2.png", "cat3-2.png", "cat3.png", "cat4.png",
    ]  # fmt: skip
    assert len(open_set(str(source))) == 9
    assert brought(files, home, BOUNDS) == source and len(list(home.iterdir())) == 1
    assert brought(files[:8], home, BOUNDS) != source


def test_a_zip_stays_one(tmp_path: Path, home: Path) -> None:
    source = brought([packed(pictures(tmp_path), tmp_path / "my cats!.zip")], home, BOUNDS)
    assert source.name == "my-cats.zip" and len(open_set(str(source))) == 9


def test_what_is_kept_outlasts_the_upload(tmp_path: Path, home: Path) -> None:
    files = pictures(tmp_path)
    source = brought(files, home, BOUNDS)
    for file in files:
        Path(file).unlink()
    assert len(open_set(str(source))) == 9
    with pytest.raises(UsageError, match="can't be read"):
        brought(files, home, BOUNDS)


def test_names_can_do_no_harm(tmp_path: Path, home: Path) -> None:
    files = pictures(tmp_path, 3)
    odd = []
    for file, name in zip(files, (".hidden.png", "..png", "x" * 200 + ".png"), strict=True):
        odd.append(str(Path(file).rename(Path(file).with_name(name))))
    names = sorted(path.name for path in brought(odd, home, BOUNDS).iterdir())
    assert names == ["hidden.png", "pictures.png", "x" * 80 + ".png"]


def test_what_is_not_taken(tmp_path: Path, home: Path) -> None:
    files = pictures(tmp_path, 60, 8)
    one = packed(files[:9], tmp_path / "a.zip")
    (tmp_path / "large.png").write_bytes(bytes(3_000_000))
    for wrong, says in (
        ([one, files[0]], "either one .zip or pictures"),
        ([one, one], "either one .zip or pictures"),
        (files, "60 files; at most 50"),
        ([str(tmp_path / "large.png")], "3 MB; at most 2 MB"),
        ([packed(files, tmp_path / "many.zip")], "60 files; at most 50"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            brought(wrong, home, BOUNDS)
        assert "\n" not in str(caught.value) and str(tmp_path) not in str(caught.value)
    assert not home.exists()


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    files = pictures(tmp_path)
    monkeypatch.setattr("gancraft.web.uploads._copy", full)
    with pytest.raises(UsageError, match="No space left"):
        brought(files, home, BOUNDS)
    assert list(home.iterdir()) == []


def test_a_visit_ends_with_all_that_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    others = open_set(str(Path(pictures(tmp_path / "others")[0]).parents[1]), cache=default_cache())
    visit = Visit(keep_runs=False)
    source = brought(pictures(tmp_path / "mine"), visit.home, BOUNDS)
    open_set(str(source), cache=default_cache())
    folder, run = visit.folder, visit.begin("cats, by a method")
    assert run.name == "page-cats-by-a-method" and visit.begin("cats, by a method").name == f"{run.name}-2"
    assert folder in source.parents and len(list((tmp_path / "cache").iterdir())) == 4
    visit.close()
    assert not folder.exists() and len(list((tmp_path / "cache").iterdir())) == 2
    assert len(open_set(str(tmp_path / "others"), cache=default_cache())) == len(others)
    assert visit.runs() == [] and visit.folder != folder  # who comes back begins anew
    again = visit.folder
    del visit
    gc.collect()
    assert not again.exists()


def test_every_visitor_has_a_visit_of_their_own() -> None:
    visit = Visit(keep_runs=False)
    other = copy.deepcopy(visit)
    visit.latest, mine = "page-x", visit.folder
    assert other.latest is None and other.folder != mine
    assert visit_state(PUBLIC).time_to_live < float("inf") == visit_state(OWN).time_to_live


def test_runs_are_found_by_their_names_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    visit = Visit(keep_runs=True)
    with pytest.raises(UsageError, match="there is no run yet"):
        visit.find("")
    for name in ("a", "b"):
        run = visit.begin(name)
        assert run.parent == Path("runs")
        (run / "checkpoints").mkdir()
        (run / "checkpoints" / "1.safetensors").touch()
        (run / "run.json").write_text("{}")
    (tmp_path / "secret" / "checkpoints").mkdir(parents=True)
    (tmp_path / "secret" / "run.json").write_text("{}")
    assert sorted(visit.runs()) == ["page-a", "page-b"] and visit.find("page-a") == Path("runs/page-a")
    for name in ("../secret", str(tmp_path / "secret"), "page-c", ".", "page-a/.."):
        with pytest.raises(UsageError, match="no such run"):
            visit.find(name)
    visit.close()
    assert sorted(visit.runs()) == ["page-a", "page-b"]


def test_forgetting_touches_nothing_else(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for name in ("a", "ab"):
        pictures(tmp_path / name)
        open_set(str(tmp_path / name), cache=cache)
    (cache / "theirs.json").write_text('{"source": "' + str(tmp_path / "a") + '"}')
    forget(tmp_path / "a", cache)
    assert len(list(cache.iterdir())) == 3 and (cache / "theirs.json").exists()
    forget(tmp_path / "nowhere", tmp_path / "no-cache")


def test_the_bounds_of_a_public_page_are_tighter() -> None:
    for name in ("train_side", "train_pictures", "train_seconds", "set_files", "set_megabytes", "train_start_side"):
        assert getattr(PUBLIC, name) < getattr(OWN, name)
    assert not PUBLIC.keep_runs and OWN.keep_runs and dataclasses.replace(PUBLIC) == PUBLIC
