"""A GAN that grows in mid-run: 4x4 at first, then twice that with layers that fade in, and another batch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu

import gancraft


def stages(pictures):
    return [gancraft.Stage(title="half"), gancraft.Stage(pictures // 2, pictures // 4, batch=8, title="whole")]


class GrowingGenerator(gancraft.Generator):
    latent_size = 4

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.half = (shape.height // 2, shape.width // 2)
        self.start = nn.Linear(4, 8 * self.half[0] * self.half[1])
        self.small = nn.Conv2d(8, shape.channels, 1)
        self.grown = False

    def stages(self, pictures):
        return stages(pictures)

    def grow(self, stage):
        if stage == 1 and not self.grown:
            self.grown = True
            self.more = nn.Conv2d(8, 8, 3, padding=1)
            self.large = nn.Conv2d(8, self.shape.channels, 1)
            self.register_buffer("amount", torch.zeros(()))

    def fade(self, amount):
        self.amount.fill_(amount)

    def reals(self, x_NCHW):
        return x_NCHW if self.grown else avg_pool2d(x_NCHW, 2)

    def forward(self, z_NL, labels_N=None):
        h_NCHW = leaky_relu(self.start(z_NL).view(-1, 8, *self.half), 0.2)
        if not self.grown:
            return torch.tanh(self.small(h_NCHW))
        old_NCHW = interpolate(self.small(h_NCHW), scale_factor=2.0)
        new_NCHW = self.large(leaky_relu(self.more(interpolate(h_NCHW, scale_factor=2.0)), 0.2))
        return torch.tanh(torch.lerp(old_NCHW, new_NCHW, self.amount))


class GrowingDiscriminator(gancraft.Discriminator):
    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.small = nn.Conv2d(shape.channels, 8, 1)
        self.end = nn.Linear(8 * (shape.height // 2) * (shape.width // 2), 1)
        self.grown = False

    def stages(self, pictures):
        return stages(pictures)

    def grow(self, stage):
        if stage == 1 and not self.grown:
            self.grown = True
            self.large = nn.Conv2d(self.shape.channels, 8, 3, padding=1)
            self.register_buffer("amount", torch.zeros(()))

    def fade(self, amount):
        self.amount.fill_(amount)

    def forward(self, x_NCHW, labels_N=None):
        if self.grown:
            new_NCHW = avg_pool2d(leaky_relu(self.large(x_NCHW), 0.2), 2)
            h_NCHW = torch.lerp(self.small(avg_pool2d(x_NCHW, 2)), new_NCHW, self.amount)
        else:
            h_NCHW = self.small(x_NCHW)
        return self.end(leaky_relu(h_NCHW, 0.2).flatten(1))[:, 0]


@gancraft.hookimpl
def register_generators(register):
    register("growing", GrowingGenerator, summary="4x4, then twice that.")


@gancraft.hookimpl
def register_discriminators(register):
    register("growing", GrowingDiscriminator, summary="4x4, then twice that.")


@gancraft.hookimpl
def register_training_methods(register):
    defaults = {"gan.average": 100, "gan.r1": 0.1, "gan.generator_rate": 2e-3, "gan.discriminator_rate": 2e-3}
    register("growing", gancraft.Preset("growing", "growing", "bce", defaults), summary="A GAN that grows.")
