"""The engine's own settings for training, by part. Everything is counted in pictures seen, so that batch size and processes
don't change a schedule."""

from __future__ import annotations

from typing import Literal

from gancraft import defaults
from gancraft.options import Options, option


class RunSettings(Options):
    """What every run has, whatever it trains."""

    plugin: str | None = option(
        None, "What to train (see `gancraft plugins`); without it what suits the pictures and the machine.", basic=True
    )
    from_model: str | None = option(
        None, "Begin with the weights of a model: a file, the folder of a run, or a name (see `gancraft models`)."
    )
    size: str | None = option(
        None,
        "Size of the pictures: 64 for a square, or WIDTHxHEIGHT. Without it the data's own, at most 64.",
        basic=True,
    )
    pictures: int = option(1_000_000, "Pictures to be seen in all.", ge=1, le=10**10, basic=True)
    batch: int = option(64, "Pictures a step, over all processes.", ge=1, le=65_536, basic=True)
    accumulate: int = option(1, "Parts that a batch is computed in, to save memory.", ge=1, le=4096)
    fit_batch: bool = option(False, "If memory runs out, compute the batch in more parts instead of ending.")
    seed: int = option(0, "Seed of everything random.", ge=0, le=2**31 - 1, basic=True)
    device: str = option("auto", "Where to compute: auto, cpu, cuda, cuda:1, mps.")
    precision: Literal["auto", "float32", "bfloat16"] = option(
        "auto", "Arithmetic of the networks; auto takes bfloat16 where the processor has it."
    )
    launch: Literal["auto", "eager", "compile"] = option(
        "auto",
        "How steps are launched: auto captures CUDA graphs; compile takes a minute first and pays off in long runs.",
    )


class TrainSettings(RunSettings):
    """The part `train` of a GAN, or of what else makes pictures out of nothing."""

    generator: str | None = option(None, "Generator, instead of the plugin's.")
    discriminator: str | None = option(None, "Discriminator, instead of the plugin's.")
    loss: str | None = option(None, "Adversarial loss, instead of the plugin's.")


class StyleTrainSettings(RunSettings):
    """The part `train` of a network that paints."""

    plugin: str = option(
        defaults.STYLE_TRAINER,
        "Kind of network to train (see `gancraft plugins`); it has flags of its own.",
        basic=True,
    )
    network: str = option(defaults.NETWORK, "Perceptual network that the losses look through.")
    size: str = option(
        "256",
        "Size of the photos in training: 256 for a square, or WIDTHxHEIGHT. Any size is painted later.",
        basic=True,
    )
    style_size: int = option(
        256,
        "Long side of the style pictures in pixels, beside photos of --size: a larger one gives larger strokes.",
        ge=16,
        le=4096,
        basic=True,
    )
    pictures: int = option(100_000, "Photos to be seen in all.", ge=1, le=10**10, basic=True)
    batch: int = option(8, "Photos a step, over all processes.", ge=1, le=65_536, basic=True)


class DataOptions(Options):
    """The part `data`: how pictures become a set of one size."""

    fit: Literal["cover", "contain", "stretch"] = option(
        "cover", "How a picture meets the size: cropped to cover it, whole on the background, or stretched."
    )
    channels: Literal["auto", "1", "3", "4"] = option(
        "auto", "1 grey, 3 colour, 4 colour with transparency; auto takes 1 where all are grey, else 3."
    )
    background: str = option("white", "Colour below transparent parts: a name or #rrggbb.")
    flip: bool = option(False, "Mirror half of the pictures, chosen anew each time.")
    labels: bool = option(False, "Take folders as classes.")
    hold_out: float = option(
        0.05, "Share of the pictures that is kept from training, to tell learning from copying.", ge=0, le=0.5
    )
    max_megapixels: float = option(100.0, "Skip pictures with more millions of pixels than this.", ge=0.001, le=10_000)


class LearnOptions(Options):
    """The part `learn`: how the learning rates go, whatever is trained."""

    rate_factor: float = option(
        1.0, "Multiplies every learning rate; may be changed when a run is resumed (a sudden drop).", ge=0, le=1000
    )
    schedule: Literal["constant", "cosine", "step", "plateau"] = option(
        "constant",
        "Course of the rates: constant, cosine to the end, a drop at --drop-at, or a drop when quality stalls.",
    )
    warm_up: int = option(0, "Pictures over which the rates rise from 0.", ge=0, le=10**9)
    final: float = option(0.1, "Where a cosine ends, as a factor.", ge=0, le=1)
    drop_at: float = option(0.5, "Share of the run at which the step comes.", ge=0, le=1)
    drop: float = option(0.1, "Factor of a step, and of each drop on a plateau.", ge=0, le=1)
    patience: int = option(200_000, "Pictures without improvement that make a plateau.", ge=1, le=10**9)


class GanOptions(Options):
    """The part `gan`: how generator and discriminator play."""

    generator_rate: float = option(2e-4, "Learning rate of the generator.", ge=0, le=1, basic=True)
    discriminator_rate: float = option(2e-4, "Learning rate of the discriminator.", ge=0, le=1, basic=True)
    beta1: float = option(0.5, "Adam's decay of the mean gradient.", ge=0, le=0.9999)
    beta2: float = option(0.999, "Adam's decay of the mean square.", ge=0, le=0.99999)
    discriminator_steps: int = option(1, "Steps of the discriminator in a round.", ge=1, le=100)
    generator_steps: int = option(1, "Steps of the generator in a round.", ge=1, le=100)
    average: float = option(
        10_000.0, "Half-life of the generator's running average, in pictures; 0: no average.", ge=0, le=1e9
    )
    r1: float | None = option(
        None, "Weight of the gradient penalty on reals (R1, Mescheder 2018); without it the loss's own.", ge=0, le=1e6
    )
    r2: float | None = option(None, "Weight of the same on fakes (R2); without it the loss's own.", ge=0, le=1e6)
    gradient: float | None = option(
        None, "Weight of WGAN-GP's penalty between both (Gulrajani 2017); without it the loss's own.", ge=0, le=1e6
    )
    penalty_size: int = option(
        0,
        "Side of the pictures that r1 and r2 are meant for; they grow with larger ones. 0: they don't.",
        ge=0,
        le=8192,
    )
    penalty_growth: float = option(
        2.0, "Power of the side with which they grow from penalty_size: 2 goes with the number of pixels.", ge=0, le=8
    )
    penalty_final: float = option(
        1.0, "Factor that r1 and r2 come down to by the end of the run, along a cosine; 1 keeps them.", ge=0, le=1
    )
    penalty_every: int = option(
        1, "Rounds from one penalty to the next, weighted up to make good for it.", ge=1, le=1000
    )
    path_length: float = option(
        0.0,
        "Weight of a smooth space of styles (Karras 2020; 2 there), for generators that have one; 0: none.",
        ge=0,
        le=1000,
    )
    path_every: int = option(4, "Rounds from one such step to the next.", ge=1, le=1000)
    instance_noise: float = option(
        0.0,
        "Noise on whatever the discriminator sees, at the start; it fades to 0 (pixels reach from -1 to 1).",
        ge=0,
        le=10,
    )
    noise_until: float = option(0.5, "Share of the run at which that noise is gone.", ge=0.001, le=1)
    spectral_norm: bool = option(
        False, "Bound the discriminator's layers by their largest singular value (Miyato 2018)."
    )
    freeze: int = option(
        0, "With --from: layers of the discriminator, from the pixels on, that stay as they are (Mo 2020).", ge=0, le=64
    )
    skip_below: float = option(
        0.0,
        "Leave the discriminator's step out while its loss is below this: the lesson's cure for a strong one.",
        ge=0,
        le=10,
    )


class AugmentOptions(Options):
    """The part `augment`: what happens to whatever the discriminator sees, real or fake."""

    augment: Literal["none", "diffaugment", "ada"] = option(
        "none", "None, always (Zhao 2020), or as much as the discriminator overfits (Karras 2020).", basic=True
    )
    policy: list[str] | None = option(
        None,
        "Changes to make: colour, translation, cutout, flip, rotate90, scale, rotate; without it those of the kind.",
    )
    probability: float = option(1.0, "Probability of each change; with ada the start is 0.", ge=0, le=1)
    rise: float = option(
        0.0, "diffaugment: share of the run over which the probability rises from 0; 0: at once.", ge=0, le=1
    )
    target: float = option(0.6, "ada: share of signs of the discriminator on reals that is aimed at.", ge=-1, le=1)
    ceiling: float = option(0.8, "ada: the highest probability; above it changes leak into the pictures.", ge=0, le=1)
    speed: int = option(500_000, "ada: pictures over which the probability could go from 0 to 1.", ge=1000, le=10**9)


class HealthOptions(Options):
    """The part `health`: watching a run and mending it."""

    remedy: Literal["off", "warn", "act"] = option(
        "warn", "What to do about trouble: nothing, say it, or act: augment, penalise, roll back and halve the rates."
    )
    look_every: int = option(0, "Pictures from one look at the health to the next; 0 chooses.", ge=0, le=10**9)


class KeepOptions(Options):
    """The part `keep`: what a run leaves on disk."""

    sheet: str = option("8x4", "Pictures across and down a sample sheet.")
    sheet_every: int = option(0, "Pictures seen from one sheet to the next; 0 chooses.", ge=0, le=10**10)
    checkpoints: int = option(3, "Latest checkpoints to keep, beside the best.", ge=1, le=1000)
    checkpoint_every: float = option(
        45.0, "Seconds from one checkpoint to the next; when they are written changes nothing in a run.", ge=0, le=1e6
    )
    tensorboard: bool = option(False, "Write TensorBoard files too (needs the package tensorboard).")
