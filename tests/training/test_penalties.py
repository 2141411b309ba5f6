"""Gradient penalties against known gradients, and in compiled steps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gancraft.interfaces import DataShape
from gancraft.models import BatchRandom, Discriminator
from gancraft.models.networks import Output
from gancraft.options import Options
from gancraft.training.augment import ADA, DIFFAUGMENT, Augment
from gancraft.training.penalties import both_zero_centred, one_centred, tracked, zero_centred

SHAPE = DataShape(3, 8, 8)


class Quadratic(Discriminator):
    """a/2 |x|² + b·x, of every size it is given: the gradient is a x + b."""

    def __init__(self, a: float, b: float):
        super().__init__(Options(), SHAPE)
        self.a, self.b = nn.Parameter(torch.tensor(a)), nn.Parameter(torch.full((3, 1, 1), b))

    def forward(self, x: Output, labels_N: Tensor | None = None) -> Tensor:
        parts = x if isinstance(x, tuple) else (x,)
        return sum(((self.a / 2 * p.square() + self.b * p).flatten(1).sum(1) for p in parts), torch.zeros(()))


class Small(Discriminator):
    """Convolutions with leaky ReLU, as most discriminators; sees one size or two."""

    def __init__(self) -> None:
        super().__init__(Options(), SHAPE)
        torch.manual_seed(0)
        self.first, self.second, self.last = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1), nn.Linear(32, 1)
        self.side = nn.Conv2d(3, 8, 3, 1, 1)

    def forward(self, x: Output, labels_N: Tensor | None = None) -> Tensor:
        large = x[-1] if isinstance(x, tuple) else x
        h = F.leaky_relu(self.first(large), 0.2)
        if isinstance(x, tuple):
            h = h + self.side(x[0])
        return self.last(F.leaky_relu(self.second(h), 0.2).flatten(1)).squeeze(1)


def noise(seed: int, n: int = 4, side: int = 8) -> Tensor:
    return 2 * torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(seed)) - 1


def random(seed: int = 0) -> BatchRandom:
    return BatchRandom(generator=torch.Generator().manual_seed(seed))


def whole_steps() -> AbstractContextManager[Any]:
    import torch._dynamo

    config = torch._dynamo.config
    return config.patch(trace_autograd_ops=True) if hasattr(config, "trace_autograd_ops") else nullcontext()


def test_tracked_pictures_are_the_same() -> None:
    judge, x = Small(), (noise(0, side=4), noise(1))
    judge.last.bias.data.fill_(float("nan"))  # the parameter that is used
    result = tracked(x, judge)
    assert isinstance(result, tuple)
    assert all(torch.equal(one, other) and one.requires_grad for one, other in zip(result, x, strict=True))
    assert not any(part.requires_grad for part in x)
    assert tracked(result, judge)[0] is result[0]
    half = tracked(noise(0).bfloat16(), judge)
    assert isinstance(half, Tensor) and half.dtype == torch.bfloat16


@pytest.mark.parametrize("frozen", [Small().requires_grad_(False), nn.ReLU()])
def test_a_network_that_does_not_learn_can_be_penalised(frozen: nn.Module) -> None:
    x = tracked(noise(0), frozen)
    assert isinstance(x, Tensor)
    assert float(zero_centred((3 * frozen(x)).sum(), x).detach()) > 0


def test_tracking_adds_nothing_to_the_parameters_gradient() -> None:
    judge, x = Small(), noise(0)
    plain = torch.autograd.grad(judge(x).sum(), [judge.last.bias, judge.first.weight])
    via = torch.autograd.grad(judge(tracked(x, judge)).sum(), [judge.last.bias, judge.first.weight])
    assert all(torch.equal(one, other) for one, other in zip(plain, via, strict=True))


def test_zero_centred_is_the_squared_gradient() -> None:
    judge = Quadratic(0.5, 0.25)
    x = tracked(noise(0), judge)
    assert isinstance(x, Tensor)
    penalty = zero_centred(judge(x), x)
    inner = 0.5 * noise(0) + 0.25
    assert penalty.item() == pytest.approx(float(inner.square().sum((1, 2, 3)).mean()), rel=1e-5)
    (by_a, by_b) = torch.autograd.grad(penalty, [judge.a, judge.b])
    assert float(by_a) == pytest.approx(float((2 * inner * noise(0)).sum((1, 2, 3)).mean()), rel=1e-5)
    assert torch.allclose(by_b[:, 0, 0], (2 * inner).sum((2, 3)).mean(0))


def test_zero_centred_sums_over_sizes() -> None:
    judge = Quadratic(0.5, 0.25)
    small, large = noise(1, side=4), noise(2)
    x = tracked((small, large), judge)
    expected = sum(float((0.5 * part + 0.25).square().sum((1, 2, 3)).mean()) for part in (small, large))
    penalty = zero_centred(judge(x), x)
    assert penalty.item() == pytest.approx(expected, rel=1e-5)
    (by_a,) = torch.autograd.grad(penalty, [judge.a])
    expected = sum(float((2 * (0.5 * part + 0.25) * part).sum((1, 2, 3)).mean()) for part in (small, large))
    assert float(by_a) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("sizes", [1, 2])
def test_reals_and_fakes_at_once_are_penalised_as_each_is(sizes: int) -> None:
    judge = Small()
    shown = [noise(seed) if sizes == 1 else (noise(seed, side=4), noise(seed + 5)) for seed in (1, 2)]
    sides = [tracked(x, judge) for x in shown]
    alone = [zero_centred(judge(x), x) for x in sides]
    together = both_zero_centred([judge(x) for x in sides], sides)
    torch.testing.assert_close(together, alone)
    assert float(together[0].detach()) != float(together[1].detach())


def test_pictures_without_a_graph_are_refused() -> None:
    judge, x = Quadratic(1.0, 0.0), noise(0)
    with pytest.raises(RuntimeError):
        zero_centred(judge(x), x)


@pytest.mark.parametrize("sizes", [1, 2])
@pytest.mark.parametrize("target", [1.0, 20.0])
def test_one_centred_between_reals_and_fakes(sizes: int, target: float) -> None:
    judge = Quadratic(0.5, 0.25)
    sides = (4, 8)[-sizes:]
    real, fake = (tuple(noise(seed, side=side) for side in sides) for seed in (1, 2))
    give = (lambda x: x) if sizes == 2 else (lambda x: x[0])  # noqa: E731
    penalty = one_centred(judge, give(real), give(fake), None, random(3), target)
    share = random(3).uniform(4, 1, 1, 1)
    squares = [(0.5 * (r + share * (f - r)) + 0.25).square().sum((1, 2, 3)) for r, f in zip(real, fake, strict=True)]
    length = torch.stack(squares).sum(0).sqrt()
    assert penalty.item() == pytest.approx(float(((length - target) / target).square().mean()), rel=1e-4)


def test_one_centred_of_a_flat_network_is_one_and_finite() -> None:
    judge = Quadratic(0.0, 0.0)
    penalty = one_centred(judge, noise(1), noise(2), None, random())
    gradients = torch.autograd.grad(penalty, list(judge.parameters()))
    assert penalty.item() == 1.0 and all(bool(g.isfinite().all()) for g in gradients)


def test_one_centred_leaves_the_generator_alone() -> None:
    judge, fake = Quadratic(0.5, 0.25), noise(2).requires_grad_()
    one_centred(judge, noise(1), fake, None, random()).backward()
    assert fake.grad is None


def test_the_sum_is_in_float32_under_autocast() -> None:
    judge = Small()
    x = tracked(noise(0), judge)
    exact = zero_centred(judge(x), x)
    with torch.autocast("cpu", torch.bfloat16):
        x = tracked(noise(0).bfloat16(), judge)
        rough = zero_centred(judge(x), x)
    assert rough.dtype == torch.float32 and rough.item() == pytest.approx(exact.item(), rel=0.05)


class Given:
    """Random numbers that are the same each time."""

    def uniform(self, n: int, *shape: int) -> Tensor:
        return torch.linspace(0.1, 0.9, n).view(n, *shape)


def step(policy: tuple[str, ...], sizes: int, between: bool) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A discriminator's whole step: relativistic loss, R1 and R2 (or the penalty between both), gradients."""
    judge, augment = Small(), Augment(policy)
    parameters = [p for name, p in judge.named_parameters() if sizes == 2 or "side" not in name]
    real, fake = ((noise(seed, side=4), noise(seed)) if sizes == 2 else noise(seed) for seed in (1, 2))
    draws = tuple(dict(augment.draw(4, random(seed))) for seed in (3, 4))
    given = Given()

    def whole(real: Output, fake: Output, draws: tuple[Any, ...], probability: Tensor) -> tuple[Tensor, ...]:
        real, fake = tracked(real, judge), tracked(fake, judge)
        real_N = judge(augment(real, draws[0], probability))
        fake_N = judge(augment(fake, draws[1], probability))
        loss = F.softplus(fake_N - real_N).mean()
        if between:
            loss = loss + 10 * one_centred(judge, real, fake, None, given)  # type: ignore[arg-type]
        else:
            loss = loss + 5 * zero_centred(real_N, real) + 5 * zero_centred(fake_N, fake)
        return torch.autograd.grad(loss, parameters)

    return whole, (real, fake, draws, torch.tensor(0.7))


@pytest.mark.parametrize(
    ("policy", "sizes", "between"),
    [((), 1, False), (DIFFAUGMENT, 1, False), ((*ADA, "cutout"), 2, False), ((), 2, True)],
)
def test_a_compiled_step_has_the_same_gradients(policy: tuple[str, ...], sizes: int, between: bool) -> None:
    whole, arguments = step(policy, sizes, between)
    eager = whole(*arguments)
    with whole_steps():
        compiled = torch.compile(whole, backend="aot_eager", fullgraph=True)(*arguments)
    for one, other in zip(eager, compiled, strict=True):
        assert float(one.abs().max()) > 0 or one.numel() == 1  # a shift of all logits means nothing to this loss
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-6)
