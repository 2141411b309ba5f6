"""R3GAN: derivatives, compilation, bfloat16, files, and the weights of its penalties by size."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from gancraft_stylegan.r3gan_options import PENALTY
from safetensors.torch import load_file, save_file

from gancraft import DataShape
from gancraft.plugins import find_plugins
from gancraft.training.rungs import Rungs
from gancraft.training.settings import AugmentOptions, GanOptions
from tests.plugins.helpers import (
    check_compiled,
    check_second_derivative,
    classes,
    game,
    gradients,
    latents,
    penalty,
    pictures,
)
from tests.plugins.test_r3gan import stirred


@pytest.mark.parametrize(("size", "group"), [((3, 16, 24), 4), ((1, 11, 9), 0)])
def test_the_second_derivative(size: tuple[int, int, int], group: int) -> None:
    shape = DataShape(*size, classes=3)
    _, judges = stirred(shape, group=group)
    check_second_derivative(judges, pictures(shape, 5), classes(shape, 5))


def test_compiled_equals_eager() -> None:
    shape = DataShape(3, 12, 10, classes=2)
    check_compiled(*stirred(shape, blocks=1), shape)


def test_a_compiled_penalty_equals_the_eager_one() -> None:
    """One graph with both derivatives, as in a compiled step of the discriminator."""
    shape = DataShape(3, 8, 11)
    _, judges = stirred(shape, blocks=1)
    parameters = list(judges.parameters())

    def slopes(x_NCHW: torch.Tensor) -> tuple[torch.Tensor, ...]:
        (g_NCHW,) = torch.autograd.grad(judges(x_NCHW).sum(), x_NCHW, create_graph=True)
        found = torch.autograd.grad(g_NCHW.square().sum((1, 2, 3)).mean(), parameters, materialize_grads=True)
        return tuple(g.detach() for g in found)

    x_NCHW = pictures(shape).requires_grad_()
    torch._dynamo.reset()
    with torch._dynamo.config.patch(trace_autograd_ops=True):
        compiled = torch.compile(slopes, backend="aot_eager", fullgraph=True)(x_NCHW)
    for ours, theirs in zip(compiled, slopes(x_NCHW), strict=True):
        assert (ours - theirs).abs().max() <= 1e-4 * theirs.abs().max() + 1e-7


def test_bfloat16_is_near_float32() -> None:
    shape = DataShape(3, 32, 32)
    makes, judges = stirred(shape)
    arguments = (latents(makes), pictures(shape), None)
    exact = gradients(game(makes, judges, *arguments), (makes, judges))
    exact += gradients(penalty(judges, pictures(shape)), [judges.pixels])
    with torch.autocast("cpu", torch.bfloat16):
        loss, slope = game(makes, judges, *arguments), penalty(judges, pictures(shape))
        assert judges(pictures(shape)).dtype == torch.float32
    rough = gradients(loss, (makes, judges)) + gradients(slope, [judges.pixels])
    ours, theirs = (torch.cat([g.flatten() for g in found]) for found in (rough, exact))
    assert ours.isfinite().all() and torch.cosine_similarity(ours, theirs, dim=0) > 0.99


def test_weights_come_back_from_a_file(tmp_path: Path) -> None:
    shape = DataShape(3, 12, 20, classes=2)
    for network, other in zip(stirred(shape, 0), stirred(shape, 1), strict=True):
        save_file(network.state_dict(), tmp_path / "x.safetensors")
        other.load_state_dict(load_file(tmp_path / "x.safetensors"))
        assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))


def weights(shape: DataShape) -> dict[str, float]:
    """Of the penalties that the paper's preset has for pictures of this shape."""
    defaults = find_plugins().get("train", "r3gan-paper").target.defaults
    gan = {name.removeprefix("gan."): value for name, value in defaults.items() if name.startswith("gan.")}
    return Rungs(GanOptions(**gan), AugmentOptions(), {"r1": 1.0, "r2": 1.0}, shape).at(0)[2]


@pytest.mark.parametrize(
    ("height", "width", "gamma"), [(64, 64, 2), (128, 128, 17.3), (256, 256, 150), (64, 128, 5.89), (32, 32, 0.231)]
)
def test_gamma_goes_by_the_side(height: int, width: int, gamma: float) -> None:
    """Published for faces: 2 at 64 pixels and 150 at 256. Other sides lie on the power between them, oblong pictures at
    their geometric mean."""
    found = weights(DataShape(3, height, width))
    assert found == {"r1": pytest.approx(gamma, rel=0.005), "r2": pytest.approx(gamma, rel=0.005)}


def test_the_power_is_that_between_the_published_weights() -> None:
    assert PENALTY["gan.penalty_growth"] == pytest.approx(math.log(150 / 2) / math.log(256 / 64), abs=0.001)
