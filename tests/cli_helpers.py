"""What tests of the command line share: a command in this process, a folder to work in, a photo."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import gancraft
from gancraft.cli.main import build_app
from gancraft.cli.sniff import Words
from gancraft.events import Event, Run
from gancraft.pictures import save_picture

ROOT = Path(__file__).parents[1]
FAST = ["--size", "48", "--iterations", "3"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    ramp = np.linspace(0, 1, 60 * 40 * 3, dtype=np.float32).reshape(40, 60, 3)
    save_picture(tmp_path / "photo.png", ramp)
    return tmp_path / "photo.png"


def press_ctrl_c(monkeypatch: pytest.MonkeyPatch, when: Callable[[], bool]) -> None:
    """Once, at the first event of a run at which `when` holds; the command goes on in this process."""
    following, pressed = Run.__next__, False

    def pressing(self: Run) -> Event:
        nonlocal pressed
        event = following(self)
        if not pressed and when():
            pressed = True
            signal.raise_signal(signal.SIGINT)
        return event

    monkeypatch.setattr(Run, "__next__", pressing)


def run(*arguments: object, stdin: bytes | None = None):  # type: ignore[no-untyped-def]
    """A command in this process, as `main` runs it; returns typer's result."""
    words = [str(argument) for argument in arguments]
    try:
        app = build_app(words)
    except gancraft.GancraftError as error:
        return type(
            "Result", (), {"exit_code": error.exit_code, "stderr": str(error), "stdout": "", "output": str(error)}
        )
    return CliRunner().invoke(app, Words(words, os.environ).normalised, input=stdin)
