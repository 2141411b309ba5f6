"""Projected GANs (Sauer, Chitta, Müller & Geiger, "Projected GANs Converge Faster", NeurIPS 2021): the discriminator sees
pictures through a network that knows pictures already. This module is light; the networks are in their own."""

import math
from typing import Literal

from gancraft import Options, Preset, Suit, hookimpl, option


class ProjectedOptions(Options):
    """Settings of the discriminator."""

    network: str = option("embedded", "Perceptual network that it looks through (see `gancraft plugins`).")
    layers: int = option(4, "Layers of the network that are judged, the deepest ones of its style layers.", ge=1, le=8)
    side: int = option(
        64, "Smaller pictures are doubled until their shorter side has about so many pixels.", ge=16, le=1024
    )
    width: int = option(64, "Half of the channels of the maps that are judged; layers behind have more.", ge=1, le=512)
    max_width: int = option(256, "Channels that no layer exceeds.", ge=1, le=8192)
    norm: Literal["group", "none"] = option("group", "Normalisation between layers.")


# What came closest to emoji in ten minutes of one H100; without norms, 64 at a time, also to crops of 128 pixels
# (docs/measurements.md). The generator has a narrow start and a wide end: half of the weights that it would have otherwise.
_PRESET = {
    "batch": 128,
    "gan.generator_rate": 4e-4,
    "gan.discriminator_rate": 4e-4,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.average": 20_000,
    "learn.schedule": "cosine",
    "learn.final": 0.02,
    "augment": "diffaugment",
    "augment.policy": ["colour", "translation", "cutout"],
    "generator.latent_size": 128,
    "generator.width": 32,
    "generator.max_width": 256,
}

_SUITS = Suit(
    "of such pictures it came closest to the data in ten minutes",
    pictures=(2000, math.inf),
    side=(33, 129),
    device="gpu",
    rank=30,
    classes=False,  # not measured on a GPU with classes
)


# For CPUs, and for minutes: narrow, many small steps, and no change of what is shown until the discriminator begins to know
# the pictures by heart. Changes from the start left few colours after 20,000 emoji (docs/measurements.md).
_SMALL = _PRESET | {
    "pictures": 30_000,  # the rates fall to their end in a time that one waits
    "batch": 16,
    "gan.generator_rate": 1e-3,
    "gan.discriminator_rate": 1e-3,
    "gan.average": 3000,
    "augment": "ada",
    "generator.width": 8,
    "generator.max_width": 128,
    "discriminator.side": 32,
    "discriminator.width": 16,
    "discriminator.max_width": 128,
}

_SUITS_SMALL = Suit(
    "of such pictures it came closest to the data by far in the same minutes",
    pictures=(200, math.inf),
    side=(24, 65),
    device="cpu",
    rank=30,
)


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "projected",
        "gancraft_projected.discriminator:ProjectedDiscriminator",
        options=ProjectedOptions,
        capabilities={"network"},
        summary="Judges what a perceptual network sees of pictures, at four depths (Sauer et al. 2021).",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "projected",
        Preset("fastgan", "projected", "hinge", _PRESET, (_SUITS,)),
        summary="FastGAN's generator before a discriminator that knows pictures already (Sauer et al. 2021).",
    )
    register(
        "projected-small",
        Preset("fastgan", "projected", "hinge", _SMALL, (_SUITS_SMALL,)),
        summary="The same with narrow networks: pictures that one can tell after minutes on a CPU.",
    )
