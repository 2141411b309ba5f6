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
from gancraft.latent.source import find_model, shipped
from gancraft.models import info_of, load_model, save_model
from gancraft.pictures import read_recipe
from gancraft.plugins import find_plugins
from gancraft.trained.card import read_card
from gancraft.trained.folder import card_of
from gancraft.trained.header import read_model
from gancraft.trained.template import NO_FAULTS
from scripts.ship_model import command_of, main, ship
from tests.conftest import WritePlugin
from tests.doc_scripts import check
from tests.latent.helpers import PLUGIN

PLUGINS = find_plugins()
BUNDLED = [entry.name for entry in PLUGINS.entries if entry.kind == "model" and entry.plugin.bundled]
ROOT = Path(__file__).parents[1]


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
    path.parent.mkdir(exist_ok=True)
    save_model(path, generator, info_of(entry, options, shape, training={"method": "dcgan", "data": "/home/me/x"}))
    return path


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_model_makes_pictures_and_says_what_it_is(name: str) -> None:
    source = shipped(PLUGINS.get("model", name))
    model = load_model(source.file, PLUGINS)
    assert {x.dtype for x in model.generator.state_dict().values() if x.is_floating_point()} == {torch.float32}
    x_NCHW = pictures(model, 0, range(32), device="cpu")
    assert x_NCHW.min() < 0.1 and x_NCHW.max() > 0.9
    assert x_NCHW.std(0).mean() > 0.15, "and no two are alike"
    facts = model.info.training
    assert set(facts) == {"method", "seed", "pictures", "verdict", "data", "licence", "command"}
    assert not re.search(r"[/\\]\w", str(facts["data"])), "no place on anybody's disk"


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_model_has_a_card(name: str) -> None:
    file = shipped(PLUGINS.get("model", name)).file
    card, header = read_card(card_of(file)), read_model(file)
    assert card.licence == str(header.info.training["licence"]).lower()
    assert card.facts["library_name"] == "gancraft" and card.facts["tags"][:3] == [
        "gancraft",
        "gan",
        header.info.training["method"],
    ]
    assert card.scores(), "measured"
    for needed in (
        f"# {name}\n",
        "| data |",
        "| licence |",
        "| recipe | `gancraft train ",
        "| scores |",
        "## Known faults\n",
    ):
        assert needed in card.text
    assert card.text.count("\n- ") >= 3 and NO_FAULTS not in card.text, "somebody has looked"
    assert str(header.info.shape) in card.text and (ROOT / "docs" / "pictures" / f"model-{name}.webp").is_file()
    assert "](" not in card.text, "links would lead nowhere on the hub"


def test_the_documented_use_of_the_exported_file_fits_the_model() -> None:
    size = read_model(shipped(PLUGINS.get("model", "emoji")).file).info.options["latent_size"]
    assert f"standard_normal((4, {size})" in (ROOT / "docs" / "export.md").read_text()


def test_the_page_of_cards_is_in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    check("make_models.py", monkeypatch)


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
    assert result.exit_code == 2 and "digit: there is no such file or folder (did you mean 'digits'?)" in result.stderr
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
    assert "no trained model 'spot' (did you mean 'spots'" in str(pytest.raises(GancraftError, plugins.get, "model", "spot").value)  # fmt: skip


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
    most, mean = ship(full, target, {"data": "ours", "licence": "Apache-2.0", "command": "gancraft train"})
    assert 0 < mean < most < 0.01
    assert target.stat().st_size < 0.6 * full.stat().st_size
    model, described = load_model(target, PLUGINS), read_model(target)
    assert next(model.generator.parameters()).dtype == torch.float32
    assert model.fingerprint == described.fingerprint != read_model(full).fingerprint
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


def test_a_run_is_shipped_with_a_card(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_dcgan(here / "run" / "model.safetensors")
    told = {"command": "gancraft train /home/me/cats.zip --plugin dcgan --run /home/me/run --x=/a/b.toml -q"}
    Path("run/run.json").write_text(json.dumps({**told, "machine": {"device": "one H100, bfloat16"}}))
    Path("run/metrics.jsonl").write_text(
        '{"pictures": 9, "seconds": 374.2, "kind": "end", "values": {"verdict": "healthy"}}\n'
    )
    scores = {"frechet": 22.94, "kid_x1000": 66.6, "precision": 0.22, "recall": 0.16, "pictures": 3786, "reals": 3786}
    for name in ("cats", "dogs"):
        Path(f"{name}.json").write_text(json.dumps({**scores, "data": f"/home/me/{name}.zip", "space": "Lite1"}))
    assert command_of(Path("run")) == "gancraft train cats.zip --plugin dcgan --x=b.toml"
    words = ["run", "cats.safetensors", "--data", "Our cats", "--licence", "CC0-1.0", "--summary", "Cats."]
    main([*words, "--scores", "cats.json", "--scores", "dogs.json"])
    card, header = read_card(Path("cats.md")), read_model(Path("cats.safetensors"))
    assert header.info.training["command"] == command_of(Path("run")) and "/home" not in str(card)
    assert card.licence == "cc0-1.0" and "\n\nCats.\n" in card.text and NO_FAULTS in card.text
    assert card.scores()["Fréchet distance"] == 22.94 and card.scores()["recall (dogs.zip)"] == 0.16
    for row in (
        "| data | Our cats |",
        "| took | 374 s on one H100, bfloat16 |",
        "| half precision | of 256 pictures no pixel",
    ):
        assert row in card.text
    Path("cats.md").write_text("# cats\n\nBy hand.\n")
    main(words)
    assert "was left as it is" in capsys.readouterr().out and Path("cats.md").read_text() == "# cats\n\nBy hand.\n"
    main([*words, "--command", "gancraft train ours", "--new-card"])
    assert "| recipe | `gancraft train ours`" in Path("cats.md").read_text()
