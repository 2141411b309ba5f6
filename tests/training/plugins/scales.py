"""A GAN with pictures at several scales (after Karnewar & Wang 2020): a generator that gives two sizes at once, and a
discriminator that sees both."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu

import gancraft


class TwoSizes(gancraft.Generator):
    latent_size = 4

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.half = (shape.height // 2, shape.width // 2)
        self.start = nn.Linear(4, 8 * self.half[0] * self.half[1])
        self.more = nn.Conv2d(8, 8, 3, padding=1)
        self.small, self.large = nn.Conv2d(8, shape.channels, 1), nn.Conv2d(8, shape.channels, 1)

    def reals(self, x_NCHW):
        return avg_pool2d(x_NCHW, 2), x_NCHW

    def forward(self, z_NL, labels_N=None):
        h_NCHW = leaky_relu(self.start(z_NL).view(-1, 8, *self.half), 0.2)
        wide_NCHW = leaky_relu(self.more(interpolate(h_NCHW, scale_factor=2.0)), 0.2)
        return torch.tanh(self.small(h_NCHW)), torch.tanh(self.large(wide_NCHW))


class SeesBoth(gancraft.Discriminator):
    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.large = nn.Conv2d(shape.channels, 8, 3, padding=1)
        self.small = nn.Conv2d(shape.channels, 8, 1)
        self.end = nn.Linear(8 * (shape.height // 2) * (shape.width // 2), 1)

    def forward(self, x, labels_N=None):
        small_NCHW, large_NCHW = x
        h_NCHW = avg_pool2d(leaky_relu(self.large(large_NCHW), 0.2), 2) + self.small(small_NCHW)
        return self.end(leaky_relu(h_NCHW, 0.2).flatten(1))[:, 0]


@gancraft.hookimpl
def register_generators(register):
    register("scales", TwoSizes, summary="Two sizes at once.")


@gancraft.hookimpl
def register_discriminators(register):
    register("scales", SeesBoth, summary="Sees two sizes.")


@gancraft.hookimpl
def register_training_methods(register):
    # Penalties of both kinds on tuples, in steps of their own.
    defaults = {"gan.average": 100, "gan.r1": 0.1, "gan.gradient": 0.1, "gan.penalty_every": 4}
    register("scales", gancraft.Preset("scales", "scales", "relativistic", defaults), summary="A GAN with two sizes.")
