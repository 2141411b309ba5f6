"""Fixtures that several test files use."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from gancraft.threads import share_cores

share_cores()  # before any test imports torch

WritePlugin = Callable[..., Path]


@pytest.fixture
def write_plugin(tmp_path: Path) -> WritePlugin:
    """Write a single-file plugin; returns the folder to give to --plugins-dir."""
    folder = tmp_path / "plugins"

    def write(name: str, code: str) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(textwrap.dedent(code))
        return folder

    return write


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A person's own settings must not reach the tests."""
    import os

    for name in [name for name in os.environ if name.startswith("GANCRAFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path_factory.getbasetemp() / "no models"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
