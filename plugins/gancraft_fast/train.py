"""Training a feed-forward style network: one phase, one network that learns, and one that it is looked at through.

Shape suffixes: N = pictures, C = channels, H, W = height, width. Pictures are in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from gancraft import Adam, Batch, GancraftError, Outcome, Phase, Random, StyleTrainable, UsageError
from gancraft_fast import FastOptions
from gancraft_fast.loss import Perceptual
from gancraft_fast.network import STRIDE, Painter

Networks = Mapping[str, Any]
LOSS = "perceptual"


class FastTraining(StyleTrainable):
    """Minimises content + style + total variation of the painted photos (Johnson, Alahi & Fei-Fei 2016)."""

    options: FastOptions
    stride = STRIDE

    def networks(self) -> dict[str, nn.Module]:
        if (channels := self.plan.shape.channels) != 3:
            raise UsageError(f"--channels {channels}: style networks paint colour; leave it out, or give --channels 3")
        return {self.sampler: Painter(self.options)}

    def fixed(self) -> dict[str, nn.Module]:
        if self.goal is None:
            raise GancraftError("a style network can't be trained without a style")
        return {LOSS: Perceptual(self.options, self.goal.network(), self.goal.styles)}

    def phases(self) -> Sequence[Phase]:
        return [Phase(self.sampler, (self.sampler,), self._loss, Adam(self.options.rate, 0.9, 0.999))]

    def half_life(self) -> float:
        return self.options.average

    def curves(self) -> dict[str, str]:
        return {
            "distance": "What style and content together come to on photos not trained on, in percent of what leaving "
            "the photos as they are would come to: lower is better.",
            "style": "How far the painted photos are from the style's Gram matrices, where 1 has nothing of the style.",
            "content": "How much of the photos is lost, by its weight: what the style takes the place of can't be kept.",
            "variation": "How restless the painted photos are, by its weight: specks and patterns of single pixels raise it.",
            "held-out style": "The style's distance on photos that are not trained on: where it rises while that on the "
            "others falls, there are too few of them.",
            "held-out content": "The content's distance on the same photos, without its weight.",
        }

    def judged(self, networks: Networks, x_NCHW: Tensor) -> dict[str, Tensor]:
        """The parts on photos it never saw; `distance` in percent of what leaving them as they are would cost."""
        parts = networks[LOSS](networks[self.sampler](x_NCHW).float(), x_NCHW)
        left = networks[LOSS].left(x_NCHW)
        total = parts["style"] + self.options.content_weight * parts["content"]
        return {"held-out style": parts["style"], "held-out content": parts["content"], "distance": 100 * total / left}

    def _loss(self, networks: Networks, batch: Batch, state: Mapping[str, Tensor], random: Random) -> Outcome:
        parts = networks[LOSS](networks[self.sampler](batch.x_NCHW).float(), batch.x_NCHW)
        weights = {"content": self.options.content_weight, "style": 1.0, "variation": self.options.variation_weight}
        return Outcome({name: weights[name] * value for name, value in parts.items() if weights[name] > 0})
