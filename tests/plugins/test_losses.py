"""Adversarial losses against their formulae, and gancraft's checks of them with other settings."""

from __future__ import annotations

import math

import pytest
import torch
from gancraft_losses import BceOptions, WganOptions
from gancraft_losses.losses import BinaryCrossEntropy, Hinge, LeastSquares, Relativistic, Wasserstein

from gancraft import AdversarialLoss, Options
from gancraft.plugins import find_plugins
from gancraft.testing import check_loss

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


@each
def test_the_formulae(case: str) -> None:
    loss, discriminator, generator = CASES[case]
    real_N, fake_N = torch.tensor(REAL), torch.tensor(FAKE)
    assert loss.discriminator(real_N, fake_N).item() == pytest.approx(discriminator, rel=1e-5)
    assert loss.generator(fake_N, real_N).item() == pytest.approx(generator, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("bce", {"saturating": True}), ("bce", {"smoothing": 0.1}), ("wgan-gp", {"drift": 0.25})],
    ids=str,
)
def test_other_settings_pass_all_checks(name: str, settings: dict[str, float]) -> None:
    """With the default ones they are among tests/testing/test_bundled.py."""
    check_loss(name, **settings)


def test_a_relativistic_generator_needs_reals() -> None:
    with pytest.raises(ValueError, match="reals"):
        Relativistic(Options()).generator(torch.zeros(2))


def test_all_are_registered_with_their_options() -> None:
    plugins = find_plugins()
    for name in ("bce", "lsgan", "hinge", "wgan-gp", "relativistic"):
        entry = plugins.get("loss", name)
        assert isinstance(entry.create(entry.options()), AdversarialLoss)
    assert plugins.get("loss", "relativistic").load().paired
