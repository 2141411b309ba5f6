"""What a discriminator and a generator want of each other's logits. Shape suffix: N = logits."""

from __future__ import annotations

import gancraft
from torch import Tensor
from torch.nn.functional import relu

from gancraft_template_name import TemplateNameOptions


class TemplateNameLoss(gancraft.AdversarialLoss):
    """D: max(0, m - D(x)) + max(0, m + D(G(z))); G: -D(G(z)). Means over the batch, nothing changed in place."""

    options: TemplateNameOptions
    penalties = {"r1": 0.2}  # unless --r1 says otherwise

    def __init__(self, options: TemplateNameOptions):
        super().__init__(options)
        # What the values mean: a discriminator that says 0 to all pays 2 m, and near 0 it has stopped learning.
        margin = options.margin
        self.health = gancraft.LossHealth(0.02 * margin, 2 * margin, sign=True)  # type: ignore[misc]

    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        margin = self.options.margin
        return relu(margin - real_N).mean() + relu(margin + fake_N).mean()

    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        return -fake_N.mean()
