"""Adversarial losses, each a pair of pure functions of logits. Shape suffix: N = logits.

A discriminator's loss is the mean over reals plus the mean over fakes, without the factor 1/2 that some papers have.
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn.functional import relu, softplus

from gancraft import AdversarialLoss, LossHealth
from gancraft_losses import BceOptions, WganOptions


class BinaryCrossEntropy(AdversarialLoss):
    """D: -log D(x) - log(1 - D(G(z))), D the sigmoid of the logit; G: -log D(G(z)), or log(1 - D(G(z))) where it saturates
    (Goodfellow et al. 2014, equation 1 and the end of section 3). Written with softplus, so that no logit overflows.
    """

    options: BceOptions

    def __init__(self, options: BceOptions):
        super().__init__(options)
        # With smoothing s a perfect discriminator is left with the entropy of s, and a blind one says (1 - s) / 2 to all.
        blind = 2 * _entropy((1 - options.smoothing) / 2)
        lowest = _entropy(options.smoothing)
        self.health = LossHealth(overpowering=lowest + 0.05, blind=blind, sign=True)  # type: ignore[misc]

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        smoothing = self.options.smoothing
        real = (1 - smoothing) * softplus(-real_N) + smoothing * softplus(real_N)
        return real.mean() + softplus(fake_N).mean()

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        return -softplus(fake_N).mean() if self.options.saturating else softplus(-fake_N).mean()


class LeastSquares(AdversarialLoss):
    """D: (D(x) - 1)^2 + D(G(z))^2; G: (D(G(z)) - 1)^2 (Mao et al. 2017, equation 9, whose factors 1/2 are left out).

    A blind discriminator says 1/2 to all and pays 1/4 + 1/4. The border between real and fake is at 1/2, so that the
    sign of a logit means nothing.
    """

    health = LossHealth(overpowering=0.01, blind=0.5, sign=False)

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        return (real_N - 1).square().mean() + fake_N.square().mean()

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        return (fake_N - 1).square().mean()


class Hinge(AdversarialLoss):
    """D: max(0, 1 - D(x)) + max(0, 1 + D(G(z))); G: -D(G(z)) (Lim & Ye 2017; Miyato et al. 2018, equations 16 and 17).

    At 0 every logit lies beyond its margin and the discriminator has stopped learning.
    """

    health = LossHealth(overpowering=0.02, blind=2.0, sign=True)

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        return relu(1 - real_N).mean() + relu(1 + fake_N).mean()

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        return -fake_N.mean()


class Wasserstein(AdversarialLoss):
    """D: D(G(z)) - D(x) + drift D(x)^2; G: -D(G(z)) (Arjovsky et al. 2017; the penalty of Gulrajani et al. 2017, equation 3;
    the drift of Karras et al. 2018, appendix A.1).

    Its value is an estimate of a distance: it has no lowest value, and about 0 is what a good generator brings too, so that
    neither is a sign of trouble. Logits mean something only beside others.
    """

    options: WganOptions
    penalties = {"gradient": 10.0}
    health = LossHealth(overpowering=None, blind=None, sign=False)

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        loss = fake_N.mean() - real_N.mean()
        return loss + self.options.drift * real_N.square().mean() if self.options.drift else loss

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        return -fake_N.mean()


class Relativistic(AdversarialLoss):
    """D: softplus(-(D(x) - D(G(z)))); G: the same with the roles changed (Jolicoeur-Martineau 2018; Huang et al. 2024,
    equation 2), on pairs of a real and a fake by their place in the batch. It converges with both R1 and R2.

    Only differences count. A value near 0 is normal on a small set, as every fake has just one real to be compared with.
    """

    paired = True
    penalties = {"r1": 1.0, "r2": 1.0}
    health = LossHealth(overpowering=None, blind=math.log(2), sign=False)

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        return softplus(fake_N - real_N).mean()

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        """Raises ValueError without reals."""
        if real_N is None:
            raise ValueError("a relativistic generator's loss needs the logits of reals too")
        return softplus(real_N - fake_N).mean()


def _entropy(share: float) -> float:
    """Of a coin that falls on one side with this share, in nats."""
    return -sum(p * math.log(p) for p in (share, 1 - share) if p > 0)
