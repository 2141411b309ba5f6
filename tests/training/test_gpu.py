"""What holds of training on a CUDA device; `python -m pytest -m gpu`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gancraft.models.random import BatchRandom
from tests.training import engine_helpers as engine

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]

NARROW = {"generator__width": 8, "generator__max_width": 32, "discriminator__width": 8, "discriminator__max_width": 32}
METHODS: dict[str, dict[str, Any]] = {
    "dcgan": NARROW,
    "fastgan": NARROW,
    "fast-r3gan": NARROW,
    "projected": NARROW,
    "stylegan2": {**NARROW, "generator__latent_size": 16},
    "r3gan": {**NARROW, "generator__group": 4, "discriminator__group": 4},
    "msg-gan": {**NARROW, "generator__latent_size": 16},
}


def steps(name: str, data: Path, folder: Path, **how: Any) -> list[dict[str, Any]]:
    """What the steps of a few rounds report."""
    settings = {"device": "cuda", "size": "32", "pictures": 128, **METHODS[name], **how}
    with engine.recorded() as found:
        events = engine.finish(engine.choose(name, **settings), data, folder)
    engine.end(events)
    assert not engine.warned(events, "")
    return found


def assert_close(mine: list[dict[str, Any]], theirs: list[dict[str, Any]], rel: float) -> None:
    assert len(mine) == len(theirs) > 8
    for number, (one, other) in enumerate(zip(mine, theirs, strict=True)):
        assert one["phase"] == other["phase"]
        losses = {key for key in one if key == one["phase"]}
        for key in losses:
            assert one[key] == pytest.approx(other[key], rel=rel, abs=rel), (number, key)


@pytest.mark.parametrize("name", METHODS)
def test_captured_steps_equal_eager_ones(name: str, tmp_path: Path) -> None:
    data = engine.pictures(tmp_path / "data", side=32)
    eager = steps(name, data, tmp_path / "eager", launch="eager")
    graphs = steps(name, data, tmp_path / "graphs")
    assert_close(graphs, eager, 2e-2)


def give_the_same_numbers(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    """Every draw is the beginning of one table."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(2**17, generator=generator).to(device)
    uniform = torch.rand(2**17, generator=generator).to(device)

    def beginning(table: Tensor, *shape: int) -> Tensor:
        return table[: math.prod(shape)].view(shape)

    monkeypatch.setattr(BatchRandom, "normal", lambda self, *shape: beginning(normal, *shape))
    monkeypatch.setattr(BatchRandom, "uniform", lambda self, *shape: beginning(uniform, *shape))
    monkeypatch.setattr(BatchRandom, "integers", lambda self, n, high: (beginning(uniform, n) * high).long())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # torch 2.11's compiler calls its own old names
@pytest.mark.parametrize("name", ["dcgan", "stylegan2"])
def test_inductor_equals_eager(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A compiled step may draw in another order than an eager one, and other numbers are another run.
    give_the_same_numbers(monkeypatch, "cuda")
    data = engine.pictures(tmp_path / "data", side=32)
    eager = steps(name, data, tmp_path / "eager", launch="eager")
    compiled = steps(name, data, tmp_path / "compiled", launch="compile")
    assert_close(compiled[:12], eager[:12], 5e-2)
