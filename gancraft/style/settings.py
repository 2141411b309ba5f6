"""The engine's own settings for painting: what every run has, and what every optimising run has."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from gancraft import defaults
from gancraft.options import Options, option


class StyleSettings(Options):
    """The part `style`: what every method is given."""

    plugin: str = option(defaults.STYLE_METHOD, "Style method to paint with (see `gancraft plugins`).", basic=True)
    network: str = option(defaults.NETWORK, "Perceptual network that the losses look through.")
    size: str | None = option(
        None,
        "Long side in pixels (512), or exact and centre-cropped (512x384). Without it and --scale: 512.",
        basic=True,
    )
    scale: float | None = option(None, "Size as a factor of the content picture's.", ge=0.01, le=16)
    seed: int = option(0, "Seed of everything random.", ge=0, le=2**31 - 1, basic=True)
    device: str = option("auto", "Where to compute: auto, cpu, cuda, cuda:1, mps.")
    precision: Literal["auto", "float32", "bfloat16"] = option(
        "auto", "Arithmetic of the network; auto takes bfloat16 where the processor has it."
    )
    launch: Literal["auto", "eager", "compile"] = option(
        "auto", "How steps are launched: auto captures CUDA graphs; compile pays off over thousands of steps."
    )
    max_megapixels: float = option(
        100.0, "Refuse input pictures with more millions of pixels than this.", ge=0.001, le=10_000
    )


class RunnerOptions(Options):
    """What the engine's runners have in common."""

    style_scale: float = option(
        1.0, "Size of the style pictures against the result: larger gives larger strokes.", ge=0.1, le=8
    )
    colours: Literal["style", "luminance", "oklab", "moments", "transport"] = option(
        "style",
        "Whose colours: the style's; the photo's hues, painted in lightness alone (luminance, or oklab for the eye's); or "
        "the photo's, given to the style before (moments, transport).",
        basic=True,
    )
    memory: str | None = option(
        None,
        "Memory that may be taken in all, as in 4GB or 800MB (of the GPU, on one); larger pictures are painted in tiles, "
        "without seams. Without it: what is free.",
    )

    @field_validator("memory")
    @classmethod
    def _size(cls, value: str | None) -> str | None:
        if value is not None:
            parsed(value)
        return value

    @property
    def memory_bytes(self) -> float:
        """`memory`, in bytes; infinite without it."""
        return math.inf if self.memory is None else parsed(self.memory)


class InstantOptions(RunnerOptions):
    """The part `instant`: the engine's runner for methods that paint at once."""

    strength: float = option(1.0, "From 0, the photo, to 1, all style.", ge=0, le=1, basic=True)


class OptimiseOptions(RunnerOptions):
    """The part `optimise`: the engine's runner for style losses (Gatys et al. 2016, coarse to fine)."""

    strength: float = option(0.5, "From 0, barely touched, to 1, all style.", ge=0, le=1, basic=True)
    iterations: int = option(75, "Steps in all, shared among the levels.", ge=1, le=100_000, basic=True)
    levels: int = option(
        0, "Coarse-to-fine steps, each twice as large as the one before; 0 chooses by size.", ge=0, le=8
    )
    content_weight: float = option(1.0, "Weight of the content loss, on top of the strength.", ge=0, le=1e6)
    style_weight: float = option(1.0, "Weight of the style loss.", ge=0, le=1e6)
    variation_weight: float = option(1.0, "Weight of the total variation loss, which smooths.", ge=0, le=1e6)
    content_layers: list[str] | None = option(
        None, "Layers of the content loss, NAME[:WEIGHT],…; without it the network's own."
    )
    style_layers: list[str] | None = option(
        None, "Layers of the style loss, NAME[:WEIGHT],…; without it the network's own."
    )
    start: Literal["content", "noise", "style", "picture"] = option(
        "content",
        "Start: at the content, in noise, in noise with the style's colours, or at a picture (--start-picture).",
    )
    start_picture: Path | None = option(None, "Picture to start from.")
    optimiser: Literal["auto", "adam", "lbfgs"] = option(
        "auto",
        "Optimiser of the pixels: auto takes L-BFGS, or where the loss is another one at every step, at random points, two "
        "steps of Adam in each.",
    )
    learning_rate: float = option(
        0.03, "Step size of Adam, in units of the pixel range; L-BFGS finds its own.", ge=1e-5, le=1
    )
    average: float = option(
        0.95,
        "Decay of the running average of the iterates that is shown and saved, at most 0.5 with L-BFGS; 0: none.",
        ge=0,
        le=0.9999,
    )


def parsed(size: str) -> float:
    """Bytes of `4GB`, `1.5 G`, `800MB`. Raises ValueError."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])i?B?\s*", size, re.IGNORECASE)
    if found is None:
        raise ValueError("a number with its unit is needed, as in 4GB or 800MB")
    return float(found[1]) * 1000.0 ** ("KMGT".index(found[2].upper()) + 1)
