"""VGG (Simonyan & Zisserman 2015), SqueezeNet 1.1 (Iandola et al. 2016) and AlexNet (Krizhevsky 2014) as chains of named
layers, with torchvision's weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn
from torchvision import models

from gancraft import PerceptualOptions, SequentialNetwork, calibration_picture
from gancraft_torchvision.weights import load_features, weights_file

Steps = Iterator[tuple[str, nn.Module]]


@dataclass(frozen=True)
class Source:
    """One of torchvision's networks: how it is made, its weights, how its layers are called, what the losses look at."""

    make: Callable[..., nn.Module]
    weights: Any
    staged: bool  # whether layers are named by stage
    content_layers: dict[str, float]
    style_layers: dict[str, float]

    def __call__(self, options: PerceptualOptions) -> SequentialNetwork:
        """Build it. Raises GancraftError where the weights can't be had."""
        with torch.device("meta"):  # the classifier, most of the weights, is never allocated
            features: nn.Sequential = self.make(weights=None).features  # type: ignore[assignment]
        load_features(features, self.weights)
        steps = list(_named(features, staged=self.staged))
        network = SequentialNetwork(
            steps,
            [name for name, _ in steps if name.startswith(("relu", "fire"))],
            content_layers=self.content_layers,
            style_layers=self.style_layers,
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
            pooling=options.pooling,
            first_padding="replicate",
        )
        network.calibrate(calibration_picture())
        return network


def _named(features: nn.Sequential, *, staged: bool) -> Steps:
    """Names as the papers have them: conv4_2, relu4_2, pool4 by stage and place in it, or conv2, relu2 counted through;
    modules of parallel filters are fire2, fire3, …"""
    convolutions = pools = fires = 0
    label = ""
    for step in features:
        if isinstance(step, nn.Conv2d):
            convolutions += 1
            label = f"{pools + 1}_{convolutions}" if staged else str(convolutions)
            yield f"conv{label}", step
        elif isinstance(step, nn.ReLU):
            yield f"relu{label}", step
        elif isinstance(step, nn.MaxPool2d):
            pools += 1
            convolutions = 0 if staged else convolutions
            yield f"pool{pools}", step
        else:
            fires += 1
            yield f"fire{fires + 1}", step


_VGG_STYLE = {f"relu{stage}_1": 1.0 for stage in range(1, 6)}  # Gatys et al. 2016
_SOURCES = {
    "vgg19": Source(models.vgg19, models.VGG19_Weights.IMAGENET1K_V1, True, {"relu4_2": 1.0}, _VGG_STYLE),
    "vgg16": Source(models.vgg16, models.VGG16_Weights.IMAGENET1K_V1, True, {"relu4_2": 1.0}, _VGG_STYLE),
    "squeezenet1_1": Source(
        models.squeezenet1_1,
        models.SqueezeNet1_1_Weights.IMAGENET1K_V1,
        False,
        {"fire3": 1.0},
        {"relu1": 1.0, "fire3": 1.0, "fire5": 1.0, "fire6": 1.0},
    ),
    "alexnet": Source(
        models.alexnet,
        models.AlexNet_Weights.IMAGENET1K_V1,
        False,
        {"relu4": 1.0},
        {"relu1": 1.0, "relu2": 1.0, "relu3": 1.0, "relu4": 1.0, "relu5": 1.0},
    ),
}


def _target(name: str) -> Callable[[PerceptualOptions], SequentialNetwork]:
    source = _SOURCES[name]

    def build(options: PerceptualOptions) -> SequentialNetwork:
        """The network with its published weights."""
        return source(options)

    build.weights = partial(weights_file, source.weights)  # type: ignore[attr-defined]
    return build


vgg19, vgg16, squeezenet1_1, alexnet = map(_target, ("vgg19", "vgg16", "squeezenet1_1", "alexnet"))
