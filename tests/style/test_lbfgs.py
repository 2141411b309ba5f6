"""L-BFGS in a pyramid: it is quick, holds the curvature that it saw, keeps its step in bounds, and decides nothing in Python."""

from __future__ import annotations

import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss
from gancraft_wasserstein import SlicedOptions
from gancraft_wasserstein.sliced import SlicedLoss
from torch import Tensor

from gancraft import StyleLoss
from gancraft.style.canvas import Canvas
from gancraft.style.lbfgs import LONGEST, MEMORY, PyramidLbfgs
from gancraft.style.objective import Objective
from gancraft.style.resize import resize
from tests.style.helpers import finish, job, rough, run, smooth

WANTED, BEGUN = smooth(48, 32, 1), smooth(48, 32, 2)


def uneven(x_NCHW: Tensor) -> Tensor:
    """A bowl that is a hundred times steeper on one side of the picture, and in its coarse shapes, than elsewhere."""
    slope_W = torch.logspace(-1, 1, x_NCHW.shape[-1])
    apart_NCHW = x_NCHW - resize(WANTED, x_NCHW.shape[-1], x_NCHW.shape[-2])
    coarse_NCHW = torch.nn.functional.avg_pool2d(apart_NCHW, 8)
    return (slope_W * apart_NCHW.square()).mean() + 10 * coarse_NCHW.square().mean()


def moved(lbfgs: PyramidLbfgs, steps: int) -> Tensor:
    """The picture after some steps against `uneven`."""
    x_NCHW = BEGUN.clone().requires_grad_()
    for _ in range(steps):
        (gradient_NCHW,) = torch.autograd.grad(uneven(x_NCHW), x_NCHW)
        lbfgs.step(x_NCHW, gradient_NCHW)
    return x_NCHW.detach()


def test_it_needs_fewer_steps_than_adam() -> None:
    left = {}
    for optimiser, steps in (("lbfgs", 30), ("adam", 60)):
        canvas = Canvas(BEGUN, optimiser=optimiser, learning_rate=0.03, average=0.5, octaves=5)
        for step in range(steps):
            canvas.set_rate(0.03 if step < 0.7 * steps else 0.005)
            canvas.step(uneven)
        left[optimiser] = float(uneven(canvas.picture_NCHW))
    assert left["lbfgs"] < 0.5 * left["adam"]


def test_the_last_step_is_what_its_change_of_gradient_asks_for() -> None:
    """The secant equation, which every quasi-Newton matrix must obey."""
    lbfgs = PyramidLbfgs(BEGUN)
    moved(lbfgs, MEMORY + 3)
    found_P = lbfgs._way(lbfgs.changes_MP[-1].view_as(BEGUN)).flatten()
    assert torch.allclose(found_P, lbfgs.steps_MP[-1], atol=1e-3 * float(lbfgs.steps_MP[-1].abs().max()))


def test_a_step_without_curvature_is_not_remembered_and_none_is_too_long() -> None:
    lbfgs, x_NCHW, slope_NCHW = PyramidLbfgs(BEGUN), BEGUN.clone(), rough(48, 32, 1) - 0.5
    for sign in (1, 1, 2, -50):  # the second has no curvature, the others a negative one
        before_NCHW = x_NCHW.clone()
        lbfgs.step(x_NCHW, sign * slope_NCHW)
        assert 0 < float((x_NCHW - before_NCHW).square().mean().sqrt()) < 1.001 * LONGEST
        assert sign == -50 or not lbfgs.steps_MP.any()


@pytest.mark.parametrize("size", [(48, 32), (37, 19)])
def test_nothing_is_decided_in_python(size: tuple[int, int]) -> None:
    """One graph makes all steps, of which the first ones remember nothing: so a device can replay it."""
    pictures = []
    for whole in (False, True):
        x_NCHW = smooth(*size, 2)
        lbfgs = PyramidLbfgs(x_NCHW)
        step = torch.compile(lbfgs.step, backend="aot_eager", fullgraph=True) if whole else lbfgs.step
        places = [kept.data_ptr() for kept in (lbfgs.steps_MP, lbfgs.changes_MP, lbfgs.taken, *lbfgs.squares)]
        for _ in range(6):
            step(x_NCHW, (x_NCHW - smooth(*size, 1)) * torch.linspace(0.1, 2, size[0]))
        assert places == [kept.data_ptr() for kept in (lbfgs.steps_MP, lbfgs.changes_MP, lbfgs.taken, *lbfgs.squares)]
        pictures.append(x_NCHW)
    assert torch.allclose(*pictures, atol=1e-5)


def test_it_begins_anew_at_another_size() -> None:
    lbfgs = PyramidLbfgs(BEGUN)
    moved(lbfgs, 5)
    lbfgs.grow(lambda x_NCHW: resize(x_NCHW, 96, 64))
    assert lbfgs.steps_MP.shape == (MEMORY, 3 * 96 * 64)
    assert not lbfgs.steps_MP.any() and not lbfgs.taken


def test_a_flat_gradient_moves_nothing() -> None:
    x_NCHW = BEGUN.clone()
    PyramidLbfgs(x_NCHW).step(x_NCHW, torch.zeros_like(x_NCHW))
    assert torch.equal(x_NCHW, BEGUN)


@pytest.mark.parametrize(
    ("loss", "same", "steps"),
    [
        (GramLoss(GramOptions()), "lbfgs", 5),
        (SlicedLoss(SlicedOptions()), None, 10),
        (SlicedLoss(SlicedOptions()), "adam", 5),
    ],
)
def test_random_points_get_two_steps_of_adam(
    loss: StyleLoss, same: str | None, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an iteration, where nobody chose an optimiser."""
    renewals = []
    renew = Objective.renew
    monkeypatch.setattr(Objective, "renew", lambda self: (renewals.append(1), renew(self))[1])
    chosen = {} if same != "adam" else {"optimiser": "adam"}
    found, progress = finish(run(job(), loss, iterations=5, levels=1, **chosen))
    assert len(renewals) == steps and progress[-1].done == progress[-1].total == 5
    if same == "lbfgs":
        again, _ = finish(run(job(), loss, iterations=5, levels=1, optimiser="lbfgs"))
        assert (found.picture_HWC == again.picture_HWC).all()
