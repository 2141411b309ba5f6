"""Adam in pixels and in a pyramid: no specks when the picture grows, no grain where gradients are those of random points."""

from __future__ import annotations

import pytest
import torch

from gancraft.style.adam import SHARE, Adam, PyramidAdam
from gancraft.style.canvas import Canvas
from gancraft.style.objective import variation
from gancraft.style.resize import resize
from tests.style.helpers import rough, smooth


@pytest.mark.parametrize("seed", range(3))
def test_no_pixel_jumps_after_growth(seed: int) -> None:
    """Steps stay about the step size, also where a gradient that was strong at one pixel alone was interpolated."""
    adam = Adam(torch.zeros(1, 3, 24, 32), 0.01)
    for step in range(6):
        adam.direction((rough(32, 24, 10 * seed + step) - 0.5) ** 9)
    adam.grow(lambda x: resize(x, 64, 48))
    way_NCHW = adam.direction(torch.zeros(1, 3, 48, 64))
    assert float(way_NCHW.abs().max()) < 2


def test_a_pyramid_finds_the_minimum() -> None:
    wanted = smooth(48, 32, 1)
    canvas = Canvas(smooth(48, 32, 2), optimiser="adam", learning_rate=0.03, average=0.5, octaves=5)
    before = float((canvas.picture_NCHW - wanted).square().mean())
    for step in range(60):
        canvas.set_rate(0.03 if step < 40 else 0.005)
        canvas.step(lambda x: (x - wanted).square().mean())
    assert float((canvas.picture_NCHW - wanted).square().mean()) < 0.01 * before
    canvas.grow(lambda x: resize(x, 96, 64))
    canvas.step(lambda x: (x - resize(wanted, 96, 64)).square().mean())
    assert canvas.picture_NCHW.shape == (1, 3, 64, 96)


def test_a_pyramid_leaves_no_grain() -> None:
    """The same loss at few random points, new ones at every step: the picture is smoother than with Adam in pixels."""
    wanted = smooth(48, 32, 1)
    rough_by = {}
    for octaves in (1, 5):
        generator = torch.Generator().manual_seed(0)
        canvas = Canvas(smooth(48, 32, 2), optimiser="adam", learning_rate=0.03, average=0.95, octaves=octaves)
        for _ in range(60):
            at_P = torch.randint(48 * 32, (40,), generator=generator)
            canvas.step(lambda x, at_P=at_P: (x - wanted).flatten(2)[..., at_P].square().mean())
        rough_by[octaves] = float(variation(canvas.picture_NCHW - wanted))
    assert rough_by[5] < 0.3 * rough_by[1]


def test_sides_may_be_odd() -> None:
    picture = smooth(37, 19, 0)
    adam = PyramidAdam(picture, 0.01, 5)
    adam.step(picture, rough(37, 19, 1) - 0.5)
    assert torch.isfinite(picture).all()


def test_coarse_steps_have_no_corners() -> None:
    """Of steps of full size in the second octave none changes its slope at once, as it does between bilinear pieces (by 1)."""
    picture, before = torch.zeros(1, 1, 32, 48), torch.zeros(1, 1, 32, 48)
    adam = PyramidAdam(picture, 1 / SHARE, 2, finest=0.0)
    adam.step(picture, torch.randn(before.shape, generator=torch.Generator().manual_seed(0)))
    for axis in (2, 3):
        assert float(picture.diff(n=2, dim=axis).abs().max()) < 0.8
