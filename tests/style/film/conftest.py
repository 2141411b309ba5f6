"""A film."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.style.film.helpers import moving, write_film


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "boat.mp4", moving(5), sound="aac", options={"crf": "10"})
