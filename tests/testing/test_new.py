"""`gancraft new`: packages that are whole, clean, and pass their own tests; and what is refused."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gancraft.cli.main import build_app
from gancraft.cli.new import LONGEST, WHAT, Kind, write
from gancraft.plugins import Plugins
from gancraft.testing import check_plugin

ROOT = Path(__file__).parents[2]
KINDS = [kind.value for kind in Kind]
NAME = "brush-strokes2"


def new(kind: str, name: str, into: Path) -> Result:
    words = ["new", kind, name, "--into", str(into)]
    return CliRunner().invoke(build_app(words), words)


@pytest.fixture(params=KINDS)
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    done = new(request.param, NAME, tmp_path)
    folder = tmp_path / f"gancraft-{NAME}"
    assert done.exit_code == 0 and done.stdout == f"{folder}\n", done.output
    return folder


def test_it_is_whole_and_nothing_of_the_template_is_left(package: Path) -> None:
    files = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    assert files >= {
        ".gitignore", ".github/workflows/test.yml", "LICENSE", "README.md", "pyproject.toml",
        "gancraft_brush_strokes2/__init__.py", "tests/test_brush_strokes2.py",
    }  # fmt: skip
    assert len([f for f in files if f.startswith("gancraft_brush_strokes2/")]) == 2
    for file in files:
        assert not re.search("template", file + (package / file).read_text(), re.IGNORECASE), file
    readme = (package / "README.md").read_text()
    assert readme.startswith(f"# gancraft-{NAME}\n") and readme.count("\n\n## ") == readme.count("## ") == 3
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["name"] == f"gancraft-{NAME}"
    assert project["entry-points"]["gancraft"] == {NAME: "gancraft_brush_strokes2"}


def test_it_is_clean_by_its_own_settings(package: Path) -> None:
    for arguments in (["check", "."], ["format", "--check", "."]):
        ruff = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
        done = subprocess.run(ruff, cwd=package, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name", ["a", "x" * LONGEST, ("ab-" * LONGEST)[: LONGEST - 1]], ids=["short", "long", "dashed"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_clean_whatever_its_name(kind: str, name: str, tmp_path: Path) -> None:
    package = tmp_path / f"gancraft-{name}"
    write(Kind(kind), name, package)
    test_it_is_clean_by_its_own_settings(package)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.slow] if kind in ("gan", "network") else []) for kind in KINDS]
)
def test_its_plugin_passes_all_checks(
    kind: str, tmp_path: Path, gancraft_plugins: Callable[..., Plugins], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert new(kind, f"made-{kind}", tmp_path).exit_code == 0
    monkeypatch.syspath_prepend(tmp_path / f"gancraft-made-{kind}")
    importlib.invalidate_caches()
    plugins = gancraft_plugins(f"gancraft_made_{kind}")
    check_plugin(f"made-{kind}", plugins)
    assert plugins.plugin(f"made-{kind}").api == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass_at_once(kind: str, tmp_path: Path) -> None:
    assert new(kind, NAME, tmp_path).exit_code == 0
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:gancraft", "-p", "gancraft.testing.plugin"]
    done = subprocess.run(command, cwd=tmp_path / f"gancraft-{NAME}", env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("name", "reason"),
    {
        "gram": "the name 'gram' is taken by plugin 'gram' (gancraft",
        "vgg19": "is taken by the network of plugin 'torchvision'",
        "toy-collapse": "is taken by the training method of plugin 'toy'",
        "optimise": "the engine's own name",
        "testing-x.y": "is no name for a plugin",
        "Brush": "is no name for a plugin",
        "two--dashes": "is no name for a plugin",
        "a" * 41: "at most 40",
        "gancraft-x": "leave gancraft- out",
        "": "is no name for a plugin",
        "../up": "is no name for a plugin",
    }.items(),
)
def test_a_name_that_cannot_be_is_refused_in_one_line(name: str, reason: str, tmp_path: Path) -> None:
    done = new("style", name, tmp_path)
    assert done.exit_code == 2 and reason in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / f"gancraft-{NAME}"
    there.mkdir()
    (there / "precious").write_text("mine")
    done = new("loss", NAME, tmp_path)
    assert done.exit_code == 2 and "is there already" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in there.iterdir()] == ["precious"]


def test_a_folder_that_is_not_there_or_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = new("loss", NAME, tmp_path / "nowhere")
    assert done.exit_code == 2 and "there is no such folder" in done.stderr

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    done = new("loss", NAME, tmp_path)
    assert done.exit_code == 1 and "can't be made: No space left" in done.stderr and done.stderr.count("\n") == 1


def test_a_module_of_that_name_is_not_shadowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gancraft_mine_already.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    assert "there is a module gancraft_mine_already" in new("gan", "mine-already", tmp_path).stderr


def test_there_is_a_template_for_every_kind() -> None:
    folders = {path.name for path in (ROOT / "gancraft" / "scaffold").iterdir()}
    assert folders == {"common", *KINDS} and set(WHAT) == set(Kind)
