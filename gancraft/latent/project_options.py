"""Settings of a projection; light, so that the command line draws its flags without torch."""

from __future__ import annotations

from typing import Literal

from gancraft import defaults
from gancraft.options import Options, option


class ProjectOptions(Options):
    """How a photo is looked for among the pictures of a generator."""

    space: Literal["auto", "z", "w", "w+"] = option(
        "auto",
        "Where to look: latents (z), styles (w), or a style for each layer (w+); auto: w for generators with styles, else z.",
        basic=True,
    )
    steps: int = option(300, "Steps of the optimiser.", ge=1, le=100_000, basic=True)
    start: Literal["best", "middle"] = option(
        "best", "Start: at the best of the middle and --tries random latents, or at the middle (the mean picture)."
    )
    tries: int = option(256, "Random latents that are tried for the start.", ge=0, le=100_000)
    candidates: int = option(
        16, "Best of these that are followed at first; halved again and again until one is left.", ge=1, le=64
    )
    learning_rate: float = option(0.1, "Largest step size of Adam, in standard deviations of a code.", ge=1e-4, le=10)
    noise: float = option(
        0.0,
        "Noise on the codes at first, as a share of their usual length; 0.05 in the paper, where there is one start.",
        ge=0,
        le=1,
    )
    prior: float = option(
        0.05, "Weight of staying where the generator has learned: 0 is free, 1 typical.", ge=0, le=100
    )
    pixel: float = option(
        0.3, "Weight of the difference of pixels, beside that of what the network sees.", ge=0, le=100
    )
    network: str = option(defaults.NETWORK, "Perceptual network that compares (see `gancraft plugins`).")
    fit: Literal["cover", "contain"] = option(
        "cover", "How the photo is brought to the model's size: cropped at its centre, or whole on a background."
    )
    background: str = option("white", "Colour below transparent parts, and around a photo that is kept whole.")
    seed: int = option(0, "Seed of the tries and of the noise.", ge=0, le=2**31 - 1)
    device: str = option("auto", "Where to compute: auto, cpu, cuda, cuda:1, mps.")
