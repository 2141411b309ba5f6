"""A folder of one's own models, and a hub on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import huggingface_hub
import pytest

from tests.trained.hub import Hub, served


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; own models lie in `own` beside what the test makes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path / "own"))
    return tmp_path


@pytest.fixture
def hub(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """What huggingface_hub talks to instead of the hub, with a token."""
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    with served() as hub:
        monkeypatch.setattr(huggingface_hub, "HfApi", partial(huggingface_hub.HfApi, endpoint=hub.address))
        yield hub
