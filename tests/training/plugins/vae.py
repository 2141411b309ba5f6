"""A variational autoencoder (Kingma & Welling 2014): one phase, two networks that learn together, nobody who judges."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import softplus

import gancraft

LATENT = 4


class Encoder(nn.Module):
    def __init__(self, pixels: int):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2 * LATENT))

    def forward(self, x_NCHW):
        return self.body(x_NCHW).chunk(2, dim=1)


class Decoder(gancraft.Generator):
    latent_size = LATENT

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.size = (shape.channels, shape.height, shape.width)
        pixels = shape.channels * shape.height * shape.width
        self.body = nn.Sequential(nn.Linear(LATENT, 32), nn.LeakyReLU(0.2), nn.Linear(32, pixels), nn.Tanh())

    def forward(self, z_NL, labels_N=None):
        return self.body(z_NL).view(-1, *self.size)


class Vae(gancraft.Trainable):
    sampler = "decoder"

    def networks(self):
        shape = self.plan.shape
        encoder = Encoder(shape.channels * shape.height * shape.width)
        return {"encoder": encoder, "decoder": Decoder(self.options, shape)}

    def phases(self):
        adam = gancraft.Adam(3e-3, 0.9, 0.999)
        return [gancraft.Phase("elbo", ("encoder", "decoder"), self.loss, adam)]

    def state(self):
        return {"beta": torch.tensor(0.0)}

    def knobs(self, pictures):
        return {"beta": min(1.0, 2 * pictures / self.plan.pictures)}

    def half_life(self):
        return 100.0

    def loss(self, networks, batch, state, random):
        """Equation 10, with the divergence faded in."""
        mean_NL, spread_NL = networks["encoder"](batch.x_NCHW)
        deviation_NL = softplus(spread_NL) + 1e-3
        made_NCHW = networks["decoder"](mean_NL + deviation_NL * random.normal(len(mean_NL), LATENT))
        divergence = 0.5 * (mean_NL.square() + deviation_NL.square() - 1 - 2 * deviation_NL.log()).sum(1).mean()
        reconstruction = (made_NCHW - batch.x_NCHW).square().sum((1, 2, 3)).mean()
        return gancraft.Outcome(
            {"reconstruction": reconstruction, "divergence": state["beta"] * divergence},
            seen={"deviation": deviation_NL.detach().mean()},
        )


@gancraft.hookimpl
def register_training_methods(register):
    register("vae", Vae, interface=gancraft.Trainable, summary="A variational autoencoder.")
