"""Fixtures of the tests of training."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.training import engine_helpers


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepared pictures are kept for the session, not in the user's folder."""
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def ramps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 grey pictures of 8x8 in two classes."""
    return engine_helpers.pictures(tmp_path_factory.mktemp("ramps"))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 320 points that is over; not to be changed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    engine_helpers.ring(folder, keep__checkpoint_every=0)
    return folder


@pytest.fixture
def finished(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of it, with its last three checkpoints."""
    shutil.copytree(undisturbed, tmp_path / "run")
    return tmp_path / "run"
