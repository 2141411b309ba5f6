"""A GAN whose losses keep a running state: reals are compared with the running mean of the fakes' logits and the other way
round (a relativistic average, Jolicoeur-Martineau 2018, over more than a batch), and a strong discriminator rests."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import softplus

import gancraft

KEEP = 0.9


class Maker(gancraft.Generator):
    latent_size = 4

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.size = (shape.channels, shape.height, shape.width)
        self.body = nn.Sequential(
            nn.Linear(4, 32),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.1),
            nn.Linear(32, self.size[0] * self.size[1] * self.size[2]),
        )

    def forward(self, z_NL, labels_N=None):
        return torch.tanh(self.body(z_NL).view(-1, *self.size))


def judge(pixels):
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))


class RunningOptions(gancraft.Options):
    dropout: bool = gancraft.option(True, "Whether the generator drops units.")


class Running(gancraft.Trainable):
    sampler = "maker"

    def networks(self):
        shape = self.plan.shape
        maker = Maker(self.options, shape)
        if not self.options.dropout:
            maker.body[2] = nn.Identity()
        return {"maker": maker, "judge": judge(shape.channels * shape.height * shape.width)}

    def phases(self):
        adam = gancraft.Adam(2e-3)
        return [
            gancraft.Phase("judging", ("judge",), self.judging, adam, skip=lambda state: state["rest"] > 0.5),
            gancraft.Phase("making", ("maker",), self.making, adam, steps=2),
        ]

    def state(self):
        return {"real": torch.zeros(()), "fake": torch.zeros(()), "rest": torch.zeros(()), "seen": torch.zeros(3)}

    def half_life(self):
        return 0.0

    def judging(self, networks, batch, state, random):
        with torch.no_grad():
            fake_NCHW = networks["maker"](random.normal(len(batch.x_NCHW), 4))
        real_N, fake_N = networks["judge"](batch.x_NCHW)[:, 0], networks["judge"](fake_NCHW)[:, 0]
        loss = softplus(state["fake"] - real_N).mean() + softplus(fake_N - state["real"]).mean()
        new = {"real": torch.lerp(real_N.detach().mean(), state["real"], KEEP)}
        new["seen"] = torch.stack([real_N.min(), real_N.mean(), real_N.max()]).detach()
        return gancraft.Outcome({"judging": loss}, new)

    def making(self, networks, batch, state, random):
        fake_N = networks["judge"](networks["maker"](random.normal(len(batch.x_NCHW), 4)))[:, 0]
        now = torch.lerp(fake_N.detach().mean(), state["fake"], KEEP)
        rest = ((state["real"] - now) > 0.3).float()
        return gancraft.Outcome({"making": softplus(state["real"] - fake_N).mean()}, {"fake": now, "rest": rest})

    def scores(self, networks, x_NCHW, labels_N):
        return networks["judge"](x_NCHW)[:, 0]


@gancraft.hookimpl
def register_training_methods(register):
    register("running", Running, interface=gancraft.Trainable, options=RunningOptions, summary="Losses with a memory.")
