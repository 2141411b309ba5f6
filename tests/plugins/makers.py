"""Networks of the bundled plugins, by settings."""

from __future__ import annotations

from typing import Any

import torch
from gancraft_dcgan import DcganDiscriminatorOptions, DcganGeneratorOptions
from gancraft_dcgan.convolutional import DcganDiscriminator, DcganGenerator
from gancraft_progressive import (
    MultiScaleGeneratorOptions,
    ProgressiveGeneratorOptions,
    ProgressiveOptions,
    WidthOptions,
)
from gancraft_progressive.discriminator import ProgressiveDiscriminator
from gancraft_progressive.generator import ProgressiveGenerator
from gancraft_progressive.multi_scale import MultiScaleDiscriminator, MultiScaleGenerator

from gancraft import DataShape


def dcgan_generator(shape: DataShape, **options: Any) -> DcganGenerator:
    return DcganGenerator(DcganGeneratorOptions(**options), shape)


def dcgan_discriminator(shape: DataShape, **options: Any) -> DcganDiscriminator:
    return DcganDiscriminator(DcganDiscriminatorOptions(**options), shape)


def progressive(
    shape: DataShape, stage: int = 0, seed: int = 0, **more: Any
) -> tuple[ProgressiveGenerator, ProgressiveDiscriminator]:
    """Small ones, grown to a stage."""
    torch.manual_seed(seed)
    options = {"width": 4, "max_width": 12, "latent_size": 16, **more}
    makes = ProgressiveGenerator(ProgressiveGeneratorOptions(**options), shape)
    both = {name: value for name, value in options.items() if name in ProgressiveOptions.model_fields}
    judges = ProgressiveDiscriminator(ProgressiveOptions(**both), shape)
    for following in range(1, stage + 1):
        makes.grow(following)
        judges.grow(following)
    return makes, judges


def multi_scale(
    shape: DataShape, seed: int = 0, latent_size: int = 16, **more: Any
) -> tuple[MultiScaleGenerator, MultiScaleDiscriminator]:
    """Small ones."""
    torch.manual_seed(seed)
    options = {"width": 4, "max_width": 12, **more}
    makes = MultiScaleGenerator(MultiScaleGeneratorOptions(latent_size=latent_size, **options), shape)
    return makes, MultiScaleDiscriminator(WidthOptions(**options), shape)
