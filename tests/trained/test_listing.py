"""The models that are there: shipped ones, whose functions aren't asked, and one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gancraft.errors import GancraftError
from gancraft.plugins import Plugins, find_plugins
from gancraft.trained.listing import listed, own_model, shipped_model
from tests.conftest import WritePlugin
from tests.trained.helpers import a_model
from tests.trained.test_cards import CARD

PLUGIN = """
import pathlib

import gancraft

HERE = pathlib.Path(__file__).parent

@gancraft.hookimpl
def register_trained_models(register):
    for model in gancraft.models_in(HERE / "shipped"):
        register(model.name, model, summary=model.summary)
    register("far", fetched, summary="Far away.")

def fetched(options):
    (HERE / "asked").touch()
    return HERE / "shipped" / "cats.safetensors"
"""


@pytest.fixture
def plugins(here: Path, write_plugin: WritePlugin) -> Plugins:
    folder = write_plugin("pets", PLUGIN)
    a_model(folder / "shipped" / "cats.safetensors")
    (folder / "shipped" / "cats.md").write_text(CARD)
    (folder / "shipped" / "notes.txt").write_text("no model")
    found = find_plugins([folder], entry_points=())
    assert [info.reason for info in found.infos] == [""]
    return found


def test_a_plugin_registers_a_folder(plugins: Plugins, here: Path) -> None:
    cats, far = listed(plugins)
    assert (cats.name, cats.summary, cats.method) == ("cats", "Cats and kittens, 64 pixels wide.", "disc")
    told = cats.as_dict()
    assert told["parameters"] == 61 and told["makes"] == "24x16 RGB" and told["bytes"] > 60 * 4
    assert told["scores"] == {"Fréchet distance": 12.5, "recall": 0.4} and told["licence"] == "cc0-1.0"
    assert "plugin 'pets'" in told["from"]
    assert plugins.get("model", "cats").create(None) == here / "plugins" / "shipped" / "cats.safetensors"  # type: ignore[arg-type]


def test_a_function_is_asked_only_for_its_own_model(plugins: Plugins, here: Path) -> None:
    far = listed(plugins)[1]
    assert (far.name, far.summary, far.file, far.header) == ("far", "Far away.", None, None)
    assert not (here / "plugins" / "asked").exists()
    assert shipped_model(plugins.get("model", "far")).header is not None and (here / "plugins" / "asked").exists()


def test_own_models_follow_and_yield_to_shipped_names(plugins: Plugins, here: Path) -> None:
    for name in ("mine", "cats"):
        a_model(here / "own" / f"{name}.safetensors")
    (here / "own" / "bad.safetensors").write_bytes(b"\x80\x04")
    (here / "own" / "mine.md").write_text("---\n[\n---\n\nMine.")
    shown = {(model.name, model.origin): model.problem for model in listed(plugins)}
    own = str(here / "own")
    assert list(shown)[2:] == [("bad", own), ("cats", own), ("mine", own)]
    assert "is a pickle" in shown["bad", own] and "is no YAML" in shown["mine", own]
    assert "its name stands for the one of plugin 'pets'" in shown["cats", own]
    found = own_model("mine")
    assert found is not None and found.summary == "Mine." and own_model("gone") is None


def test_a_plugin_without_its_file(here: Path, write_plugin: WritePlugin) -> None:
    code = PLUGIN.replace("return HERE", "return HERE / 'gone'")
    plugins = find_plugins([write_plugin("pets", code)], entry_points=())
    with pytest.raises(GancraftError, match="the file of model 'far' isn't there; install it again"):
        shipped_model(plugins.get("model", "far"))
