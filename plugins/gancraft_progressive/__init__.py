"""Progressive growing (Karras, Aila, Laine & Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and
Variation", ICLR 2018), for any size. This module is light; the networks are in `generator.py` and `discriminator.py`."""

from gancraft import Options, Preset, hookimpl, option


class ProgressiveOptions(Options):
    """What both networks have. `shares` and `fade_share` make the schedule: they must be the same for both."""

    width: int = option(64, "Channels at the full size; they double with every halving.", ge=1, le=1024)
    max_width: int = option(512, "Channels that no layer exceeds.", ge=1, le=4096)
    shares: list[str] | None = option(
        None,
        "Lengths of the stages, smallest size first, as in 1,2,2,4; without it the first is half as long as the others.",
    )
    fade_share: float = option(0.5, "Share of each later stage over which its new layers fade in.", ge=0, le=1)


class ProgressiveGeneratorOptions(ProgressiveOptions):
    """Settings of the growing generator."""

    latent_size: int = option(512, "Numbers that a picture is made from.", ge=1, le=65_536)


_PRESET = {
    "batch": 16,
    "loss.drift": 0.001,
    "gan.generator_rate": 1e-3,
    "gan.discriminator_rate": 1e-3,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.average": 10_000,  # 0.999 a step at 16 pictures is 11,000
    "augment": "none",
}


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        "gancraft_progressive.generator:ProgressiveGenerator",
        options=ProgressiveGeneratorOptions,
        summary="Starts at about 4x4 pixels and grows to the full size (Karras et al. 2018).",
    )


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        "gancraft_progressive.discriminator:ProgressiveDiscriminator",
        options=ProgressiveOptions,
        summary="Starts at about 4x4 pixels and grows to the full size (Karras et al. 2018).",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        Preset("progressive", "progressive", "wgan-gp", _PRESET),
        summary="Small pictures first, then layer by layer to the full size (Karras et al. 2018).",
    )
