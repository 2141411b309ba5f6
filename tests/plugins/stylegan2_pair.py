"""StyleGAN2's networks, small, for its tests."""

from __future__ import annotations

from typing import Any

import torch
from gancraft_stylegan.discriminator import StyleGan2Discriminator
from gancraft_stylegan.generator import StyleGan2Generator
from gancraft_stylegan.stylegan2_options import StyleGan2GeneratorOptions, StyleGan2Options

from gancraft import DataShape

SMALL = {"width": 4, "max_width": 12, "latent_size": 16}


def pair(shape: DataShape, seed: int = 0, **more: Any) -> tuple[StyleGan2Generator, StyleGan2Discriminator]:
    """Small ones unless told otherwise, as new."""
    torch.manual_seed(seed)
    options = {**SMALL, **more}
    makes = StyleGan2Generator(StyleGan2GeneratorOptions(**options), shape)
    both = {name: value for name, value in options.items() if name in StyleGan2Options.model_fields}
    return makes, StyleGan2Discriminator(StyleGan2Options(**both), shape)


def stirred(shape: DataShape, seed: int = 0, **more: Any) -> tuple[StyleGan2Generator, StyleGan2Discriminator]:
    """The same after some learning: noise, biases and styles count."""
    networks = pair(shape, seed, **more)
    with torch.no_grad():
        for network in networks:
            for name, parameter in network.named_parameters():
                if name.endswith("strength"):
                    parameter.fill_(0.5)
                elif name.endswith("bias"):
                    parameter.add_(torch.randn_like(parameter) * 0.3)
    return networks
