"""What holds on a CUDA device; `python -m pytest -m gpu`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss
from torch import Tensor

from gancraft.events import Warned
from tests.style.helpers import finish, job, run

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_graphs_equal_eager_steps(optimiser: str) -> None:
    eager, _ = finish(run(job(device="cuda", launch="eager"), iterations=60, optimiser=optimiser))
    seen: list[object] = []
    graphs, _ = finish(run(job(device="cuda"), iterations=60, optimiser=optimiser), seen.append)
    assert not any(isinstance(event, Warned) for event in seen), "captured"
    assert np.array_equal(eager.picture_HWC, graphs.picture_HWC)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_repeats_bit_for_bit(precision: str) -> None:
    first, _ = finish(run(job(96, 64, device="cuda", precision=precision), iterations=60))
    again, _ = finish(run(job(96, 64, device="cuda", precision=precision), iterations=60))
    assert np.array_equal(first.picture_HWC, again.picture_HWC)


def test_it_paints_what_the_cpu_paints() -> None:
    # Of Adam, which carries a difference in rounding on as it is. L-BFGS makes another picture of it, which is as good.
    cpu, _ = finish(run(job(), iterations=20, optimiser="adam"))
    gpu, progress = finish(run(job(device="cuda"), iterations=20, optimiser="adam"))
    assert np.abs(cpu.picture_HWC - gpu.picture_HWC).mean() < 0.01
    assert progress[-1].done == 20


def test_lbfgs_runs_on_the_device() -> None:
    _, progress = finish(run(job(device="cuda"), optimiser="lbfgs", iterations=30, levels=1))
    assert sum(progress[-1].values.values()) < sum(progress[0].values.values())


class Waiting(GramLoss):
    """Reads a value at every step, for which a captured one would have to wait: the capture is spoilt."""

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: value * (1 + 0 * value.item()) for name, value in super().distance(sums, target).items()}


def test_after_a_spoilt_capture_there_are_random_numbers() -> None:
    seen: list[object] = []
    finish(run(job(device="cuda"), Waiting(GramOptions()), iterations=20), seen.append)
    assert any(isinstance(event, Warned) and "captured" in event.message for event in seen)
    assert torch.randn(4, device="cuda").isfinite().all()


class Copying(GramLoss):
    """Makes a tensor of a number at every step, which a captured one can't."""

    def distance(self, sums: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> dict[str, Tensor]:
        one = torch.tensor(1.0, device=next(iter(sums.values())).device)
        return {name: value * one for name, value in super().distance(sums, target).items()}


def test_a_loss_that_cant_be_captured_paints_the_same_and_says_so() -> None:
    seen: list[object] = []
    captured, _ = finish(run(job(device="cuda"), iterations=40), seen.append)
    assert not seen or not any(isinstance(event, Warned) for event in seen)
    launched, _ = finish(run(job(device="cuda"), Copying(GramOptions()), iterations=40), seen.append)
    assert np.array_equal(captured.picture_HWC, launched.picture_HWC)
    assert any(isinstance(event, Warned) and "captured" in event.message for event in seen)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # torch 2.11's compiler calls its own old names
@pytest.mark.filterwarnings("ignore:TensorFloat32")  # it would rather have quicker products
@pytest.mark.filterwarnings(  # torch 2.11's compiler makes one while it traces
    "ignore:<class 'torch.autograd.function.Function'> should not be instantiated:DeprecationWarning"
)
def test_inductor_equals_eager() -> None:
    seen: list[object] = []
    eager, _ = finish(run(job(96, 64, device="cuda", launch="eager"), iterations=5, levels=1))
    compiled, _ = finish(run(job(96, 64, device="cuda", launch="compile"), iterations=5, levels=1), seen.append)
    assert not [event.message for event in seen if isinstance(event, Warned)]
    assert np.abs(eager.picture_HWC - compiled.picture_HWC).max() < 0.02
