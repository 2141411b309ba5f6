"""A network that runs out of memory where more than LIMIT pictures come at once; from the second stage on, more than a
quarter of that. The limit is read from the environment, so that a machine may have another one tomorrow."""

from __future__ import annotations

import os

import torch
from torch import nn

import gancraft


def eat(n, grown=False):
    if n > int(os.environ.get("TEST_MEMORY", "1000000")) // (4 if grown else 1):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB.")


class Point(gancraft.Generator):
    latent_size = 2

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.body = nn.Linear(2, 2)
        self.more = None

    def forward(self, z_NL, labels_N=None):
        if self.training:
            eat(len(z_NL), self.more is not None)
        h_NL = self.body(z_NL) if self.more is None else self.more(self.body(z_NL))
        return h_NL[:, :, None, None]


class HungryOptions(gancraft.Options):
    grows: bool = gancraft.option(False, "Whether it grows half-way.")


class Hungry(gancraft.Trainable):
    """Grows in `enter` alone, not in the network's `grow`: the trainable decides."""

    sampler = "point"

    def networks(self):
        return {"point": Point(self.options, self.plan.shape)}

    def stages(self):
        return [gancraft.Stage(), gancraft.Stage(self.plan.pictures // 2)] if self.options.grows else [gancraft.Stage()]

    def enter(self, networks, stage):
        for network in networks.values():
            network.more = nn.Linear(2, 2)

    def phases(self):
        return [gancraft.Phase("fit", ("point",), self.fit, gancraft.Adam(0.01))]

    def fit(self, networks, batch, state, random):
        made_NL = networks["point"](random.normal(len(batch.x_NCHW), 2)).flatten(1)
        return gancraft.Outcome({"loss": (made_NL - batch.x_NCHW.flatten(1)).square().mean()})


@gancraft.hookimpl
def register_training_methods(register):
    register("hungry", Hungry, interface=gancraft.Trainable, options=HungryOptions, summary="Takes much memory.")
