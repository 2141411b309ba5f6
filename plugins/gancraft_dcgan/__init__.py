"""DCGAN (Radford, Metz & Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", ICLR 2016) for any size, and a fully connected GAN. This module is light; the networks are in their own."""

from typing import Literal

from gancraft import Options, Preset, Suit, hookimpl, option

Norm = Literal["batch", "group", "layer", "none"]
Latent = Literal["normal", "uniform"]

_NORM_HELP = "Normalisation between layers; group and layer don't depend on the batch, and so suit many processes."
_LATENT_HELP = "What latents are drawn from: standard normal, or uniform from -1 to 1 as in the paper."


class ConvolutionalOptions(Options):
    """What both convolutional networks have."""

    width: int = option(
        0,
        "Channels at half the full size, doubled at every halving up to 8 times; 0: 64, or 128 below 48 pixels.",
        ge=0,
        le=1024,
    )
    max_width: int = option(1024, "Channels that no layer exceeds.", ge=1, le=8192)
    levels: int = option(
        0, "Doublings from the first map to the picture; 0: until it has about 4 pixels, at least two.", ge=0, le=12
    )
    kernel: int = option(4, "Pixels of a strided kernel: 5 as in the paper, or 4, which divides evenly.", ge=4, le=5)
    norm: Norm = option("batch", _NORM_HELP)
    init: Literal["normal", "he"] = option(
        "normal", "Weights at the start: N(0, 0.02) as in the paper, or scaled to each layer's inputs (He et al. 2015)."
    )
    dense: int = option(0, "Units of a dense layer of features next to the smallest map; 0: none.", ge=0, le=65_536)


class DcganGeneratorOptions(ConvolutionalOptions):
    """Settings of the convolutional generator."""

    latent_size: int = option(100, "Numbers that a picture is made from.", ge=1, le=65_536)
    latent: Latent = option("normal", _LATENT_HELP)
    up: Literal["transposed", "resize"] = option(
        "transposed",
        "How maps grow: transposed convolution, or resizing and a 3x3 convolution, against checkerboards (Odena 2016).",
    )
    resizing: Literal["nearest", "bilinear"] = option("nearest", "What lies between pixels when maps are resized.")


class DcganDiscriminatorOptions(ConvolutionalOptions):
    """Settings of the convolutional discriminator."""

    down: Literal["stride", "pool"] = option(
        "stride", "How maps shrink: strided convolution, or a 3x3 convolution and pooling."
    )
    pooling: Literal["average", "max"] = option("average", "What a pool keeps of four pixels.")
    dropout: float = option(0.0, "Share of features that is dropped after each layer.", ge=0, le=0.95)
    minibatch_deviation: bool = option(
        False,
        "Show it how much pictures of a batch, of a class where there are some, differ, against mode collapse (Karras 2018).",
    )


class DenseGeneratorOptions(Options):
    """Settings of the fully connected generator."""

    latent_size: int = option(100, "Numbers that a picture is made from.", ge=1, le=65_536)
    latent: Latent = option("normal", _LATENT_HELP)
    width: int = option(
        256, "Units of the first hidden layer; the second has twice, the third four times as many.", ge=1, le=8192
    )
    norm: Norm = option("batch", _NORM_HELP)


class DenseDiscriminatorOptions(Options):
    """Settings of the fully connected discriminator."""

    width: int = option(512, "Units of the first hidden layer; the second has half as many.", ge=2, le=65_536)
    dropout: float = option(0.0, "Share of features that is dropped after each layer.", ge=0, le=0.95)


_OURS = {
    "batch": 64,
    "augment": "diffaugment",
    "gan.r1": 0.2,
    "gan.penalty_size": 64,
    "gan.penalty_every": 8,
    "gan.average": 50_000,
    "gan.generator_rate": 2e-4,
    "gan.discriminator_rate": 2e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.99,
    "discriminator.norm": "none",  # a gradient penalty is meant picture by picture, which batch norm mixes
    "discriminator.init": "he",  # without a norm N(0, 0.02) starts with logits near 0
    "discriminator.minibatch_deviation": True,
}

_SUITS = Suit("for such pictures nothing else was measured to do better", side=(8, 65))

# Section 4 and Figure 1. The discriminator's width isn't in the paper; 128 is that of the authors' published code.
_PAPER = {
    "batch": 128,
    "gan.generator_rate": 2e-4,
    "gan.discriminator_rate": 2e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.999,
    "gan.average": 0,
    "augment": "none",
    "generator.width": 128,
    "generator.kernel": 5,
    "generator.latent": "uniform",
    "discriminator.width": 128,
    "discriminator.kernel": 5,
}

_DENSE = {
    "batch": 256,
    "gan.generator_rate": 2e-4,
    "gan.discriminator_rate": 2e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.999,
    "gan.average": 0,
    "augment": "none",
}


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    register(
        "dcgan",
        "gancraft_dcgan.convolutional:DcganGenerator",
        options=DcganGeneratorOptions,
        summary="A dense layer, then transposed convolutions (Radford et al. 2016), for any size.",
    )
    register(
        "dense",
        "gancraft_dcgan.dense:DenseGenerator",
        options=DenseGeneratorOptions,
        summary="Three hidden layers, fully connected.",
    )


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "dcgan",
        "gancraft_dcgan.convolutional:DcganDiscriminator",
        options=DcganDiscriminatorOptions,
        summary="Strided convolutions (Radford et al. 2016), for any size.",
    )
    register(
        "dense",
        "gancraft_dcgan.dense:DenseDiscriminator",
        options=DenseDiscriminatorOptions,
        summary="Two hidden layers, fully connected.",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "dcgan",
        Preset("dcgan", "dcgan", "bce", _OURS, (_SUITS,)),
        summary="Convolutional GAN with what keeps it from collapsing: R1, augmentation, average.",
    )
    register(
        "dcgan-paper",
        Preset("dcgan", "dcgan", "bce", _PAPER),
        summary="DCGAN with the settings of its paper (Radford et al. 2016).",
    )
    register(
        "dense",
        Preset("dense", "dense", "bce", _DENSE),
        summary="The first GAN that one writes: fully connected, for small pictures.",
    )
