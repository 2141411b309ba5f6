"""A conditional GAN: an embedding in the generator, projection in the discriminator (Miyato & Koyama 2018)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import leaky_relu

import gancraft


class ClassGenerator(gancraft.Generator):
    latent_size = 4

    def __init__(self, options, shape):
        if not shape.classes:
            raise gancraft.UsageError("classed needs classes: give --labels, with a folder a class")
        super().__init__(options, shape)
        self.size = (shape.channels, shape.height, shape.width)
        self.label = nn.Embedding(shape.classes, 8)
        self.body = nn.Sequential(
            nn.Linear(12, 32), nn.LeakyReLU(0.2), nn.Linear(32, self.size[0] * self.size[1] * self.size[2])
        )

    def forward(self, z_NL, labels_N=None):
        return torch.tanh(self.body(torch.cat([z_NL, self.label(labels_N)], 1)).view(-1, *self.size))


class ClassDiscriminator(gancraft.Discriminator):
    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.body = nn.Linear(shape.channels * shape.height * shape.width, 32)
        self.logit, self.label = nn.Linear(32, 1), nn.Embedding(shape.classes, 32)

    def forward(self, x_NCHW, labels_N=None):
        h_NF = leaky_relu(self.body(x_NCHW.flatten(1)), 0.2)
        return self.logit(h_NF)[:, 0] + (self.label(labels_N) * h_NF).sum(1)


@gancraft.hookimpl
def register_generators(register):
    register("classed", ClassGenerator, summary="By class.")


@gancraft.hookimpl
def register_discriminators(register):
    register("classed", ClassDiscriminator, summary="By class.")


@gancraft.hookimpl
def register_training_methods(register):
    rates = {"gan.generator_rate": 2e-3, "gan.discriminator_rate": 2e-3}
    defaults = {"gan.average": 100, "data.labels": True, "data.flip": True, "augment": "ada", "augment.speed": 1000}
    defaults |= {"policy": ["colour", "translation"], "target": 0.0, "discriminator_steps": 2}
    register(
        "classed", gancraft.Preset("classed", "classed", "hinge", {**rates, **defaults}), summary="A conditional GAN."
    )
