"""`gancraft plugins show` and `check`; the list itself is in tests/test_cli.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gancraft import API_VERSION
from gancraft.cli.main import build_app
from gancraft.cli.plugin_flags import typed
from gancraft.plugins import find_plugins
from tests.conftest import WritePlugin

LIGHT = '''"""A loss for the tests."""

import gancraft

GANCRAFT_API = 1


class Options(gancraft.Options):
    margin: float = gancraft.option(1.0, "How far.", ge=0.1, le=9)


@gancraft.hookimpl
def register_losses(register):
    register("NAME", "MODULE.body:Loss", options=Options, summary="A hinge.")
'''
BODY = '''"""The loss itself."""

import gancraft
from torch.nn.functional import relu


class Loss(gancraft.AdversarialLoss):
    """A hinge."""

    def discriminator(self, real_N, fake_N):
        m = self.options.margin
        return relu(m - real_N).mean() + relu(m + fake_N).mean()

    def generator(self, fake_N, real_N=None):
        return -fake_N.MEAN()
'''


def run(*words: str) -> Result:
    return CliRunner().invoke(build_app(list(words)), list(words))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _package(tmp_path_factory.mktemp("good"), "good_hinge", "mean")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _package(tmp_path_factory.mktemp("bad"), "bad_hinge", "sum")


def _package(place: Path, name: str, mean: str) -> str:
    """A plugin of a light module and one with the loss; returns the folder that it is in."""
    package = place / name
    package.mkdir()
    (package / "__init__.py").write_text(LIGHT.replace("NAME", name.replace("_", "-")).replace("MODULE", name))
    (package / "body.py").write_text(BODY.replace("MEAN", mean))
    return str(place)


def test_show_tells_all_of_a_plugin(good: str) -> None:
    text = run("plugins", "show", "good-hinge", "--plugins-dir", good).stdout
    for part in (
        "plugin good-hinge", "loaded", "register_losses", f"1; this gancraft has level {API_VERSION}", "loss good-hinge: A hinge.",
        "good_hinge.body:Loss (AdversarialLoss)", "--margin  number from 0.1 to 9; 1.0", "How far.",
    ):  # fmt: skip
        assert part in text, text
    told = json.loads(run("plugins", "show", "good-hinge", "--plugins-dir", good, "--json").stdout)
    assert told["api"] == 1 and told["hooks"] == ["register_losses"] and told["state"] == "loaded"
    (entry,) = told["registered"]
    assert entry["options"][0]["name"] == "margin" and entry["options"][0]["maximum"] == 9


@pytest.mark.parametrize("name", [info.name for info in find_plugins().infos])
def test_every_bundled_plugin_can_be_shown(name: str) -> None:
    done = run("plugins", "show", name)
    assert done.exit_code == 0 and f"plugin {name}" in done.stdout
    assert json.loads(run("plugins", "show", name, "--json").stdout)["name"] == name


def test_show_takes_what_a_plugin_brings_and_says_why_one_failed(write_plugin: WritePlugin) -> None:
    text = run("plugins", "show", "vgg19").stdout
    assert "plugin torchvision" in text and "network vgg19" in text and "vgg16" not in text
    place = str(write_plugin("broken", "import nowhere_to_be_found"))
    assert "failed: ModuleNotFoundError" in run("plugins", "show", "broken", "--plugins-dir", place).stdout
    done = run("plugins", "show", "grum")
    assert done.exit_code == 2 and "did you mean 'gram'" in done.stderr and done.stderr.count("\n") == 1


OWN = """import gancraft
class Own(gancraft.Options):
    size: int = gancraft.option(2, "How big.", ge=1, le=9)
    turn: bool = gancraft.option(False, "Whether it is turned.")
class Method(gancraft.StyleMethod):
    def run(self, job, run): ...
class Loss(gancraft.AdversarialLoss): ...
@gancraft.hookimpl
def register_style_methods(register): register("own", Method, options=Own, summary="A method.")
@gancraft.hookimpl
def register_losses(register): register("own", Loss, options=Own, summary="A loss.")
"""


def test_show_prints_the_flags_that_work(write_plugin: WritePlugin) -> None:
    place = str(write_plugin("own", OWN))
    lines = run("plugins", "show", "own", "--plugins-dir", place).stdout.splitlines()
    flags = [line.split()[1] for line in lines if line.startswith("  option")]
    assert flags == ["--own.size", "--turn", "--loss.size", "--turn"]
    for command in (["style", "--plugin", "own"], ["train", "--loss", "own"]):
        own = {"style": "--own.size", "train": "--loss.size"}[command[0]]
        assert own in run(*command, "--help", "--plugins-dir", place).stdout


@pytest.mark.parametrize("kind", ["network", "generator", "discriminator", "model"])
def test_show_prints_the_flags_of_what_is_chosen_beside_others(kind: str) -> None:
    plugins = find_plugins()
    for entry in (entry for entry in plugins.entries if entry.kind == kind):
        assert set(typed(entry, plugins)) == set(entry.options.model_fields)
    assert kind != "generator" or typed(plugins.get("generator", "dcgan"), plugins)["width"] == "--generator.width"


def test_check_passes_what_is_right(good: str) -> None:
    done = run("plugins", "check", "good-hinge", "--plugins-dir", good)
    assert done.exit_code == 0, done.output
    assert "passed   light" in done.stdout and "passed   compiles" in done.stdout and ", 0 failed," in done.stdout


def test_check_finds_what_is_wrong(bad: str) -> None:
    done = run("plugins", "check", "bad-hinge", "--plugins-dir", bad)
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("  failed")]
    assert "means" in line and "the generator's goes from" in line and "docs/testing.md#means" in line
    told = json.loads(run("plugins", "check", "bad-hinge", "--plugins-dir", bad, "--json").stdout)
    assert told["failed"] == 1 and told["passed"] > 10
    assert [row["check"] for row in told["checks"] if row["state"] == "failed"] == ["means"]


def test_check_of_one_thing_and_of_nothing(write_plugin: WritePlugin) -> None:
    told = json.loads(run("plugins", "check", "hinge", "--json").stdout)
    assert {row["thing"] for row in told["checks"]} == {"loss 'hinge'"} and told["plugin"] == "losses"
    absent = run("plugins", "check", "nobody")
    assert absent.exit_code == 2 and "install its package, or give its folder with --plugins-dir" in absent.stderr
    place = str(write_plugin("broken", "import nowhere_to_be_found"))
    done = run("plugins", "check", "broken", "--plugins-dir", place)
    assert done.exit_code == 1 and "nowhere_to_be_found" in done.stdout
