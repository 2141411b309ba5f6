"""Real kills: SIGKILL at arbitrary moments, several times, ends with the weights of a run that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.training import engine_helpers as engine

ROOT = Path(__file__).parents[2]
PICTURES = 19_200
# 300 rounds, each with a checkpoint, so that about every second kill meets one that is being written.
WORDS = [
    "train",
    "sample:ring",
    "--plugin",
    "toy",
    "--pictures",
    str(PICTURES),
    "--device",
    "cpu",
    "--remedy",
    "act",
    "--quiet",
]
WORDS += ["--look-every", "3200", "--sheet", "2x1", "--sheet-every", "4800", "--keep.checkpoints", "2"]


def begin(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    places = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    return subprocess.Popen(
        [sys.executable, "-m", "gancraft", *WORDS, "--run", str(folder), *more],
        env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def reached(folder: Path) -> int:
    """Pictures of the newest checkpoint."""
    try:
        return max((int(path.stem) for path in engine.checkpoints(folder)), default=0)
    except FileNotFoundError:
        return 0


def finish(folder: Path, *more: str) -> None:
    process = begin(folder, *more)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_several_times_it_ends_with_the_same_bits(tmp_path: Path) -> None:
    chance = random.Random(0)
    finish(tmp_path / "whole")
    stops = []
    for share in (0.15, 0.4, 0.7):
        process = begin(tmp_path / "run", "--checkpoint-every", "0")
        while reached(tmp_path / "run") < share * PICTURES and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL, process.stderr and process.stderr.read()
        assert process.stderr is not None
        process.stderr.close()
        stops.append(reached(tmp_path / "run"))
    assert stops == sorted(set(stops)) and stops[-1] < PICTURES
    finish(tmp_path / "run", "--checkpoint-every", "0")
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")
    sheets = [sorted(path.name for path in (tmp_path / name / "samples").iterdir()) for name in ("run", "whole")]
    assert sheets[0] == sheets[1]
    assert not list((tmp_path / "run").rglob("*.part"))


@pytest.mark.slow  # about a minute: eight starts of Python, and a network with convolutions and batch norm
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_so_does_a_network_with_convolutions(ramps: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    words = [
        "train",
        str(ramps),
        "--plugin",
        "dcgan",
        "--size",
        "16",
        "--pictures",
        "6400",
        "--batch",
        "32",
        "--data.flip",
    ]
    words += [
        "--augment",
        "diffaugment",
        "--generator.width",
        "8",
        "--discriminator.width",
        "8",
        "--device",
        "cpu",
        "--quiet",
    ]

    def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
        places = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
        command = [sys.executable, "-m", "gancraft", *words, "--run", str(folder), *more]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "2"})

    assert start(tmp_path / "whole").wait(600) == 0
    for _ in range(6):
        process = start(tmp_path / "run", "--checkpoint-every", "0.2")
        before = reached(tmp_path / "run")
        while reached(tmp_path / "run") == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 2))
        process.kill()
        process.wait(60)
    assert start(tmp_path / "run").wait(600) == 0
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
