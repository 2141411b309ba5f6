"""`gancraft train` without a method, and beginning with another model, from the arguments on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gancraft.cli.main import build_app, main
from gancraft.cli.pick import pictures
from gancraft.cli.sniff import Words
from tests.conftest import WritePlugin
from tests.test_light import COMMAND, heavy_modules

QUICK = ["--pictures", "32", "--batch", "16", "--device", "cpu", "--precision", "float32", "--sheet", "2x1"]
THIRD = """
    import gancraft

    @gancraft.hookimpl
    def register_training_methods(register):
        suit = gancraft.Suit("it was written for this test", side=(8, 9), rank=-1)
        defaults = {"generator.width": 4, "discriminator.width": 4}
        register("mine", gancraft.Preset("dcgan", "dcgan", "hinge", defaults, (suit,)), summary="A third party's.")
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), Words(words, os.environ).normalised)


def refused(*arguments: object) -> str:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert left.value.code == 2
    return ""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("train photos --size 64", "photos"),
        ("train --size 64 photos", "photos"),
        ("train --size=64 -p dcgan photos", "photos"),
        ("train -q --json photos", "photos"),
        ("train --flip photos --no-labels", "photos"),
        ("train --data.no-flip photos", "photos"),
        ("train --saturating photos", "photos"),
        ("train --generator.width 8 photos", "photos"),
        ("train --from emoji --freeze 2 photos", "photos"),
        ("train --size 64", None),
        ("train -- -photos", "-photos"),
    ],
)
def test_the_pictures_are_found_among_the_arguments(typed: str, expected: str | None) -> None:
    assert pictures(Words(typed.split(), {})) == expected


def test_it_says_what_it_chose_and_why_and_how_to_choose_another() -> None:
    result = run("train", "sample:ring", *QUICK)
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stderr.splitlines() if "is chosen" in line]
    assert line.startswith("gancraft: toy is chosen for 8,192 points in the plane on a CPU: it makes points")
    assert "--plugin chooses another" in line and result.stdout.strip() == "runs/ring-toy/model.safetensors"
    # The same command goes on with the same run.
    assert "nothing is left to do" in run("train", "sample:ring", *QUICK).stderr


def test_a_third_partys_preset_is_chosen_where_it_suits(write_plugin: WritePlugin) -> None:
    folder = write_plugin("third", THIRD)
    result = run("train", "sample:digits", *QUICK, "--plugins-dir", folder, "--run", "run")
    assert "mine is chosen for 1,797 pictures of 8x8 on a CPU: it was written for this test" in result.stderr
    assert "is chosen" not in run("train", "sample:digits", *QUICK, "--plugins-dir", folder, "--run", "run").stderr
    other = run("train", "sample:digits", "--size", 16, *QUICK, "--plugins-dir", folder, "--generator.width", 4, "-q")
    assert other.exit_code == 0 and other.stderr == "" and "digits-dcgan-16" in other.stdout


@pytest.mark.parametrize("way", ["flag", "short", "environment", "file", "set"])
def test_whatever_is_said_wins(way: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "environment":
        monkeypatch.setenv("GANCRAFT_TRAIN_PLUGIN", "toy-collapse")
    (here / "own.toml").write_text('[train]\nplugin = "toy-collapse"\n')
    words = {
        "flag": ["--plugin", "toy-collapse"],
        "short": ["-ptoy-collapse"],
        "file": ["--config", "own.toml"],
        "set": ["--set", "plugin=toy-collapse"],
    }
    result = run("train", "sample:ring", *QUICK, *words.get(way, []))
    assert "runs/ring-toy-collapse" in result.stdout and "is chosen" not in result.stderr


@pytest.mark.parametrize("arguments", [["train", "--help"], ["train", "sample:paintings", "--help"]], ids=" ".join)
def test_help_needs_no_look_at_pictures(arguments: list[str]) -> None:
    assert heavy_modules(COMMAND.format(arguments=arguments)) == []
    text = run(*arguments).output
    for expected in ("Without --plugin", "suits", "--from", "--freeze", "generator options: dcgan"):
        assert expected in " ".join(text.split()), expected


def test_pictures_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    refused("train", "nowhere")
    assert capsys.readouterr().err == (
        "gancraft: nowhere doesn't exist: give a folder, a .zip, torchvision:NAME, or one of sample:paintings, "
        "sample:shapes, sample:digits, sample:ring\n"
    )


def test_beginning_with_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "sample:ring", *QUICK, "--run", "one", "-q").exit_code == 0
    result = run("train", "sample:ring", *QUICK, "--from", "one", "--run", "two")
    assert result.exit_code == 0, result.output
    assert "begins with the generator and the discriminator of one, which had seen 32 pictures" in result.stderr
    assert "is chosen" not in result.stderr
    assert json.loads((here / "two" / "run.json").read_text())["options"]["train"]["from_model"] == "one"
    again = run("train", "--resume", "--run", "two", "--pictures", 48)
    assert again.exit_code == 0 and "begins with" not in again.stderr and "going on at 32" in again.stderr
    refused("train", "sample:ring", *QUICK, "--from", "nowhere")
    assert "--from nowhere: there is no such file or folder" in capsys.readouterr().err
