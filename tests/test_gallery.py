"""Models that ship with a plugin: the bundled ones, a third party's, and how their files are made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.errors import GancraftError
from gancraft.interfaces import DataShape
from gancraft.latent.generate import pictures
from gancraft.latent.source import describe, find_model, shipped
from gancraft.models import info_of, load_model, save_model
from gancraft.pictures import read_recipe
from gancraft.plugins import find_plugins
from scripts.ship_model import ship
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN

BUNDLED = ("emoji", "digits")
PLUGINS = find_plugins()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def a_dcgan(path: Path) -> Path:
    """A small untrained model of a bundled plugin, whose batch norm has seen pictures."""
    entry = PLUGINS.get("generator", "dcgan")
    options, shape = entry.options(width=16, latent_size=8, init="he"), DataShape(3, 32, 32)
    torch.manual_seed(0)
    generator = entry.create(options, shape)
    for _ in range(40):
        generator.train()(torch.randn(64, 8))
    save_model(path, generator, info_of(entry, options, shape, training={"method": "dcgan", "data": "/home/me/x"}))
    return path


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_model_makes_pictures_and_says_what_it_is(name: str) -> None:
    source = shipped(PLUGINS.get("model", name))
    model = load_model(source.file, PLUGINS)
    assert {x.dtype for x in model.generator.state_dict().values()} == {torch.float32, torch.int64}
    x_NCHW = pictures(model, 0, range(32), device="cpu")
    assert x_NCHW.min() < 0.1 and x_NCHW.max() > 0.9
    assert x_NCHW.std(0).mean() > 0.15, "and no two are alike"
    facts = model.info.training
    assert set(facts) == {"method", "seed", "pictures", "verdict", "data", "licence", "command"}
    assert facts["licence"] == "Apache-2.0" and ("Apache-2.0" in facts["data"] or "CC BY 4.0" in facts["data"])
    assert not re.search(r"[/\\]\w", str(facts["data"])), "no place on anybody's disk"


def test_commands_take_names(here: Path) -> None:
    assert done("sample", "digits", "-n", 4, "--seed", 7).strip() == "digits-seed7.png"
    recipe = read_recipe("digits-seed7.png")
    told = json.loads(done("info", "digits", "--json"))
    assert recipe["model"] == {"name": "digits", "fingerprint": told["fingerprint"], "makes": "32x32 grey"}
    assert told["training"]["pictures"] == 255_040
    assert done("walk", "digits", "--seconds", 0.2, "--fps", 10, "-q").strip() == "digits-seed0.mp4"
    done("sample", "digits", "-n", 12, "-o", "data/")
    evaluated = json.loads(done("evaluate", "digits", "--data", "data", "--network", "embedded", "--json", "-q"))
    assert evaluated["frechet"] == pytest.approx(0, abs=1e-3), "its own pictures"
    listed = done("plugins")
    assert all(re.search(rf"model +{name} +loaded", listed) for name in BUNDLED)


@pytest.mark.parametrize("command", [["sample"], ["walk"], ["info"], ["evaluate", "--data", "x"]], ids=lambda c: c[0])
def test_unknown_names_get_a_suggestion(command: list[str]) -> None:
    result = run(*command, "digit")
    assert result.exit_code == 2 and "digit: there is no such file or folder, did you mean 'digits'?" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_is_on_the_disk_wins(here: Path) -> None:
    a_dcgan(Path("digits"))
    assert find_model(Path("digits"), PLUGINS).file == Path("digits")
    Path("emoji").mkdir()
    assert "no model.safetensors in this folder" in run("sample", "emoji").stderr
    a_dcgan(Path("emoji/model.safetensors"))
    assert done("sample", "emoji", "-n", 1, "-q").strip() == "emoji-seed0.png"
    assert read_recipe("emoji-seed0.png")["model"]["name"] == "model.safetensors"


def test_a_third_party_ships_a_model(here: Path, write_plugin: WritePlugin) -> None:
    code = """
    @gancraft.hookimpl
    def register_trained_models(register):
        register("spots", spots, summary="Spots.")
        register("gone", gone, summary="A file that isn't there.")
        register("odd", odd, summary="No file at all.")

    def spots(options):
        from pathlib import Path

        return Path(__file__).with_name("spots.safetensors")

    def gone(options):
        from pathlib import Path

        return Path("/nowhere/gone.safetensors")

    def odd(options):
        return "spots.safetensors"
    """
    folder = write_plugin("discs", PLUGIN + code)
    plugins = find_plugins([folder])
    entry = plugins.get("generator", "disc")
    shape = DataShape(3, 16, 16)
    info = info_of(entry, entry.options(), shape)
    save_model(folder / "spots.safetensors", entry.create(entry.options(), shape), info)
    assert done("sample", "spots", "--plugins-dir", folder, "-n", 1, "-q").strip() == "spots-seed0.png"
    for name in ("gone", "odd"):
        result = run("info", name, "--plugins-dir", folder)
        assert result.exit_code == 1 and f"the file of model '{name}' isn't there" in result.stderr
    assert "no trained model 'spot', did you mean 'spots'" in str(pytest.raises(GancraftError, plugins.get, "model", "spot").value)  # fmt: skip


def test_a_path_is_no_target(write_plugin: WritePlugin) -> None:
    code = """
    import gancraft
    from pathlib import Path

    @gancraft.hookimpl
    def register_trained_models(register):
        register("spots", Path("spots.safetensors"), summary="Spots.")
    """
    (info,) = find_plugins([write_plugin("one", code)], entry_points=()).infos
    assert info.state == "failed" and "the target must be" in info.reason


def test_half_precision_makes_nearly_the_same_pictures(here: Path) -> None:
    full, target = a_dcgan(here / "full.safetensors"), here / "half.safetensors"
    most = ship(full, target, {"data": "ours", "licence": "Apache-2.0", "command": "gancraft train"})
    assert 0 < most < 0.01
    assert target.stat().st_size < 0.6 * full.stat().st_size
    model, described = load_model(target, PLUGINS), describe(target)
    assert next(model.generator.parameters()).dtype == torch.float32
    assert model.fingerprint == described.fingerprint != describe(full).fingerprint
    assert model.info.training == {
        "method": "dcgan",
        "data": "ours",
        "licence": "Apache-2.0",
        "command": "gancraft train",
    }
    before, after = (pictures(load_model(file, PLUGINS), 3, range(9), device="cpu") for file in (full, target))
    assert np.abs(before - after).max() < 0.01 and before.std() > 0.05


def test_weights_beyond_half_precision_are_refused(here: Path) -> None:
    model = load_model(a_dcgan(here / "full.safetensors"), PLUGINS)
    model.generator.state_dict()["first.weight"][0, 0] = 1e6
    with pytest.raises(GancraftError, match="first.weight has values beyond"):
        save_model(here / "half.safetensors", model.generator, model.info, half=True)
    assert not (here / "half.safetensors").exists()
