"""FastGAN (Liu, Zhu, Song & Elgammal, "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image
Synthesis", ICLR 2021): for some hundred pictures. This module is light; the networks are in their own."""

from typing import Literal

from gancraft import Options, Preset, Suit, hookimpl, option

Norm = Literal["batch", "group", "none"]


class FastganGeneratorOptions(Options):
    """Settings of the generator."""

    latent_size: int = option(256, "Numbers that a picture is made from.", ge=1, le=65_536)
    width: int = option(
        64, "Channels at 128 pixels; maps below have more, up to 16 times as many, and larger ones fewer.", ge=1, le=512
    )
    max_width: int = option(1024, "Channels that no layer exceeds.", ge=1, le=8192)
    lite: bool = option(False, "One convolution in every block, where the paper has two in every other one.")
    norm: Literal["batch", "group"] = option(
        "batch", "Normalisation between layers; group doesn't depend on the batch, and so suits many processes."
    )


class FastganDiscriminatorOptions(Options):
    """Settings of the discriminator."""

    width: int = option(
        64, "Channels at 64 pixels; twice as many at half the size, half as many at twice the size.", ge=1, le=512
    )
    max_width: int = option(1024, "Channels that no layer exceeds.", ge=1, le=8192)
    norm: Norm = option("batch", "Normalisation between layers; none where a gradient penalty (r1) is used.")
    patches: bool = option(
        True, "Judge overlapping parts of a picture, about 5x5 of them; without it there is one judgement."
    )
    reconstruction: float = option(
        1.0,
        "Weight of drawing real pictures again from what it saw of them (self-supervision); 0: none.",
        ge=0,
        le=1000,
    )


# The paper's batch of 8 and its widths leave a GPU idle; with a rate of 1e-3 it collapsed after 500,000 emoji of 64 pixels;
# with these it didn't (docs/measurements.md).
_PRESET = {
    "batch": 64,
    "gan.generator_rate": 4e-4,
    "gan.discriminator_rate": 4e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.999,
    "gan.average": 20_000,
    "learn.schedule": "cosine",
    "augment": "diffaugment",
    "augment.policy": ["colour", "translation"],
    "generator.width": 16,
    "discriminator.width": 32,
    "discriminator.max_width": 256,
}

_SUITS = Suit("it is made for few pictures", pictures=(0, 2000), side=(65, 1025), device="gpu", rank=50)

# The generator alone, in R3GAN's game (Huang et al. 2024), against a wide discriminator without normalisation, so that it
# bears penalties. With these settings it had the highest recall on emoji in ten minutes of one H100 (docs/measurements.md).
_RELATIVISTIC = {
    "batch": 128,
    "gan.generator_rate": 6e-4,
    "gan.discriminator_rate": 3e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.99,
    "gan.r1": 0.2,
    "gan.r2": 0.2,
    "gan.penalty_size": 64,
    "gan.penalty_every": 8,
    "gan.average": 50_000,
    "learn.schedule": "cosine",
    "learn.final": 0.02,
    "augment": "diffaugment",
    "generator.width": 16,
    "discriminator.width": 256,
    "discriminator.norm": "none",
    "discriminator.init": "he",
    "discriminator.minibatch_deviation": True,
}


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    register(
        "fastgan",
        "gancraft_fastgan.generator:FastganGenerator",
        options=FastganGeneratorOptions,
        summary="Small maps decide on the channels of large ones: skip-layer excitation (Liu et al. 2021).",
    )


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "fastgan",
        "gancraft_fastgan.discriminator:FastganDiscriminator",
        options=FastganDiscriminatorOptions,
        summary="Learns to draw real pictures again from what it sees (self-supervision, Liu et al. 2021).",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "fastgan",
        Preset("fastgan", "fastgan", "hinge", _PRESET, (_SUITS,)),
        summary="For some hundred pictures: skip-layer excitation, self-supervised discriminator (Liu et al. 2021).",
    )
    register(
        "fast-r3gan",
        Preset("fastgan", "dcgan", "relativistic", _RELATIVISTIC),
        summary="FastGAN's generator in R3GAN's game, with a wide DCGAN discriminator: thousands of small pictures on a GPU.",
    )
