"""`gancraft models`, `push` and `pull` as people call them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from tests.test_light import COMMAND, heavy_modules
from tests.trained.helpers import a_model


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path / "own"))
    return tmp_path


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_models_are_listed() -> None:
    shown = done("models")
    assert re.search(
        r"^digits +pictures +32x32 grey, by dcgan, 370,051 numbers, 0.7 MB, plugin 'gallery'", shown, re.MULTILINE
    )
    assert re.search(r"^ +Fréchet distance 18\.3, .*recall 0.15$", shown, re.MULTILINE)
    told = {model["name"]: model for model in json.loads(done("models", "--json"))}
    assert told["emoji"]["licence"] == "apache-2.0" and told["emoji"]["scores"]["recall"] == 0.15
    assert told["digits"]["bytes"] == Path(told["digits"]["file"]).stat().st_size
    assert "none: no plugin ships one, and there is none in" in done(
        "models", "--no-plugin", "gallery", "--no-plugin", "fast"
    )


def test_a_card_is_printed() -> None:
    card = done("models", "emoji")
    assert card.startswith("# emoji\n\nMade-up emoji") and "## Known faults" in card
    assert card.rstrip().endswith("gancraft info emoji") and "licence: apache-2.0" in card
    assert json.loads(done("models", "emoji", "--json"))["name"] == "emoji"
    result = run("models", "emojis")
    assert result.exit_code == 2 and "there is no model 'emojis' (did you mean 'emoji'?)" in result.stderr


def test_a_model_travels_and_is_used_by_its_name(here: Path) -> None:
    assert done("push", "digits", "./stick/zahlen").strip() == "stick/zahlen"
    result = run("pull", "./stick/zahlen")
    assert result.stdout.strip() == str(here / "own" / "zahlen.safetensors")
    assert "32x32 grey by dcgan; try gancraft sample zahlen" in result.stderr
    assert re.search(r"^zahlen +pictures +32x32 grey", done("models"), re.MULTILINE)
    assert done("models", "zahlen").startswith("# digits"), "the card came along"
    assert done("sample", "zahlen", "-n", 1, "-q").strip() == "zahlen-seed0.png"
    told = [json.loads(done("info", name, "--json"))["fingerprint"] for name in ("zahlen", "digits")]
    assert told[0] == told[1]
    suggested = run("sample", "zahln")
    assert suggested.exit_code == 2 and "did you mean 'zahlen'?" in suggested.stderr


def test_what_is_missing_is_said() -> None:
    a_model(Path("runs/cats/model.safetensors"))
    sent = run("push", "runs/cats", "./stick/cats")
    assert sent.exit_code == 0 and "the card lacks a licence or known faults" in sent.stderr
    got = run("pull", "./stick/cats")
    missing = "gancraft: ./stick/cats: made by plugin 'discs', which isn't there"
    assert got.exit_code == 0 and missing in got.stderr and "pip install --upgrade gancraft-discs" in got.stderr
    assert run("pull", "./stick/cats", "-q").stderr.count("\n") == 1, "that is said even quietly"
    result = run("sample", "cats", "-n", 1)
    assert result.exit_code == 1 and "pip install --upgrade gancraft-discs" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["push", "gone", "./stick"], "gone: there is no such file or folder"),
        (["push", "digits", "./stick", "--private"], "--private is for a repository of the hub"),
        (["push", "digits", "./stick", "--card", "gone.md"], "gone.md: there is no such file"),
        (["pull", "./gone"], "there is no such folder"),
        (["pull", "./stick", "--name", "digits"], "'digits' is a model of plugin 'gallery'"),
        (["pull", "a b"], "is no repository of the hub"),
    ],
    ids=lambda x: x if isinstance(x, str) else " ".join(x),
)
def test_mistakes_end_in_one_line(arguments: list[str], why: str) -> None:
    result = run(*arguments)
    assert result.exit_code in (1, 2) and why in result.stderr and result.stderr.count("\n") == 1


def test_a_strangers_card_cannot_steer_the_terminal() -> None:
    a_model(Path("own/cats.safetensors"))
    Path("own/cats.md").write_text("# cats\n\nCats\x1b[2J.\n")
    assert "\x1b" not in done("models") + done("models", "cats")


@pytest.mark.parametrize(
    "arguments",
    [["models"], ["models", "emoji"], ["info", "emoji"], ["push", "--help"], ["pull", "--help"]],
    ids=" ".join,
)
def test_light_ones(arguments: list[str]) -> None:
    assert heavy_modules(COMMAND.format(arguments=arguments)) == []


def test_travelling_between_folders_needs_no_torch(here: Path) -> None:
    push = ["push", "digits", str(here / "stick/zahlen"), "-q"]
    assert heavy_modules(COMMAND.format(arguments=push)) == []
    assert heavy_modules(COMMAND.format(arguments=["pull", str(here / "stick/zahlen"), "-q"])) == []
    assert (here / "own" / "zahlen.safetensors").is_file()
