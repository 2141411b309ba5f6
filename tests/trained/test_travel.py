"""Pushing to a folder and pulling from it: all of a model or nothing, and nothing that isn't one."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import find_plugins
from gancraft.trained import remotes
from gancraft.trained.card import read_card
from gancraft.trained.folder import models_in, origin_of
from gancraft.trained.header import read_model
from gancraft.trained.remotes import FolderRemote, remote_of
from gancraft.trained.travel import pull, push
from tests.conftest import WritePlugin
from tests.trained.helpers import TENSORS, a_model

PLUGINS = find_plugins()
pytestmark = pytest.mark.usefixtures("here")


def pulled(place: str = "./stick/cats", name: str | None = None) -> Path:
    return pull(remote_of(place), name, None, PLUGINS).file


def names(folder: str) -> list[str]:
    return sorted(os.listdir(folder)) if Path(folder).is_dir() else []


@pytest.mark.parametrize(
    "place", ["./stick/cats", "stick/cats/", "file:stick/cats", "file://{here}/stick/cats", "{here}/stick/cats"]
)
def test_there_and_back(place: str, here: Path) -> None:
    place = place.format(here=here)
    model = a_model(Path("runs/cats/model.safetensors"))
    where, card = push(remote_of(place), model, None)
    assert Path(where).resolve() == here / "stick" / "cats" and names("stick/cats") == [
        "README.md",
        "model.safetensors",
    ]
    file = pulled(place)
    assert file == here / "own" / "cats.safetensors" and file.read_bytes() == model.read_bytes()
    assert str(read_card(file.with_suffix(".md"))) == str(card) == Path("stick/cats/README.md").read_text()
    assert origin_of(file)["from"] == str(here / "stick" / "cats")
    assert [model.name for model in models_in(here / "own")] == ["cats"]
    assert names("own") == ["cats.json", "cats.md", "cats.safetensors"], "nothing else is left"


def test_which_card_is_sent() -> None:
    model = a_model(Path("cats.safetensors"), licence="CC0-1.0")
    assert push(FolderRemote(Path("a")), model, None)[1].text.startswith("# a\n"), "made of the file"
    Path("cats.md").write_text("---\nlicense: mit # ours\n---\n\n# cats\n\nBeside it.\n")
    push(FolderRemote(Path("a")), model, None)
    assert Path("a/README.md").read_text() == Path("cats.md").read_text()
    Path("other.md").write_text("# cats\n\nGiven.\n")
    push(FolderRemote(Path("a")), model, Path("other.md"))
    card = read_card(Path("a/README.md"))
    assert card.text == "# cats\n\nGiven." and card.licence == "cc0-1.0", "with what the hub wants to know"
    with pytest.raises(GancraftError, match="gone.md: there is no such file"):
        push(FolderRemote(Path("b")), model, Path("gone.md"))
    assert not Path("b").exists()


def test_a_card_that_is_made_says_how_to_get_the_model() -> None:
    _, card = push(FolderRemote(Path("Big Cats.2")), a_model(Path("model.safetensors")), None)
    assert "    gancraft pull FOLDER/ --name big-cats-2\n    gancraft sample big-cats-2 --seed 7\n" in card.text
    assert "FOLDER/ is the folder that holds this card" in card.text
    assert pulled("./Big Cats.2", "big-cats-2").stem == "big-cats-2"


def test_a_run_without_a_card_can_be_pulled() -> None:
    a_model(Path("runs/Cats/model.safetensors"))
    file = pulled("./runs/Cats")
    assert file.stem == "cats" and "# cats" in file.with_suffix(".md").read_text()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x80\x04\x95" + bytes(40), "./stick/cats|is a pickle, not safetensors"),
        (b"", "is empty"),
        (None, "there is no model.safetensors, so it is no model of gancraft's; it has pytorch_model.bin, but such files can hold"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused_and_nothing_is_kept(data: bytes | None, why: str) -> None:
    Path("stick/cats").mkdir(parents=True)
    Path("stick/cats", "pytorch_model.bin" if data is None else "model.safetensors").write_bytes(data or b"")
    with pytest.raises(GancraftError, match=why) as refused:
        pulled()
    assert ".pull-" not in str(refused.value) and names("own") == []


def test_a_damaged_model_or_card_is_refused_and_the_old_one_stays() -> None:
    whole = a_model(Path("stick/cats/model.safetensors")).read_bytes()
    file = pulled()
    Path("stick/cats/model.safetensors").write_bytes(whole[:-1] + b"\x07")
    with pytest.raises(GancraftError, match="stick/cats: damaged"):
        pulled()
    Path("stick/cats/model.safetensors").write_bytes(whole)
    Path("stick/cats/README.md").write_text("---\n[\n---\n")
    with pytest.raises(GancraftError, match="stick/cats: README.md: what stands between"):
        pulled()
    assert file.read_bytes() == whole and names("own") == ["cats.json", "cats.md", "cats.safetensors"]


def test_a_model_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    a_model(Path("stick/cats/model.safetensors"))
    monkeypatch.setattr(remotes, "LARGEST", 100)
    with pytest.raises(GancraftError, match="stick/cats: model.safetensors has 0 MB"):
        pulled()
    with pytest.raises(GancraftError, match="model.safetensors has 0 MB, where 0 MB are the most"):
        push(FolderRemote(Path("b")), Path("stick/cats/model.safetensors"), None)


def test_pulling_again_replaces_what_came_from_there_and_only_that(here: Path) -> None:
    a_model(Path("stick/cats/model.safetensors"))
    pulled()
    other = {**TENSORS, "bias": TENSORS["bias"] + 1}
    a_model(Path("stick/cats/model.safetensors"), other)
    assert pulled().read_bytes() == Path("stick/cats/model.safetensors").read_bytes()
    a_model(Path("elsewhere/cats/model.safetensors"))
    with pytest.raises(UsageError, match=f"'cats' is there already, from {here}/stick/cats: give --name, or remove"):
        pulled("./elsewhere/cats")
    assert pulled("./elsewhere/cats", "cats-2").stem == "cats-2"
    a_model(Path("own/mine.safetensors"))
    with pytest.raises(UsageError, match="'mine' is there already, from elsewhere"):
        pulled("./elsewhere/cats", "mine")


@pytest.mark.parametrize("name", ["../cats", "Cats", "a/b", "", ".cats", "c" * 3 + "\n", "1st"])
def test_names_that_are_none(name: str) -> None:
    a_model(Path("stick/cats/model.safetensors"))
    with pytest.raises(UsageError, match="is no name for a model: give --name"):
        pulled("./stick/cats", name)
    assert names("own") == []


def test_a_name_that_a_plugin_has(write_plugin: WritePlugin) -> None:
    code = """
    import gancraft

    @gancraft.hookimpl
    def register_trained_models(register):
        register("cats", print, summary="Cats.")
    """
    a_model(Path("stick/cats/model.safetensors"))
    plugins = find_plugins([write_plugin("pets", code)], entry_points=())
    with pytest.raises(UsageError, match="'cats' is a model of plugin 'pets'.*--name"):
        pull(remote_of("./stick/cats"), None, None, plugins)
    assert pull(remote_of("./stick/cats"), "my-cats", None, plugins).name == "my-cats"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("./gone", "there is no such folder; a repository of the hub is written owner/name"),
        ("here/cats", "is a folder here, and may be a repository: write ./here/cats or hf:here/cats"),
        ("file:", "names no folder"),
        ("a/b/c", "is no repository of the hub, which is owner/name, nor a folder"),
        ("two words", "is no repository of the hub"),
    ],
)
def test_places_that_are_none(place: str, why: str) -> None:
    a_model(Path("here/cats/model.safetensors"))
    with pytest.raises(UsageError, match=why):
        pulled(place)


def test_what_only_the_hub_has() -> None:
    model = a_model(Path("stick/cats/model.safetensors"))
    with pytest.raises(UsageError, match="--revision is for a repository"):
        pull(remote_of("./stick/cats"), None, "main", PLUGINS)
    for more in ({"private": True}, {"message": "x"}):
        with pytest.raises(UsageError, match=f"--{next(iter(more))} is for a repository"):
            push(FolderRemote(Path("b")), model, None, **more)


def test_a_pull_that_dies_leaves_no_model_and_its_rest_goes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    a_model(Path("stick/cats/model.safetensors"))

    def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            pulled()
    assert names("own") == []
    Path("own/.pull-killed").mkdir()
    Path("own/.pull-young").mkdir()
    os.utime("own/.pull-killed", (time.time() - 90_000,) * 2)
    pulled()
    assert names("own") == [".pull-young", "cats.json", "cats.md", "cats.safetensors"]


def test_a_folder_that_cannot_be_written(here: Path) -> None:
    model = a_model(Path("stick/cats/model.safetensors"))
    Path("own").write_text("a file where the folder should be")
    with pytest.raises(GancraftError, match="own: can't be written to .*GANCRAFT_MODELS"):
        pulled()
    with pytest.raises(GancraftError, match="own/x: can't be written to"):
        push(FolderRemote(Path("own/x")), model, None)


def test_where_own_models_lie(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    from gancraft.trained.folder import own_models

    monkeypatch.delenv("GANCRAFT_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    assert own_models() == here / "data" / "gancraft" / "models"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(here))
    assert own_models() == here / ".local" / "share" / "gancraft" / "models"


def test_the_origin_may_be_damaged(here: Path) -> None:
    a_model(Path("stick/cats/model.safetensors"))
    file = pulled()
    said = json.loads(file.with_suffix(".json").read_text())
    assert set(said) == {"from", "revision", "sha256"} and len(said["sha256"]) == 64
    for text in ("[]", "{", "\x00"):
        file.with_suffix(".json").write_text(text)
        assert origin_of(file) == {}
    shutil.rmtree(here / "own")
    assert models_in(here / "own") == [] and read_model(Path("stick/cats/model.safetensors")).parameters == 61
