"""The plugins on the author's page work as they stand there, each from a single file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gancraft.pictures import open_picture, read_recipe
from tests.training.engine_helpers import pictures

PAGE = Path(__file__).parents[1] / "docs" / "plugin-author.md"
WRITTEN = dict(re.findall(r"<!-- write: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, code in EXAMPLES.items():
        (tmp_path / name).write_text(code)
    return tmp_path


def run(*arguments: str) -> str:
    """What a command that succeeds prints."""
    from gancraft.cli.main import build_app

    result = CliRunner().invoke(build_app(list(arguments)), list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("plugin", "flag"), [("channel-means", "--power=1.5"), ("posterise", "--colours=3")])
def test_it_paints(plugin: str, flag: str, folder: Path) -> None:
    out = folder / "out.png"
    extra = ["--iterations", "4"] if plugin == "channel-means" else []
    own = ["--plugins-dir", str(folder), "--plugin", plugin, flag]
    run("style", *own, *extra, "--size", "64", "-o", str(out))
    picture = open_picture(out)
    assert max(picture.width, picture.height) == 64
    assert read_recipe(out)["options"]["style"]["plugin"] == plugin
    if plugin == "posterise":
        assert len({tuple(pixel) for pixel in (picture.rgb_HWC * 255).round().reshape(-1, 3).tolist()}) <= 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plugin", "more"),
    [
        ("small", ["--margin", "2", "--r1", "0.5"]),
        ("dcgan", ["--loss", "margin", "--generator.width", "8", "--discriminator.width", "8"]),
        ("vae", ["--beta", "0.5", "--width", "32"]),
    ],
)
def test_it_trains_goes_on_and_makes_pictures(
    plugin: str, more: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANCRAFT_CACHE", str(folder / "cache"))
    data, own, trained = pictures(folder / "data"), ["--plugins-dir", str(folder)], str(folder / "trained")
    command = ["train", str(data), *own, "--plugin", plugin, *more, "--batch", "16", "--run", trained, "--quiet"]
    run(*command, "--pictures", "320", "--device", "cpu")
    told = json.loads(run(*command, "--pictures", "480", "--device", "cpu", "--json"))
    assert told["pictures"] == 480 and not told["stopped"]
    out = folder / "sheet.png"
    run("sample", trained, *own, "-n", "4", "--scale", "1", "-o", str(out), "--device", "cpu")
    picture = open_picture(out)
    assert (picture.width, picture.height) == (18, 18)
    assert json.loads(run("info", trained, *own, "--json"))["installed"]


@pytest.mark.slow
def test_the_package_that_the_page_builds_step_by_step(tmp_path: Path) -> None:
    """What `gancraft new` makes, with the files that the page shows written over it: its tests pass, all checks too, and it paints."""
    run("new", "style", "exceedance", "--into", str(tmp_path))
    package = tmp_path / "gancraft-exceedance"
    assert set(WRITTEN) <= {str(path.relative_to(package)) for path in package.rglob("*.py")}
    for file, code in WRITTEN.items():
        (package / file).write_text(code)
    told = package / "gancraft_exceedance-0.1.0.dist-info"  # what an editable install leaves on the path
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: gancraft-exceedance\nVersion: 0.1.0\n")
    (told / "entry_points.txt").write_text("[gancraft]\nexceedance = gancraft_exceedance\n")
    paths = [str(package), str(PAGE.parents[1]), str(PAGE.parents[1] / "plugins")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:gancraft", "-p", "gancraft.testing.plugin"]
    done = subprocess.run(command, cwd=package, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "3 passed" in done.stdout


def test_the_page_has_every_kind() -> None:
    assert set(EXAMPLES) == {"channel_means.py", "posterise.py", "small_gan.py", "vae.py"}
