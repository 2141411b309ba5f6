"""The variational autoencoder as gancraft trains it: two networks, one phase, nobody who judges.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gancraft import Adam, Batch, Outcome, Phase, Plan, Random, Trainable
from gancraft_vae import VaeOptions
from gancraft_vae.networks import Decoder, Encoder

_MILDER = 0.25  # what the remedy multiplies the divergence by
_NEW = 0.05  # share of a step in the running mean of squared errors
_LEAST = 1e-4  # variance that errors are taken to have at least

_CURVES = {
    "reconstruction": "What it costs to say the picture once its latents are known, in nats for each of its numbers: it falls "
    "fast, then slowly, also below 0.",
    "divergence": "What it costs to say the latents, in the same unit, times its weight: it rises while latents learn to say "
    "more, and where it falls to 0 they say nothing.",
    "error": "Root of the mean squared error of the pictures that come back, where pixels go from -1 to 1: what is left of "
    "it in the end is blur.",
    "nats": "How much latents say of a picture, in nats (1 nat is 1.44 bits), without the weight.",
}


class Autoencoder(Trainable):
    """An encoder says which latents a picture may have come from, a decoder makes it again from one of them. Both learn to
    raise the variational lower bound (Kingma & Welling 2014): pictures come back, and latents stay near the normal
    distribution that new pictures are made from."""

    sampler = "decoder"
    options: VaeOptions

    def __init__(self, options: VaeOptions, plan: Plan):
        super().__init__(options, plan)
        self.milder = 1.0

    def networks(self) -> dict[str, nn.Module]:
        shape = self.plan.shape
        return {"encoder": Encoder(self.options, shape), "decoder": Decoder(self.options, shape)}

    def phases(self) -> Sequence[Phase]:
        return [Phase("elbo", ("encoder", "decoder"), self.loss, Adam(self.options.rate, beta1=0.9, beta2=0.999))]

    def state(self) -> dict[str, Tensor]:
        """beta: weight of the divergence now. variance: of the errors of pixels, a running mean."""
        return {"beta": torch.tensor(0.0), "variance": torch.tensor(self.options.noise**2 or 1.0)}

    def knobs(self, pictures: int) -> Mapping[str, float]:
        """The divergence comes in slowly: at first the decoder can do nothing with latents, and they would be given up."""
        coming = self.options.come_in * self.plan.pictures
        share = min(1.0, pictures / coming) if coming else 1.0
        return {"beta": self.options.beta * self.milder * share}

    def half_life(self) -> float:
        return self.options.average

    def curves(self) -> Mapping[str, str]:
        return _CURVES

    def remedies(self) -> Sequence[str]:
        return ("the divergence counts a quarter, so that latents may say more",)

    def at_rung(self, rung: int) -> None:
        self.milder = _MILDER if rung else 1.0

    def loss(
        self, networks: Mapping[str, nn.Module], batch: Batch, state: Mapping[str, Tensor], random: Random
    ) -> Outcome:
        """The bound's two terms in nats, over the count of a picture's numbers, so that they mean the same at every size.

        The variance of the errors is a running mean of what they were, which is what makes the bound highest where it isn't
        given (the idea of a calibrated decoder; Rybkin, Daniilidis & Levine, "Simple and Effective VAE Training with Calibrated
        Decoders", 2021). It is named state, so that several processes agree on it.
        """
        x_NCHW, labels_N = batch.x_NCHW, batch.labels_N
        mean_NL, log_variance_NL = networks["encoder"](x_NCHW, labels_N)
        z_NL = mean_NL + (log_variance_NL / 2).exp() * random.normal(*mean_NL.shape)
        made_NCHW = networks["decoder"](z_NL, labels_N).float()
        error = (made_NCHW - x_NCHW).square().mean()
        variance = state["variance"]
        reconstruction = 0.5 * (error / variance + (2 * math.pi * variance).log())
        nats = 0.5 * (mean_NL.square() + log_variance_NL.exp() - 1 - log_variance_NL).sum(1).mean()
        numbers = math.prod(x_NCHW.shape[1:])
        parts = {"reconstruction": reconstruction, "divergence": state["beta"] * nats / numbers}
        new = {}
        if not self.options.noise:
            new["variance"] = torch.lerp(variance, error.detach(), _NEW).clamp(min=_LEAST)
        return Outcome(parts, new, {"error": error.sqrt(), "nats": nats})
