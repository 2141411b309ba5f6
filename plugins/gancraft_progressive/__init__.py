"""Networks for large pictures that learn all sizes of them: one after the other (progressive growing: Karras, Aila, Laine &
Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and Variation", ICLR 2018), or all at once (MSG-GAN:
Karnewar & Wang, "MSG-GAN: Multi-Scale Gradients for Generative Adversarial Networks", CVPR 2020). For any size. This module
is light; the networks are beside it, what both kinds share in `ends.py`.
"""

from gancraft import Options, Preset, Suit, hookimpl, option

_LATENT = "Numbers that a picture is made from."


class WidthOptions(Options):
    """How wide a network is."""

    width: int = option(
        64,
        "Channels at the full size; they double with every halving. 0: the papers', from 512 at 4x4 to 16 at 1024.",
        ge=0,
        le=1024,
    )
    max_width: int = option(512, "Channels that no layer exceeds.", ge=1, le=4096)


class ProgressiveOptions(WidthOptions):
    """What both growing networks have: it must be the same for both."""

    shares: list[str] | None = option(
        None,
        "Lengths of the stages, smallest size first, as in 1,2,2,4; without it the first is half as long as the others.",
    )


class ProgressiveGeneratorOptions(ProgressiveOptions):
    """Settings of the growing generator; the schedule hangs on it."""

    latent_size: int = option(512, _LATENT, ge=1, le=65_536)
    fade_share: float = option(0.5, "Share of each later stage over which its new layers fade in.", ge=0, le=1)
    batches: list[str] | None = option(
        None, "Pictures a step at each size, smallest first, as in 64,64,32,16; without it see --small-batch."
    )
    small_batch: int = option(
        2,
        "The most by which small sizes multiply --batch: they double it with every halving. 1: no more than --batch.",
        ge=1,
        le=64,
    )


class MultiScaleGeneratorOptions(WidthOptions):
    """Settings of the generator that makes all sizes at once."""

    latent_size: int = option(512, _LATENT, ge=1, le=65_536)


# Settings of both papers.
_PAPERS = {
    "batch": 16,
    "loss.drift": 0.001,
    "gan.generator_rate": 1e-3,
    "gan.discriminator_rate": 1e-3,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.average": 10_000,  # 0.999 a step at 16 pictures is 11,000
    "augment": "none",
    "generator.width": 0,
    "discriminator.width": 0,
}
_NARROW = {"width": 32, "max_width": 256}
# What a small set needs instead: pictures that can't be learned by heart, and a penalty where they are (R1).
_OURS = {
    "batch": 32,
    "gan.generator_rate": 0.0025,
    "gan.discriminator_rate": 0.0025,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.r1": 0.2,
    "gan.penalty_size": 64,
    "gan.penalty_growth": 1.0,  # not 2: small sizes, which are judged too, are steeper for the same opinion
    "gan.penalty_every": 8,
    "gan.average": 20_000,
    "augment": "diffaugment",
}
# At the rate of the growing one it collapsed within some hundred thousand emoji; with these it didn't (docs/measurements.md).
_ALL_SIZES = {
    **_OURS,
    "batch": 64,
    "gan.generator_rate": 1e-3,
    "gan.discriminator_rate": 1e-3,
    "gan.r1": 0.5,
    "learn.schedule": "cosine",
    **{f"{role}.{name}": size for role in ("generator", "discriminator") for name, size in _NARROW.items()},
}
_SUITS = Suit(
    "it learns small sizes first, which a CPU does quickly, before it comes to the large ones",
    side=(65, 4097),
    device="cpu",
)


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        "gancraft_progressive.generator:ProgressiveGenerator",
        options=ProgressiveGeneratorOptions,
        summary="Starts at about 4x4 pixels and grows to the full size (Karras et al. 2018).",
    )
    register(
        "msg-gan",
        "gancraft_progressive.multi_scale:MultiScaleGenerator",
        options=MultiScaleGeneratorOptions,
        summary="Makes a picture in all its sizes at once (Karnewar & Wang 2020).",
    )


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        "gancraft_progressive.discriminator:ProgressiveDiscriminator",
        options=ProgressiveOptions,
        summary="Starts at about 4x4 pixels and grows to the full size (Karras et al. 2018).",
    )
    register(
        "msg-gan",
        "gancraft_progressive.multi_scale:MultiScaleDiscriminator",
        options=WidthOptions,
        summary="Judges a picture in all its sizes at once (Karnewar & Wang 2020).",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "progressive",
        Preset("progressive", "progressive", "bce", _OURS, (_SUITS,)),
        summary="Small pictures first, then layer by layer to the full size (Karras et al. 2018).",
    )
    register(
        "progressive-paper",
        Preset("progressive", "progressive", "wgan-gp", {**_PAPERS, "generator.small_batch": 1}),
        summary="Progressive growing with the settings of its paper, for some ten thousand pictures or more.",
    )
    register(
        "msg-gan",
        Preset("msg-gan", "msg-gan", "bce", _ALL_SIZES),
        summary="All sizes of a picture at once, without stages (Karnewar & Wang 2020).",
    )
