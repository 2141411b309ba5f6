"""R3GAN (Huang, Gokaslan, Kuleshov & Tompkin, "The GAN is dead; long live the GAN! A Modern GAN Baseline", NeurIPS 2024):
settings and presets. This module is light; the networks are in `r3gan.py`."""

from collections.abc import Callable
from typing import Any

from gancraft import Options, Preset, option


class R3ganOptions(Options):
    """What both networks have. Give both the same widths: each mirrors the other."""

    width: int = option(
        64,
        "Channels of the maps of about 64 pixels; half as many at twice the size, twice as many at half.",
        ge=1,
        le=8192,
    )
    max_width: int = option(256, "Channels that no map exceeds.", ge=1, le=8192)
    widths: list[str] | None = option(
        None, "Channels of all maps instead, smallest first, as in 256,256,128,64 for 32 pixels."
    )
    group: int = option(16, "Channels a group of the 3x3 convolutions; 0: all in one group.", ge=0, le=8192)
    blocks: int = option(2, "Residual blocks at each size.", ge=1, le=64)


class R3ganGeneratorOptions(R3ganOptions):
    """Settings of the generator."""

    latent_size: int = option(64, "Numbers that a picture is made from.", ge=1, le=65_536)


# The weight of R1 and R2 that the authors found good is 2 at 64 pixels and 150 at 256: 75 times, or the side to the power of
# 3.11, where StyleGAN2's rule (the number of pixels) would give 16 times.
PENALTY = {"gan.r1": 2.0, "gan.r2": 2.0, "gan.penalty_size": 64, "gan.penalty_growth": 3.114}

_GAME = {
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.generator_rate": 2e-4,
    "gan.discriminator_rate": 2e-4,
    "gan.penalty_final": 0.1,
    "learn.schedule": "cosine",
    "learn.final": 0.25,
    "augment": "diffaugment",
    **PENALTY,
}

_OURS = {
    **_GAME,
    "batch": 64,
    "gan.generator_rate": 4e-4,  # smaller networks bear larger steps
    "gan.discriminator_rate": 4e-4,
    "gan.average": 20_000,
    "augment.policy": ["colour", "translation", "cutout"],
    "augment.probability": 0.6,  # more than the paper's, which has 70,000 pictures
    "augment.rise": 0.2,
}

# The paper's for faces (FFHQ) at 64 and 256 pixels. Its beta2 rises from 0.9 to 0.99 early on; here it is 0.99 throughout.
_PAPER_WIDTHS = {
    f"{role}.{name}": value
    for role in ("generator", "discriminator")
    for name, value in {"width": 384, "max_width": 768, "group": 16, "blocks": 2}.items()
}
_PAPER = {
    **_GAME,
    **_PAPER_WIDTHS,
    "batch": 256,
    "gan.average": 500_000,
    "augment.policy": ["flip", "rotate90", "translation", "scale", "rotate", "colour", "cutout"],
    "augment.probability": 0.3,
    "augment.rise": 1.0,
}

Register = Callable[..., Any]


def generators(register: Register) -> None:
    register(
        "r3gan",
        "gancraft_stylegan.r3gan:R3ganGenerator",
        options=R3ganGeneratorOptions,
        summary="Residual blocks with grouped convolutions, no normalisation and no tricks (Huang et al. 2024).",
    )


def discriminators(register: Register) -> None:
    register(
        "r3gan",
        "gancraft_stylegan.r3gan:R3ganDiscriminator",
        options=R3ganOptions,
        summary="Residual blocks with grouped convolutions: the generator's mirror (Huang et al. 2024).",
    )


def training_methods(register: Register) -> None:
    register(
        "r3gan",
        Preset("r3gan", "r3gan", "relativistic", _OURS),
        summary="R3GAN, small enough for small sets: a loss that converges, and little else (Huang et al. 2024).",
    )
    register(
        "r3gan-paper",
        Preset("r3gan", "r3gan", "relativistic", _PAPER),
        summary="R3GAN with its paper's widths and settings for faces (Huang et al. 2024).",
    )
