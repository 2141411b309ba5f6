"""R3GAN in the engine: killed and resumed to the same bits, two processes as one, its schedules, and that it learns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.training import engine_helpers as engine
from tests.training import two_ranks
from tests.training.learning_helpers import learn, precision_recall
from tests.training.test_engine_kill import ROOT, reached
from tests.training.test_engine_ranks import STEPS, torchrun

TINY = {"width": 2, "max-width": 4, "group": 4, "blocks": 1}
LITTLE = {"width": 8, "max_width": 32, "blocks": 1}  # learns coloured shapes
QUICKLY: dict[str, Any] = {
    "batch": 16,
    "augment": "none",  # so short a run learns nothing by heart
    "gan__average": 2000,
    "gan__r1": 1.0,
    "gan__r2": 1.0,
    "gan__penalty_size": 0,
    "gan__generator_rate": 1e-3,
    "gan__discriminator_rate": 1e-3,
}


def arguments(data: Path, folder: Path, *more: str) -> list[str]:
    """Of `gancraft`: 40 rounds on pictures of 8x8 in two classes, with all that the preset brings."""
    words = ["train", str(data), "--plugin", "r3gan", "--run", str(folder), "--size", "8", "--data.labels"]
    words += ["--batch", "16", "--pictures", "640", "--device", "cpu", "--precision", "float32", "--sheet", "2x1"]
    words += ["--sheet-every", str(engine.NEVER), "--look-every", "160"]
    for role in ("generator", "discriminator"):
        for setting, value in TINY.items():
            words += [f"--{role}.{setting}", str(value)]
    return [*words, *more]


def begin(data: Path, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    places = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "gancraft", *arguments(data, folder, "--quiet", *more)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_and_resumed_it_ends_with_the_same_bits(ramps: Path, tmp_path: Path) -> None:
    """With labels, augmentation that rises, and rates and penalties that change all along."""
    whole = begin(ramps, tmp_path / "whole")
    process = begin(ramps, tmp_path / "run", "--checkpoint-every", "0")
    while reached(tmp_path / "run") < 200 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL and reached(tmp_path / "run") < 640
    assert begin(ramps, tmp_path / "run").wait(300) == 0 and whole.wait(300) == 0
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")


@pytest.mark.slow
def test_two_processes_are_as_one(ramps: Path, tmp_path: Path) -> None:
    job = ["r3gan", arguments(ramps, tmp_path / "two", "--json")]
    done = torchrun("-m", "tests.training.two_ranks", str(tmp_path), json.dumps([job]))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (json.loads((tmp_path / f"r3gan.{rank}.json").read_text()) for rank in (0, 1))
    assert first["code"] == 0 and first["digest"] == second["digest"], first["said"]
    two_ranks.run("alone", arguments(ramps, tmp_path / "one", "--json"), tmp_path)
    alone = json.loads((tmp_path / "alone.0.json").read_text())["steps"]
    assert len(alone) == len(first["steps"]) >= 2 * STEPS
    for number, (one, two) in enumerate(zip(alone[: 2 * STEPS], first["steps"], strict=False)):
        assert one.pop("phase") == two.pop("phase") and one.keys() == two.keys()
        for key in (key for key in one if not key.startswith("gradient/")):  # a norm of means isn't a mean of norms
            assert two[key] == pytest.approx(one[key], rel=1e-4, abs=1e-4), (number, key)


def test_every_step_is_penalised_and_what_changes_does(ramps: Path, tmp_path: Path) -> None:
    """R1 and R2 in each of the discriminator's steps, weights that come down to a tenth, rates that come down to a quarter,
    augmentation that rises to its probability."""
    tiny = {f"{role}__{n.replace('-', '_')}": v for role in ("generator", "discriminator") for n, v in TINY.items()}
    choice = engine.choose("r3gan", pictures=640, size="8", augment__rise=0.5, **tiny)
    with engine.sessions() as made, engine.recorded() as steps:
        engine.end(engine.finish(choice, ramps, tmp_path / "run"))
    judged = [step for step in steps if step["phase"] == "discriminator"]
    assert len(judged) == 40 and all(step["r1"] > 0 and step["r2"] > 0 for step in judged)
    assert judged[0]["augment"] == 0
    assert judged[-1]["augment"] == pytest.approx(choice.options["augment"].probability)
    (session,) = made
    assert session.state["penalty"].item() == pytest.approx(0.1, abs=0.01)
    assert session.optimisers.rates()["discriminator"] == pytest.approx(
        0.25 * choice.options["gan"].discriminator_rate, rel=0.02
    )


@pytest.mark.slow  # about 110 seconds of one core
def test_it_learns_coloured_shapes(tmp_path: Path) -> None:
    """With seeds 0 to 4 precision .46 to .63 and recall .24 to .42."""
    small = {f"{role}__{n}": v for role in ("generator", "discriminator") for n, v in LITTLE.items()}
    folder = learn("r3gan", tmp_path / "run", 32_000, **small, **QUICKLY)
    precision, recall = precision_recall(folder)
    assert precision > 0.3 and recall > 0.12, (precision, recall)
