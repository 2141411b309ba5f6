"""Two processes train the style network that one would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training import style_helpers as styles
from tests.training import two_ranks
from tests.training.test_engine_ranks import torchrun

pytestmark = pytest.mark.slow


def test_two_processes_are_one(tmp_path: Path) -> None:
    photos, stripes = styles.photos(tmp_path / "photos"), styles.style_picture(tmp_path)
    words = ["train-style", str(stripes), "--photos", str(photos), *styles.WORDS, "--width", "2", "--blocks", "1"]
    words += ["--look-every", "8", "--json"]
    jobs = [["fast", [*words, "--run", str(tmp_path / "both")]]]
    done = torchrun("-m", "tests.training.two_ranks", str(tmp_path), json.dumps(jobs))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (json.loads((tmp_path / f"fast.{rank}.json").read_text()) for rank in (0, 1))
    assert first["code"] == second["code"] == 0, first["said"]
    assert first["digest"] == second["digest"] and first["steps"] == second["steps"]
    two_ranks.run("alone", [*words, "--run", str(tmp_path / "alone")], tmp_path)
    alone = json.loads((tmp_path / "alone.0.json").read_text())["steps"]
    assert len(alone) == len(first["steps"]) == 4
    for one, two in zip(alone, first["steps"], strict=True):
        assert one.keys() == two.keys()
        for key in ("style", "content", "variation"):
            assert two[key] == pytest.approx(one[key], rel=1e-3, abs=1e-4)
