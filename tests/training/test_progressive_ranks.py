"""Two processes with gloo come through growth, and through all sizes at once, with the losses of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training import engine_helpers as engine
from tests.training import two_ranks
from tests.training.test_engine_ranks import torchrun

NAMES = ["progressive", "msg-gan"]
STEPS = 24  # past the first growth, in a fade


def arguments(name: str, data: Path, folder: Path) -> list[str]:
    words = ["train", str(data), "--plugin", name, "--run", str(folder), "--size", "24x16", "--pictures", "640"]
    words += ["--batch", "16", "--device", "cpu", "--precision", "float32", "--sheet", "2x1", "--look-every", "160"]
    words += ["--sheet-every", str(engine.NEVER), "--latent-size", "8", "--average", "100", "--json"]
    words += ["--penalty-every", "1"]
    for part in ("generator", "discriminator"):
        words += [f"--{part}.width", "4", f"--{part}.max-width", "8"]
    return words


@pytest.fixture(scope="module")
def both(ramps: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes came to, in one start."""
    out = tmp_path_factory.mktemp("two")
    done = torchrun(
        "-m",
        "tests.training.two_ranks",
        str(out),
        json.dumps([[name, arguments(name, ramps, out / f"run-{name}")] for name in NAMES]),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_two_ranks_are_alike_and_as_one(name: str, both: Path, ramps: Path, tmp_path: Path) -> None:
    first, second = (json.loads((both / f"{name}.{rank}.json").read_text()) for rank in (0, 1))
    assert first["code"] == second["code"] == 0, first["said"]
    assert first["digest"] == second["digest"] and first["steps"] == second["steps"]
    two_ranks.run(name, arguments(name, ramps, tmp_path / "run"), tmp_path)
    alone = json.loads((tmp_path / f"{name}.0.json").read_text())["steps"]
    assert len(alone) == len(first["steps"]) >= STEPS
    for number, (one, two) in enumerate(zip(alone[:STEPS], first["steps"][:STEPS], strict=True)):
        assert one.keys() == two.keys() and one.pop("phase") == two.pop("phase")
        for key in (key for key in one if not key.startswith("gradient/")):  # a norm of means isn't a mean of norms
            assert two[key] == pytest.approx(one[key], rel=1e-3, abs=1e-3), (number, key)
