"""Two processes with gloo: the same weights in both, and the losses of one process with the same whole batch."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.training import engine_helpers as engine
from tests.training import two_ranks

ROOT = Path(__file__).parents[2]
WIDE = ["vae", "growing", "scales", "classed", "running", "toy", "act"]
STEPS = 20
PICTURES = 384  # a round or four more than are compared


def arguments(name: str, data: Path, folder: Path) -> list[str]:
    source = "sample:ring" if name in ("toy", "act") else str(data)
    plugin = "toy" if name == "act" else name
    words = [
        "train",
        source,
        "--plugin",
        plugin,
        "--run",
        str(folder),
        "--plugins-dir",
        str(engine.OWN),
        "--batch",
        "16",
    ]
    words += [
        "--pictures",
        str(PICTURES),
        "--device",
        "cpu",
        "--precision",
        "float32",
        "--sheet",
        "2x1",
        "--sheet-every",
        str(engine.NEVER),
    ]
    words += ["--look-every", "96", "--json"]
    if name == "running":  # its dropout draws from torch's own generator, the same numbers on every process
        words += ["--method.no-dropout"]
    if name == "act":
        words += ["--remedy", "act", "--data.hold-out", "0"]
    return words


def torchrun(*words: str) -> subprocess.CompletedProcess[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    return subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port), *words],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture(scope="module")
def both(ramps: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes came to, for all plugins in one start."""
    out = tmp_path_factory.mktemp("two")
    jobs = [[name, arguments(name, ramps, out / f"run-{name}")] for name in WIDE]
    jobs.append(["odd", [*arguments("toy", ramps, out / "run-odd"), "--batch", "15"]])
    # The last one goes on with a run that two processes began.
    jobs.append(["again", [*arguments("toy", ramps, out / "run-toy"), "--pictures", str(PICTURES + 96)]])
    done = torchrun("-m", "tests.training.two_ranks", str(out), json.dumps(jobs))
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def told(out: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads((out / f"{name}.{rank}.json").read_text()) for rank in (0, 1)]


@pytest.mark.parametrize("name", WIDE)
def test_both_end_with_the_same_weights(name: str, both: Path) -> None:
    first, second = told(both, name)
    assert first["code"] == second["code"] == 0, first["said"]
    assert first["digest"] == second["digest"]
    assert first["steps"] == second["steps"] and first["state"] == second["state"]


@pytest.mark.parametrize("name", WIDE)
def test_the_losses_are_those_of_one_process(name: str, both: Path, ramps: Path, tmp_path: Path) -> None:
    two_ranks.run(name, arguments(name, ramps, tmp_path / "run"), tmp_path)
    alone = json.loads((tmp_path / f"{name}.0.json").read_text())["steps"]
    together = told(both, name)[0]["steps"]
    assert len(alone) == len(together) >= STEPS
    for number, (one, two) in enumerate(zip(alone[:STEPS], together[:STEPS], strict=True)):
        assert one.keys() == two.keys() and one.pop("phase") == two.pop("phase")
        for key in (key for key in one if not key.startswith("gradient/")):  # a norm of means isn't a mean of norms
            assert two[key] == pytest.approx(one[key], rel=1e-4, abs=1e-4), (number, key)


def test_one_of_them_talks(both: Path) -> None:
    first, second = told(both, "toy")
    assert first["said"].count(f'"pictures": {PICTURES}') == 1
    assert "2 processes" in first["said"] and second["said"] == ""


def test_a_batch_that_cannot_be_shared(both: Path) -> None:
    for result in told(both, "odd"):
        assert result["code"] == 2
        assert "--batch 15: can't be shared among 2 processes; choose a multiple of it" in result["said"]


def test_two_go_on_with_their_run(both: Path) -> None:
    first, second = told(both, "again")
    assert first["code"] == second["code"] == 0 and first["digest"] == second["digest"]
    assert (
        f"going on at {PICTURES} pictures seen" in first["said"] and "not the same to the last bit" not in first["said"]
    )


def test_one_goes_on_with_a_run_of_two(both: Path, ramps: Path, tmp_path: Path) -> None:
    """It is said that this isn't the same to the last bit."""
    two_ranks.run("alone", [*arguments("vae", ramps, both / "run-vae"), "--pictures", str(PICTURES + 48)], tmp_path)
    alone = json.loads((tmp_path / "alone.0.json").read_text())
    assert alone["code"] == 0
    assert "begun with 2 processes, going on with 1: not the same to the last bit" in alone["said"]
