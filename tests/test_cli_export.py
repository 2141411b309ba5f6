"""`gancraft export`, from its arguments to its exit codes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.interfaces import DataShape
from gancraft.models import info_of, save_model
from gancraft.plugins import find_plugins
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_plugin: WritePlugin) -> Path:
    """A model that is saved here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(write_plugin("discs", PLUGIN)))
    entry = find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]], entry_points=[]).get("generator", "stripes")
    options, shape = entry.options(), DataShape(3, 8, 12)
    save_model(Path("stripes.safetensors"), entry.create(options, shape), info_of(entry, options, shape))
    return Path("stripes.safetensors")


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def refused(*arguments: object, code: int = 2) -> str:
    result = run("export", *arguments)
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("gancraft: ")]
    assert len(lines) == 1 and "a bug" not in lines[0], result.stderr
    return lines[0]


def test_onnx_and_what_is_told(file: Path) -> None:
    result = run("export", file, "--onnx")
    assert result.exit_code == 0, result.output
    assert result.stdout == "stripes.onnx\n" and Path("stripes.onnx").stat().st_size > 500
    assert (
        "latents: N x 4 float32" in result.stderr and "pictures: N x 3 x 8 x 12 float32 in [0, 1], RGB" in result.stderr
    )
    assert "largest difference of a pixel to gancraft's pictures" in result.stderr
    assert run("export", file).stdout == "stripes-2.onnx\n", "nothing is overwritten without a name"


def test_a_file_by_name_and_json(file: Path) -> None:
    result = run("export", file, "--onnx", "out.onnx", "--batch", 2, "--no-truncation", "--opset", 18, "--json")
    told = json.loads(result.stdout)
    assert told["path"] == "out.onnx" and told["bytes"] == Path("out.onnx").stat().st_size and told["opset"] == 18
    assert list(told["inputs"]) == ["latents", "pictures"] and told["inputs"]["latents"].startswith("2 x 4")
    assert told["difference"] < 1e-5


def test_half_as_safetensors(file: Path) -> None:
    result = run("export", file, "-o", "half.safetensors", "--half")
    assert result.exit_code == 0 and result.stdout == "half.safetensors\n"
    assert run("info", "half.safetensors").exit_code == 0
    assert run("sample", "half.safetensors", "-n", 1, "-o", "one.png", "-q").exit_code == 0


def test_wrong_words_get_one_line(file: Path) -> None:
    for words, says in (
        (("nomodel",), "nomodel"),
        ((file, "out.txt"), "name a .onnx file"),
        ((file, "out.safetensors"), "--half writes it with half the size"),
        ((file, "out.safetensors", "--half", "--onnx"), "name a .onnx file"),
        ((file, file, "--half"), "stripes.safetensors"),
        ((file, "a.onnx", "-o", "b.onnx"), "name one file"),
        ((file, "no/a.onnx"), "no"),
        ((file, "--batch", "many"), "--batch many"),
        ((file, "--batch", "0"), "--batch 0"),
    ):
        assert says in refused(*words), words
    assert list(Path().glob("*.onnx")) == []


def test_what_to_install(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    assert (
        refused(file, "--onnx")
        == "gancraft: --onnx needs the packages onnx and onnxscript: pip install 'gancraft[onnx]'"
    )
