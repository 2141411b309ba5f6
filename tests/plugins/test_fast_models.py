"""Trained style networks: how they are found, listed, sent, exported, and painted with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gancraft_fast import FastOptions
from gancraft_fast.network import Painter
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.latent.export_painter import export_painter
from gancraft.latent.source import model_names
from gancraft.models import info_of, save_model
from gancraft.models.painters import StyleModels, load_style_model
from gancraft.pictures import open_picture, read_recipe
from gancraft.plugins import find_plugins
from gancraft.trained.listing import listed
from gancraft.trained.style_models import find_style_model, style_model_names
from scripts.ship_model import card, ship
from tests.conftest import WritePlugin

PLUGINS = find_plugins()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path / "own"))
    return tmp_path


def model(name: str = "own/stripes.safetensors", **options: Any) -> Path:
    """Save an untrained network here."""
    path, made = Path(name), FastOptions(**{"width": 2, "blocks": 1, **options})
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    training = {"method": "fast", "pictures": 5, "style": "sample:stripes"}
    info = info_of(PLUGINS.get("train-style", "fast"), made, DataShape(3, 64, 64), training=training)
    save_model(path, Painter(made), info)
    return path


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def done(*arguments: object) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def test_it_paints_by_name_by_folder_and_by_file() -> None:
    file = model()
    shutil.copy(file, Path(model("run/model.safetensors")))
    found = []
    for number, word in enumerate(["stripes", "run", file]):
        target = f"{number}.png"
        done("style", "sample:cat", "-p", "fast", "--model", word, "--size", 99, "-o", target, "-q")
        found.append(open_picture(target).rgb_HWC)
    assert found[0].shape == (66, 99, 3), "no multiples of four"
    assert all(np.array_equal(found[0], other) for other in found[1:])


def test_what_was_painted_can_be_painted_again_and_tells_of_no_folder() -> None:
    model("some/place/stripes.safetensors")
    words = ["style", "sample:cat", "-p", "fast", "--size", 32, "-q"]
    done(*words, "--model", "some/place/stripes.safetensors", "-o", "cat.png")
    recipe = json.dumps(read_recipe("cat.png"))
    assert '"model": "stripes.safetensors"' in recipe and "some/place" not in recipe
    shutil.copy("some/place/stripes.safetensors", "stripes.safetensors")
    done("redo", "cat.png", "-o", "again.png", "-q")
    assert np.array_equal(open_picture("cat.png").rgb_HWC, open_picture("again.png").rgb_HWC)


def test_without_a_name_the_first_is_taken_and_a_style_picture_is_refused() -> None:
    model()
    done("style", "sample:cat", "-p", "fast", "--size", 32, "-o", "cat.png", "-q")
    refused = run("style", "sample:cat", "sample:ink", "-p", "fast", "--size", 32, "-q")
    assert refused.exit_code == 2 and "fast takes no style picture" in refused.stderr


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    model(), model("own/swirls.safetensors")
    result = run("style", "sample:cat", "-p", "fast", "--model", "stripe", "-o", "cat.png", "-q")
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1 and not Path("cat.png").exists()
    names = ", ".join(style_model_names(PLUGINS))
    assert f"no style network 'stripe' (did you mean 'stripes'?); there are {names}; " in result.stderr
    assert {"stripes", "swirls"} <= set(style_model_names(PLUGINS))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("empty", "there is no model.safetensors in this folder"),
        ("emoji", "there is no style network 'emoji'"),
        ("other.safetensors", "makes pictures of its own, and paints none: see `gancraft sample`"),
        ("note.txt", "is no safetensors file"),
    ],
)
def test_what_is_no_style_network(word: str, expected: str) -> None:
    Path("empty").mkdir()
    Path("note.txt").write_text("a text of more than a few letters")
    shutil.copy(PLUGINS.get("model", "emoji").target.file, "other.safetensors")
    result = run("style", "sample:cat", "-p", "fast", "--model", word, "-o", "cat.png", "-q")
    assert result.exit_code in (1, 2) and expected in result.stderr and len(result.stderr.splitlines()) == 1


def test_the_list_says_of_what_kind_each_is() -> None:
    model()
    kinds = {entry.name: entry.kind for entry in listed(PLUGINS)}
    assert kinds["stripes"] == "style" and kinds["emoji"] == "pictures"
    lines = done("models").stdout.splitlines()
    (line,) = [line for line in lines if line.startswith("stripes ")]
    assert line.split()[1] == "style" and "any picture painted, learned at 64x64, by fast" in line
    told = {entry["name"]: entry for entry in json.loads(done("models", "--json").stdout)}
    assert told["stripes"]["kind"] == "style" and told["emoji"]["kind"] == "pictures"
    card = done("models", "stripes").stdout
    assert "gancraft style PHOTO --plugin fast --model stripes" in card and "sample:stripes" in card
    assert "train-style fast of plugin fast" in done("info", "own/stripes.safetensors").stdout
    assert "stripes" not in model_names(PLUGINS), "where one is asked for that makes pictures"


def test_sampling_from_one_says_what_it_is_for() -> None:
    result = run("sample", model(), "-o", "sheet.png")
    assert result.exit_code == 1
    assert "is a style network, which paints pictures: see `gancraft style --plugin fast`" in result.stderr


def test_sent_and_fetched_like_any_other() -> None:
    file = model("runs/stripes/model.safetensors")
    done("push", file, "./stick/stripes")
    card = Path("stick/stripes/README.md").read_text()
    assert "pipeline_tag: image-to-image" in card and "- style-transfer" in card
    result = done("pull", "./stick/stripes")
    assert "try gancraft style PHOTO --plugin fast --model stripes" in result.stderr
    assert find_style_model("stripes", PLUGINS).read_bytes() == file.read_bytes()


def test_a_third_party_ships_models_too(write_plugin: WritePlugin) -> None:
    model("shipped/frost.safetensors")
    folder = write_plugin("frosty", """
        from pathlib import Path
        import gancraft

        @gancraft.hookimpl
        def register_style_models(register):
            for model in gancraft.models_in(Path("shipped").absolute()):
                register(model.name, model, summary="Frost.")
        """)  # fmt: skip
    plugins = find_plugins([folder], strict=True)
    opened = StyleModels(plugins).open("frost", "fast")
    assert isinstance(opened.network, Painter) and not opened.network.training
    with pytest.raises(UsageError, match="frost: was trained by fast, not by slow: paint with --plugin fast"):
        StyleModels(plugins).open("frost", "slow")
    done("style", "sample:cat", "-p", "fast", "--model", "frost", "--plugins-dir", folder, "--size", 32, "-o", "a.png")
    assert json.loads(done("models", "--json", "--plugins-dir", folder).stdout)[-1]["kind"] in ("style", "pictures")


def test_shipping_one_halves_it_and_writes_its_card() -> None:
    file = model("runs/stripes/model.safetensors")
    most, mean = ship(file, Path("stripes.safetensors"), {"data": "our own", "licence": "CC0-1.0"})
    assert 0 <= mean <= most < 0.05
    opened = load_style_model(Path("stripes.safetensors"), PLUGINS)
    assert opened.info.training["licence"] == "CC0-1.0" and opened.info.training["style"] == "sample:stripes"
    text = str(card(file, Path("stripes.safetensors"), "Stripes."))
    assert "Stripes." in text and "sample:stripes" in text and "license: cc0-1.0" in text


@pytest.mark.parametrize("half", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_as_onnx_it_paints_the_same_pixels(half: bool) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    opened = load_style_model(model(), PLUGINS)
    exported = export_painter(opened, Path("stripes.onnx"), half=half)
    assert exported.difference is not None and exported.difference < (0.05 if half else 1e-4)
    session = onnxruntime.InferenceSession("stripes.onnx", providers=["CPUExecutionProvider"])
    x_NCHW = torch.rand(3, 3, 44, 100, generator=torch.Generator().manual_seed(7))
    (theirs_NCHW,) = session.run(["pictures"], {"photos": x_NCHW.numpy()})
    with torch.no_grad():
        ours_NCHW = (opened.network(2 * x_NCHW - 1) / 2 + 0.5).clamp(0, 1).numpy()
    np.testing.assert_allclose(theirs_NCHW, ours_NCHW, atol=0.05 if half else 1e-4)


@pytest.mark.slow
def test_the_export_command() -> None:
    pytest.importorskip("onnx")
    told = json.loads(done("export", model(), "one.onnx", "--batch", 1, "--json").stdout)
    assert told["inputs"]["photos"].startswith("1 x 3 x H x W, both multiples of 4")
    done("export", "own/stripes.safetensors", "half.safetensors", "--half")
    sizes = [Path(name).stat().st_size for name in ("half.safetensors", "own/stripes.safetensors")]
    assert sizes[0] < sizes[1]
    done("style", "sample:cat", "-p", "fast", "--model", "half.safetensors", "--size", 32, "-o", "cat.png", "-q")


def test_shipped_ones_are_small_and_have_cards() -> None:
    """As many as there are; all of them together have little room."""
    shipped = [entry for entry in PLUGINS.entries if entry.kind == "style-model" and entry.plugin.bundled]
    for entry in shipped:
        told = next(found for found in listed(PLUGINS) if found.name == entry.name)
        assert told.problem == "" and told.header is not None and told.card is not None and told.summary
    assert sum(entry.create(entry.options()).stat().st_size for entry in shipped) <= 4_000_000
