"""Adversarial losses against their formulae, their readings for the health, and their gradients when compiled."""

from __future__ import annotations

import math

import pytest
import torch
from gancraft_losses import BceOptions, WganOptions
from gancraft_losses.losses import BinaryCrossEntropy, Hinge, LeastSquares, Relativistic, Wasserstein
from torch import Tensor

from gancraft import AdversarialLoss, Options
from gancraft.plugins import find_plugins

REAL = [2.0, -0.5, 0.3, 1.4]
FAKE = [-1.0, 0.7, -3.0, 0.1]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


BCE_REAL = mean([-math.log(sigmoid(r)) for r in REAL])
BCE_FAKE = mean([-math.log(1 - sigmoid(f)) for f in FAKE])
SMOOTH_REAL = mean([-0.9 * math.log(sigmoid(r)) - 0.1 * math.log(1 - sigmoid(r)) for r in REAL])
HINGE = mean([max(0, 1 - r) for r in REAL]) + mean([max(0, 1 + f) for f in FAKE])
PAIRED_D = mean([-math.log(sigmoid(r - f)) for r, f in zip(REAL, FAKE, strict=True)])
PAIRED_G = mean([-math.log(sigmoid(f - r)) for r, f in zip(REAL, FAKE, strict=True)])

CASES: dict[str, tuple[AdversarialLoss, float, float]] = {  # the loss, the discriminator's value, the generator's
    "bce": (BinaryCrossEntropy(BceOptions()), BCE_REAL + BCE_FAKE, mean([-math.log(sigmoid(f)) for f in FAKE])),
    "minimax": (BinaryCrossEntropy(BceOptions(saturating=True)), BCE_REAL + BCE_FAKE, -BCE_FAKE),
    "smooth": (
        BinaryCrossEntropy(BceOptions(smoothing=0.1)),
        SMOOTH_REAL + BCE_FAKE,
        mean([-math.log(sigmoid(f)) for f in FAKE]),
    ),
    "lsgan": (
        LeastSquares(Options()),
        mean([(r - 1) ** 2 for r in REAL]) + mean([f**2 for f in FAKE]),
        mean([(f - 1) ** 2 for f in FAKE]),
    ),
    "hinge": (Hinge(Options()), HINGE, -mean(FAKE)),
    "wgan-gp": (Wasserstein(WganOptions()), mean(FAKE) - mean(REAL), -mean(FAKE)),
    "drift": (
        Wasserstein(WganOptions(drift=0.25)),
        mean(FAKE) - mean(REAL) + 0.25 * mean([r**2 for r in REAL]),
        -mean(FAKE),
    ),
    "relativistic": (Relativistic(Options()), PAIRED_D, PAIRED_G),
}
each = pytest.mark.parametrize("case", CASES)


def both(loss: AdversarialLoss, real_N: Tensor, fake_N: Tensor) -> Tensor:
    """One number of both sides, with weights that keep their gradients apart."""
    return loss.discriminator(real_N, fake_N) + 0.37 * loss.generator(fake_N, real_N)


@each
def test_the_formulae(case: str) -> None:
    loss, discriminator, generator = CASES[case]
    real_N, fake_N = torch.tensor(REAL), torch.tensor(FAKE)
    assert loss.discriminator(real_N, fake_N).item() == pytest.approx(discriminator, rel=1e-5)
    assert loss.generator(fake_N, real_N).item() == pytest.approx(generator, rel=1e-5)


@each
def test_extreme_logits_stay_finite(case: str) -> None:
    loss, _, _ = CASES[case]
    real_N = torch.tensor([-1e4, 1e4], requires_grad=True)
    fake_N = torch.tensor([1e4, -1e4], requires_grad=True)
    value = both(loss, real_N, fake_N)
    value.backward()
    assert value.isfinite() and real_N.grad is not None and real_N.grad.isfinite().all()
    assert fake_N.grad is not None and fake_N.grad.isfinite().all()


@each
def test_compiled_gradients_equal_eager_ones(case: str) -> None:
    loss, _, _ = CASES[case]

    def gradients(function: object) -> list[Tensor]:
        logits = [torch.tensor(REAL, requires_grad=True), torch.tensor(FAKE, requires_grad=True)]
        return list(torch.autograd.grad(function(loss, *logits), logits))  # type: ignore[operator]

    torch._dynamo.reset()
    compiled = torch.compile(both, backend="aot_eager", fullgraph=True)
    for ours, eager in zip(gradients(compiled), gradients(both), strict=True):
        torch.testing.assert_close(ours, eager)
        assert eager.abs().sum() > 0


@each
def test_both_sides_pull_apart(case: str) -> None:
    """The discriminator wants reals up and fakes down; the generator wants its fakes up."""
    loss, _, _ = CASES[case]
    real_N, fake_N = torch.tensor([0.6], requires_grad=True), torch.tensor([0.4], requires_grad=True)
    up, down = torch.autograd.grad(loss.discriminator(real_N, fake_N), [real_N, fake_N])
    assert up < 0 < down
    (wanted,) = torch.autograd.grad(loss.generator(fake_N, real_N.detach()), [fake_N])
    assert wanted < 0


@pytest.mark.parametrize("case", [name for name, (loss, _, _) in CASES.items() if loss.health.blind is not None])
def test_a_blind_discriminator_pays_what_the_health_says(case: str) -> None:
    """Blind: the best that one and the same logit for all can reach."""
    loss, _, _ = CASES[case]
    values = [loss.discriminator(logit, logit).item() for logit in torch.linspace(-4, 4, 8001)[:, None]]
    assert min(values) == pytest.approx(loss.health.blind, abs=1e-5)


@pytest.mark.parametrize("case", [name for name, (loss, _, _) in CASES.items() if loss.health.overpowering is not None])
def test_a_perfect_discriminator_is_below_the_mark_and_a_blind_one_above(case: str) -> None:
    loss, _, _ = CASES[case]
    assert loss.health.overpowering is not None and loss.health.blind is not None
    best = min(
        loss.discriminator(r, f).item() for r in torch.linspace(-8, 8, 161) for f in torch.tensor([-8.0, -1.0, 0.0])
    )
    assert best < loss.health.overpowering < loss.health.blind


def test_a_relativistic_generator_needs_reals() -> None:
    with pytest.raises(ValueError, match="reals"):
        Relativistic(Options()).generator(torch.zeros(2))


def test_all_are_registered_with_their_options() -> None:
    plugins = find_plugins()
    for name in ("bce", "lsgan", "hinge", "wgan-gp", "relativistic"):
        entry = plugins.get("loss", name)
        assert isinstance(entry.create(entry.options()), AdversarialLoss)
    assert plugins.get("loss", "relativistic").load().paired
