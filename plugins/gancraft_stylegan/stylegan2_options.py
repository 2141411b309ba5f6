"""Settings, registrations and presets of StyleGAN2. Light: no torch in here."""

from __future__ import annotations

import math

from gancraft import Options, Preset, Suit, option


class StyleGan2Options(Options):
    """What both networks have."""

    width: int = option(
        0,
        "Channels at the full size; they double with every halving. 0: 64, or 32 above 512 pixels, as StyleGAN2-ADA has "
        "them from 256 pixels on.",
        ge=0,
        le=4096,
    )
    capacity: int = option(
        0,
        "Instead of the width: channels of a layer times the side of its maps; 16384 or 32768 in the papers.",
        ge=0,
        le=4_194_304,
    )
    max_width: int = option(512, "Channels that no layer exceeds.", ge=1, le=4096)


class StyleGan2GeneratorOptions(StyleGan2Options):
    """Settings of the generator."""

    latent_size: int = option(512, "Numbers that a picture is made from, and that its styles have.", ge=1, le=65_536)
    mapping_layers: int = option(2, "Layers from latents to styles: 2, or 8 as in the paper.", ge=1, le=32)
    mixing: float = option(0.9, "Share of pictures in training that take the styles of two latents.", ge=0, le=1)


def generators(register):  # type: ignore[no-untyped-def]
    register(
        "stylegan2",
        "gancraft_stylegan.generator:StyleGan2Generator",
        options=StyleGan2GeneratorOptions,
        summary="Styles from a mapping network, modulated convolutions, noise (Karras et al. 2020), for any size.",
    )


def discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "stylegan2",
        "gancraft_stylegan.discriminator:StyleGan2Discriminator",
        options=StyleGan2Options,
        summary="Residual, with minibatch deviation (Karras et al. 2020), for any size.",
    )


# What a lazy term adds to the steps of a network is taken from its rate (Karras et al. 2020, appendix B): a term every k
# rounds makes k + 1 steps of k, so the rate is k / (k + 1) of the one that is named. beta2, which the paper raises to the
# same power, is one setting for both networks here and stays 0.99 (0.9906 and 0.992 there).
_LAZY_R1, _LAZY_PATH = 16 / 17, 4 / 5

_NARROW = {"width": 32, "max_width": 256}

_SHARED = {
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.penalty_every": 16,
}

# Found on the emoji at 64 pixels (docs/measurements.md): with the weight of R1 that the paper's rule gives for a batch of 64
# (0.0128), and with adaptive augmentation, it collapsed within 200,000 pictures.
_OURS = {
    **_SHARED,
    "batch": 64,
    "gan.penalty_every": 8,
    "gan.generator_rate": 2.5e-3,
    "gan.discriminator_rate": 2.5e-3 * _LAZY_R1,
    "gan.r1": 0.5,
    "gan.penalty_size": 64,
    "gan.penalty_growth": 2.0,
    "gan.average": 20_000,
    "learn.schedule": "cosine",
    "augment": "diffaugment",
    "augment.policy": ["colour", "translation", "cutout"],
    **{f"{role}.{name}": value for role in ("generator", "discriminator") for name, value in _NARROW.items()},
}

_PAPER = {
    **_SHARED,
    "batch": 32,
    "gan.generator_rate": 2e-3 * _LAZY_PATH,
    "gan.discriminator_rate": 2e-3 * _LAZY_R1,
    "gan.r1": 10.0,
    "gan.penalty_size": 1024,
    "gan.penalty_growth": 2.0,
    "gan.path_length": 2.0,
    "gan.path_every": 4,
    "gan.average": 10_000,
    "augment": "none",
    "generator.capacity": 32_768,
    "generator.mapping_layers": 8,
    "discriminator.capacity": 32_768,
}

_MANY = (2000, math.inf)
_SUITS = Suit(
    "styles, which can be mixed and edited, for many pictures on a GPU", _MANY, (65, 1025), device="gpu", rank=60
)


def training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "stylegan2",
        Preset("stylegan2", "stylegan2", "bce", _OURS, (_SUITS,)),
        summary="Styles (Karras et al. 2020), with settings for some thousand pictures; for mixing and editing.",
    )
    register(
        "stylegan2-paper",
        Preset("stylegan2", "stylegan2", "bce", _PAPER),
        summary="StyleGAN2 with the settings of its paper (Karras et al. 2020), for many pictures and much time.",
    )
