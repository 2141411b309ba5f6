"""From `gancraft new` to a package that people install: built as a wheel, installed beside gancraft's own wheel in a fresh
environment, used, and uninstalled again; one kind after the other.

The environment is new and has gancraft from its wheel; torch and the rest it sees through the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import gancraft

ROOT = Path(__file__).parents[2]
USES = {  # what is done with a package of each kind
    "style": ["style", "--plugin", "NAME", "--size", "64", "--iterations", "4", "-o", "out.png"],
    "method": ["style", "--plugin", "NAME", "--size", "64", "--colours", "3", "-o", "out.png"],
    "network": ["style", "--network", "NAME", "--size", "64", "--iterations", "4", "-o", "out.png"],
    "loss": ["train", "pictures", "--plugin", "NAME", "--generator.width", "8", "--discriminator.width", "8"],
    "gan": ["train", "pictures", "--plugin", "NAME", "--generator.width", "8", "--discriminator.width", "8"],
}
TRAINING = ["--pictures", "64", "--batch", "16", "--device", "cpu", "--run", "run"]
pytestmark = pytest.mark.slow


class Environment:
    """A virtual environment in a folder, with its commands."""

    def __init__(self, folder: Path):
        self.folder, self.bin = folder, folder / "env" / "bin"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
        inside = {"base": str(folder / "env"), "platbase": str(folder / "env")}
        site = Path(sysconfig.get_path("purelib", "venv", vars=inside))
        (site / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("GANCRAFT_", "PYTHON"))
        }
        self.environ |= {"GANCRAFT_CACHE": str(folder / "cache"), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(self, program: str, *arguments: str, cwd: Path | None = None, code: int = 0) -> str:
        """A program of the environment; what it prints. Fails the test where it ends otherwise."""
        command = [str(self.bin / program), *arguments]
        where = cwd or self.folder
        done = subprocess.run(command, cwd=where, env=self.environ, capture_output=True, text=True)
        assert done.returncode == code, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def gancraft(self, *arguments: str, cwd: Path | None = None, code: int = 0) -> str:
        return self.run("gancraft", *arguments, cwd=cwd, code=code)

    def pip(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), *arguments, "--quiet"]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]

    def plugin(self, name: str) -> dict[str, Any] | None:
        """What `gancraft plugins` says of it."""
        told = json.loads(self.gancraft("plugins", "--json"))
        registered = [row["name"] for row in told["registered"] if row["plugin"] == name]
        (*_, info) = [None, *({**i, "registered": registered} for i in told["plugins"] if i["name"] == name)]
        return info


def wheel(source: Path, into: Path) -> Path:
    """Built by hatchling as it is installed here, without the network."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(into), str(source)]
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run([*command, "--quiet"], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (built,) = into.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    pytest.importorskip("hatchling")
    made = Environment(tmp_path_factory.mktemp("kit"))
    made.pip("install", "--no-deps", "--no-index", str(wheel(ROOT, made.folder / "own")))
    where = made.run("python", "-c", "import gancraft; print(gancraft.__file__)")
    assert str(made.folder) in where, "gancraft from its wheel, not the checkout"
    pictures = made.folder / "pictures"
    pictures.mkdir()
    generator = np.random.default_rng(0)
    for number in range(32):
        x_HWC = generator.integers(0, 255, (4, 4, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
        Image.fromarray(x_HWC).save(pictures / f"{number:02}.png")
    return made


@pytest.mark.parametrize("kind", USES)
def test_a_package_from_its_making_to_its_removal(kind: str, environment: Environment, tmp_path: Path) -> None:
    began = time.monotonic()
    name, e = f"kit-{kind}", environment
    assert e.plugin(name) is None
    folder = Path(e.gancraft("new", kind, name, "--into", str(tmp_path)).strip())
    e.pip("install", "--no-deps", "--no-index", str(wheel(folder, tmp_path / "dist")))

    info = e.plugin(name)
    assert info is not None and info["state"] == "loaded" and info["api"] == gancraft.API_VERSION
    assert (info["distribution"], info["version"], info["bundled"]) == (f"gancraft-{name}", "0.1.0", False)
    assert name in info["registered"]
    assert json.loads(e.gancraft("plugins", "show", name, "--json"))["hooks"]

    (tmp_path / "alone").mkdir()  # its tests, away from its source: what they import is what is installed
    shutil.copytree(folder / "tests", tmp_path / "alone" / "tests")
    assert " passed" in e.run("python", "-m", "pytest", "-q", "tests", cwd=tmp_path / "alone")

    use = [name if word == "NAME" else word for word in USES[kind]]
    if use[0] == "train":
        use[1] = str(e.folder / "pictures")
        e.gancraft(*use, *TRAINING, cwd=tmp_path)
        assert (tmp_path / "run" / "model.safetensors").is_file()
    else:
        e.gancraft(*use, cwd=tmp_path)
        with Image.open(tmp_path / "out.png") as picture:
            assert max(picture.size) == 64

    e.pip("uninstall", "--yes", f"gancraft-{name}")
    assert e.plugin(name) is None
    assert (
        "there is no"
        in subprocess.run(
            [str(e.bin / "gancraft"), *use], cwd=tmp_path, env=e.environ, capture_output=True, text=True
        ).stderr
    )
    print(f"{kind}: {time.monotonic() - began:.0f} s")
