"""The example packages in docs/examples do what they say, as their authors would have it: their own tests, and every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from gancraft.pictures import open_picture, read_recipe
from tests.test_light import heavy_modules

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
PACKAGES = sorted(path.parent.name for path in EXAMPLES.glob("*/pyproject.toml"))
TINY = ["--width", "8", "--max-width", "16", "--latent-size", "8"]


def run(*arguments: str) -> str:
    """What a command that succeeds prints."""
    from typer.testing import CliRunner

    from gancraft.cli.main import build_app

    result = CliRunner().invoke(build_app(list(arguments)), list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def own(package: str) -> list[str]:
    return ["--plugins-dir", str(EXAMPLES / package)]


def test_there_are_two() -> None:
    assert PACKAGES == ["gancraft-strokes", "gancraft-vae"]


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_its_own_tests_pass(package: str, tmp_path: Path) -> None:
    """In a process of their own, with gancraft's fixtures, which an installed gancraft brings by itself."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GANCRAFT_")}
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "plugins")))
    environ |= {"PYTHONPATH": paths, "GANCRAFT_CACHE": str(tmp_path), "OMP_NUM_THREADS": "1"}
    there = any(point.name == "gancraft" for point in metadata.entry_points(group="pytest11"))
    fixtures = [] if there else ["-p", "gancraft.testing.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *fixtures]
    done = subprocess.run(command, cwd=EXAMPLES / package, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("package", PACKAGES)
def test_it_can_be_published(package: str) -> None:
    folder, module = EXAMPLES / package, package.replace("-", "_")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == package and module in project["entry-points"]["gancraft"].values()
    assert "gancraft" in project["dependencies"] and project["description"].endswith(".")
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert (folder / "README.md").is_file() and (folder / module / "__init__.py").is_file()
    assert list((folder / "tests").glob("test_*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_its_wheel_has_the_module_and_the_entry_point(package: str, tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    from zipfile import ZipFile

    code = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=EXAMPLES / package, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (points,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "[gancraft]" in archive.read(points).decode()
    module = package.replace("-", "_")
    assert f"{module}/__init__.py" in names and not [name for name in names if name.startswith("tests")]


@pytest.mark.parametrize("package", PACKAGES)
def test_it_is_light(package: str) -> None:
    code = "from gancraft.plugins import find_plugins; found = find_plugins([{folder!r}], strict=True); assert found.entries"
    assert heavy_modules(code.format(folder=str(EXAMPLES / package))) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_its_readme_tells_every_option(package: str) -> None:
    from gancraft.options import settings
    from gancraft.plugins import find_plugins

    readme = (EXAMPLES / package / "README.md").read_text()
    found = find_plugins([EXAMPLES / package])
    mine = [entry for entry in found.entries if package in entry.plugin.source]
    flags = [f"--{setting.flag}" for entry in mine for setting in settings(entry.options)]
    assert flags and [flag for flag in flags if f"`{flag}`" not in readme] == []


def test_strokes_paint_by_command(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    command = ["style", *own("gancraft-strokes"), "--plugin", "strokes", "--size", "96", "--brush", "6", "-o", str(out)]
    told = json.loads(run(*command, "--json", "--quiet"))
    picture = open_picture(out)
    assert max(picture.width, picture.height) == 96 and told["method"] == "strokes" and told["network"] is None
    assert read_recipe(out)["options"]["strokes"]["brush"] == 6
    run("redo", str(out), *own("gancraft-strokes"), "-o", str(tmp_path / "again.png"), "--quiet")
    assert np.array_equal(open_picture(tmp_path / "again.png").rgb_HWC, picture.rgb_HWC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run of the autoencoder on coloured shapes, stopped once and gone on with."""
    folder = tmp_path_factory.mktemp("vae")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCRAFT_CACHE", str(folder / "cache"))
        command = ["train", "sample:shapes", *own("gancraft-vae"), "--plugin", "vae", "--size", "16", *TINY]
        command += ["--run", str(folder / "run"), "--device", "cpu", "--launch", "eager", "--quiet", "--json"]
        run(*command, "--pictures", "512")
        told = json.loads(run(*command, "--pictures", "2560"))
    assert told["pictures"] == 2560 and told["problem"] is None
    return folder / "run"


def test_the_autoencoder_learns_coloured_shapes(trained: Path) -> None:
    lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    looks = [line["values"] for line in lines if "distance" in line.get("values", {})]
    assert looks[-1]["error"] < 0.8 * looks[0]["error"] and looks[-1]["distance"] < 0.75 * looks[0]["distance"]


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (["sample", "RUN", "-n", "4"], "sheet.png"),
        (["walk", "RUN", "--seconds", "0.2"], "walk.gif"),
        (["mix", "RUN"], "mix.png"),
        (["project", "RUN", "sample:cat", "--steps", "2", "--tries", "4"], "found.png"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_trained_decoder_is_a_generator_like_any(
    command: list[str], file: str, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / file
    words = [str(trained) if word == "RUN" else word for word in command]
    run(*words, *own("gancraft-vae"), "-o", str(out), "--device", "cpu", "--quiet")
    assert out.stat().st_size > 100


def test_its_report_knows_no_discriminator(trained: Path) -> None:
    """No curve, sentence or verdict speaks of a network that isn't there."""
    report = (trained / "report.html").read_text()
    before, _, _ = report.partition('<section id="settings">')  # the tables of settings name what may be chosen
    body = before.partition("<main>")[2]
    assert "reconstruction" in body and "discriminator" not in body.lower()
    lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    said = " ".join(str(line) for line in lines if line["kind"] in ("finding", "remedy", "end"))
    assert "discriminator" not in said
