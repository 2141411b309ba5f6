"""The smallest style network of a third party: a colour for every colour, learned without any perceptual network; and the
method that paints with it."""

from __future__ import annotations

import torch
from torch import nn

import gancraft


class Tint(nn.Module):
    """Pictures NCHW with their colours mixed."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Conv2d(3, 3, 1)

    def forward(self, x_NCHW):
        return self.mix(x_NCHW)


class TintTraining(gancraft.StyleTrainable):
    def networks(self):
        return {"painter": Tint()}

    def fixed(self):
        mean_3 = sum(style.weight * style.x_NCHW.mean((0, 2, 3)) for style in self.goal.styles) * 2 - 1
        wanted = nn.Module()
        wanted.register_buffer("mean_3", mean_3, persistent=False)
        return {"wanted": wanted}

    def phases(self):
        return [gancraft.Phase("painter", ("painter",), self.loss, gancraft.Adam(0.05, 0.9, 0.999))]

    def half_life(self):
        return 0.0

    def judged(self, networks, x_NCHW):
        return {"distance": 100 * self.apart(networks, x_NCHW)}

    def curves(self):
        return {"colour": "How far the mean colour is from the style's."}

    def loss(self, networks, batch, state, random):
        return gancraft.Outcome({"colour": self.apart(networks, batch.x_NCHW)})

    def apart(self, networks, x_NCHW):
        made_NCHW = networks["painter"](x_NCHW).float()
        return (made_NCHW.mean((0, 2, 3)) - networks["wanted"].mean_3).square().mean()


class TintOptions(gancraft.Options):
    model: str = gancraft.option("tinted", "Model.")


class TintStyle(gancraft.InstantStyle):
    def __init__(self, options, models):
        super().__init__(options)
        self.network = models.open(options.model, "tint").network

    def prepare(self, styles):
        return None

    def frame(self, x_NCHW, state, *, strength=1.0, where_N1HW=None, known=None):
        weight = self.network.mix.weight
        return self.network(2 * x_NCHW.to(weight.dtype) - 1).float() / 2 + torch.tensor(0.5)


@gancraft.hookimpl
def register_style_trainers(register):
    register("tint", TintTraining, summary="Mixes colours.")


@gancraft.hookimpl
def register_style_methods(register):
    register(
        "tint",
        TintStyle,
        options=TintOptions,
        capabilities=("styleless", "models"),
        summary="Paints with mixed colours.",
    )
