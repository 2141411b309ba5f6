"""Runs of FastGAN: stopped and gone on with, by a kill too, and on two processes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gancraft.events import Saved
from tests.training import engine_helpers as engine
from tests.training import two_ranks
from tests.training.test_engine_kill import reached
from tests.training.test_engine_ranks import ROOT, torchrun

SMALL: dict[str, Any] = {
    "size": "24x16",
    "pictures": 320,
    "batch": 16,
    "generator__width": 2,
    "generator__latent_size": 8,
    "discriminator__width": 4,
    "keep__checkpoint_every": 0,
    "keep__checkpoints": 3,
}
STEPS = 20


@pytest.mark.slow
@pytest.mark.parametrize("labels", [False, True])
def test_stopped_it_goes_on_bit_for_bit(labels: bool, ramps: Path, tmp_path: Path) -> None:
    """After a round that no checkpoint has: noise, corners, spectral norms and statistics go on as they would have."""
    choice = engine.choose("fastgan", **SMALL, data__labels=labels)
    engine.end(engine.finish(choice, ramps, tmp_path / "whole"))
    run = engine.start(choice, ramps, tmp_path / "run")
    for event in run:
        if isinstance(event, Saved) and int(Path(event.path).stem) >= 128:
            break
    run.close()
    engine.checkpoints(tmp_path / "run")[-1].unlink()
    engine.end(engine.finish(choice, ramps, tmp_path / "run"))
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")


def test_the_reconstruction_is_reported_and_falls(ramps: Path, tmp_path: Path) -> None:
    with engine.recorded() as steps:
        engine.end(
            engine.finish(engine.choose("fastgan", **SMALL, gan__discriminator_rate=2e-3), ramps, tmp_path / "run")
        )
    told = [step["reconstruction"] for step in steps if step["phase"] == "discriminator"]
    assert len(told) == 20 and all("reconstruction" not in step for step in steps if step["phase"] == "generator")
    assert sum(told[-3:]) < 0.8 * sum(told[:3])


def arguments(data: Path, folder: Path, *more: str) -> list[str]:
    """Norms that don't depend on the batch; with batch norm each process normalises its own share."""
    words = ["train", str(data), "--plugin", "fastgan", "--run", str(folder), "--size", "24x16", "--batch", "16"]
    words += ["--pictures", "320", "--device", "cpu", "--precision", "float32", "--sheet", "2x1"]
    words += ["--sheet-every", str(engine.NEVER), "--look-every", str(engine.NEVER), "--latent-size", "8"]
    return [*words, "--generator.width", "4", "--discriminator.width", "8", *more]


@pytest.mark.slow
def test_two_processes_are_as_one(ramps: Path, tmp_path: Path) -> None:
    more = ("--generator.norm", "group", "--discriminator.norm", "none", "--json")
    jobs = [["two", arguments(ramps, tmp_path / "two", *more)]]
    done = torchrun("-m", "tests.training.two_ranks", str(tmp_path), json.dumps(jobs))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (json.loads((tmp_path / f"two.{rank}.json").read_text()) for rank in (0, 1))
    assert first["code"] == second["code"] == 0, first["said"]
    assert first["digest"] == second["digest"] and first["steps"] == second["steps"]
    two_ranks.run("one", arguments(ramps, tmp_path / "one", *more), tmp_path)
    alone = json.loads((tmp_path / "one.0.json").read_text())["steps"]
    assert len(alone) == len(first["steps"]) >= STEPS
    for number, (one, two) in enumerate(zip(alone[: 2 * STEPS], first["steps"][: 2 * STEPS], strict=True)):
        assert one.keys() == two.keys() and one.pop("phase") == two.pop("phase")
        for key in (key for key in one if not key.startswith("gradient/")):  # a norm of means isn't a mean of norms
            assert two[key] == pytest.approx(one[key], rel=1e-4, abs=1e-4), (number, key)


@pytest.mark.slow  # half a minute: five starts of Python
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_it_ends_with_the_same_bits(ramps: Path, tmp_path: Path) -> None:
    chance = random.Random(2)

    def begin(folder: Path, *more: str) -> subprocess.Popen[bytes]:
        places = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
        command = [sys.executable, "-m", "gancraft", *arguments(ramps, folder, "--quiet", "--pictures", "3200", *more)]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"})

    assert begin(tmp_path / "whole").wait(600) == 0
    for _ in range(3):
        process, before = begin(tmp_path / "run", "--checkpoint-every", "0.1"), reached(tmp_path / "run")
        while reached(tmp_path / "run") == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 1))
        process.kill()
        process.wait(60)
    assert begin(tmp_path / "run").wait(600) == 0
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
