"""`gancraft project`, from its arguments to its exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.interfaces import DataShape
from gancraft.latent.codes import load_codes
from gancraft.latent.generate import draw
from gancraft.models import info_of, load_model, save_model
from gancraft.pictures import open_picture, read_recipe
from gancraft.plugins import find_plugins
from tests.cli_helpers import press_ctrl_c
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN

QUICK = ("--steps", 3, "--tries", 4, "--candidates", 2, "--device", "cpu")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_plugin: WritePlugin) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(write_plugin("discs", PLUGIN)))
    return tmp_path


def model(name: str = "stripes", classes: tuple[str, ...] = ()) -> Path:
    """Save a model here."""
    entry = find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]], entry_points=[]).get("generator", name)
    options, shape = entry.options(), DataShape(3, 16, 24, len(classes))
    path = Path(f"{name}.safetensors")
    save_model(path, entry.create(options, shape), info_of(entry, options, shape, classes=classes))
    return path


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def done(*arguments: object) -> list[str]:
    """Lines of stdout."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def refused(*arguments: object, code: int = 2) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("gancraft: ")]
    assert len(lines) == 1 and "a bug" not in lines[0], result.stderr
    return lines[0]


def test_a_photo_a_picture_and_its_codes() -> None:
    file = model()
    assert done("project", file, "sample:cat", *QUICK) == ["stripes-cat.png", "stripes-cat.codes.safetensors"]
    picture = open_picture("stripes-cat.png")
    assert (picture.width, picture.height) == (24 * 21, 16 * 21)
    loaded = load_model(file, find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]]))
    codes = load_codes(Path("stripes-cat.codes.safetensors"), loaded)
    assert codes.space == "w" and len(codes) == 1
    x_HWC = np.moveaxis(next(draw(loaded, codes, device="cpu"))[0].numpy(), 0, -1)
    assert np.abs(picture.rgb_HWC[168:169, 12::84].mean(0) - x_HWC[8, 0::4]).max() < 0.02, "the codes are the picture's"
    recipe = read_recipe("stripes-cat.png")
    assert recipe["command"] == "project" and recipe["options"]["project"]["steps"] == 3
    assert recipe["options"]["project"]["loss"] > 0 and str(Path.cwd()) not in json.dumps(recipe)


def test_codes_go_on_to_other_commands() -> None:
    file = model()
    for name in ("cat", "coffee"):
        done("project", file, f"sample:{name}", *QUICK, "-o", f"{name}.png", "--codes", f"{name}.safetensors", "-q")
    done("walk", file, "--from", "cat.safetensors", "--to", "coffee.safetensors", "--seconds", 0.3, "-o", "walk.gif")
    done("sample", file, "--codes", "cat.safetensors", "-o", "again.png")
    assert Path("walk.gif").exists() and Path("again.png").exists()


def test_previews_and_json() -> None:
    lines = done("project", model(), "sample:cat", *QUICK, "--preview", "shots", "--preview-every", 2, "--json")
    told = json.loads("\n".join(lines))
    assert told["path"] == "stripes-cat.png" and told["space"] == "w" and told["stopped"] is False
    assert set(told["loss"]) == {"loss", "perceptual", "pixel", "prior"}
    assert [path.name for path in Path("shots").iterdir()] == ["00002.png"]


def test_a_class_is_found_or_asked_for() -> None:
    file = model("disc", ("owl", "cat"))
    for more, classes in (((), (0, 1)), (("--class", "cat"), (1,))):
        told = json.loads(done("project", file, "sample:cat", *QUICK, *more, "--json", "-o", "a.png")[0])
        assert told["class"] in classes and told["space"] == "z"
    assert "no such class" in refused("project", file, "sample:cat", "--class", "dog")


def test_wrong_words_get_one_line() -> None:
    file = model()
    disc = model("disc")
    Path("text.png").write_text("no picture")
    done("project", file, "sample:cat", *QUICK, "-o", "here.png", "-q")
    for words, says in (
        ((file, "no.png"), "no.png"),
        ((file, "text.png"), "text.png"),
        ((file, "sample:no"), "no"),
        (("nomodel", "sample:cat"), "nomodel"),
        ((file, "sample:cat", "-o", "out.txt"), "out.txt"),
        ((file, "sample:cat", "-o", "no/out.png"), "no"),
        ((file, "sample:cat", "--codes", "codes.pt"), "name a .safetensors file"),
        ((file, "sample:cat", "--codes", file), "one of the pictures"),
        ((file, "here.png", "-o", "here.png"), "here.png"),
        ((disc, "sample:cat", "--space", "w+"), "has no styles"),
        ((file, "sample:cat", "--network", "embeded"), "did you mean"),
        ((file, "sample:cat", "--class", "owl"), "has no classes"),
    ):
        assert says in refused("project", *words), words
    assert run("project", file, "sample:cat", "--space", "x").exit_code == 2
    assert run("project", file, "sample:cat", "--steps", 0).exit_code == 2


def test_nothing_is_overwritten_without_a_name() -> None:
    file = model()
    names = [done("project", file, "sample:cat", *QUICK, "-q") for _ in range(2)]
    assert names[1] == ["stripes-cat-2.png", "stripes-cat-2.codes.safetensors"]


def test_ctrl_c_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    press_ctrl_c(monkeypatch, lambda: Path("shots").exists() and any(Path("shots").iterdir()))
    shots = ("--preview", "shots", "--preview-every", 1)
    result = run("project", model(), "sample:cat", "--device", "cpu", "--steps", 100_000, *shots)
    assert result.exit_code == 130 and "stopping after this step" in result.stderr
    assert result.stdout.split() == ["stripes-cat.png", "stripes-cat.codes.safetensors"]
    assert open_picture("stripes-cat.png").width == 24 * 21 and Path("stripes-cat.codes.safetensors").exists()
