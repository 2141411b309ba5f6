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
    """One of torchvision's networks: how it is made, its weights, how its steps are called, what the losses look at."""

    make: Callable[..., nn.Module]
    weights: Any
    names: Callable[[nn.Sequential], Steps]
    content_layers: dict[str, float]
    style_layers: dict[str, float]

    def __call__(self, options: PerceptualOptions) -> SequentialNetwork:
        """Build it. Raises GancraftError where the weights can't be had."""
        with torch.device("meta"):  # the classifier, most of the weights, is never allocated
            features: nn.Sequential = self.make(weights=None).features  # type: ignore[assignment]
        load_features(features, self.weights)
        steps = list(self.names(features))
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


def _plain(features: nn.Sequential) -> Steps:
    """Names of a chain of convolutions and pools, as the papers have them: conv4_2, relu4_2, pool4."""
    stage, index = 1, 0
    for step in features:
        if isinstance(step, nn.Conv2d):
            index += 1
            yield f"conv{stage}_{index}", step
        elif isinstance(step, nn.ReLU):
            yield f"relu{stage}_{index}", step
        else:
            yield f"pool{stage}", step
            stage, index = stage + 1, 0


def _by_convolution(features: nn.Sequential) -> Steps:
    """AlexNet's names count convolutions only: conv1 … conv5."""
    index = pools = 0
    for step in features:
        if isinstance(step, nn.Conv2d):
            index += 1
            yield f"conv{index}", step
        elif isinstance(step, nn.ReLU):
            yield f"relu{index}", step
        else:
            pools += 1
            yield f"pool{pools}", step


def _fire(features: nn.Sequential) -> Steps:
    """SqueezeNet: relu1, then fire2 … fire9, each the output of a module of parallel filters."""
    fire = 1
    pools = 0
    for step in features:
        if isinstance(step, nn.Conv2d):
            yield "conv1", step
        elif isinstance(step, nn.ReLU):
            yield "relu1", step
        elif isinstance(step, nn.MaxPool2d):
            pools += 1
            yield f"pool{pools}", step
        else:
            fire += 1
            yield f"fire{fire}", step


_VGG_STYLE = {f"relu{stage}_1": 1.0 for stage in range(1, 6)}  # Gatys et al. 2016
_SOURCES = {
    "vgg19": Source(models.vgg19, models.VGG19_Weights.IMAGENET1K_V1, _plain, {"relu4_2": 1.0}, _VGG_STYLE),
    "vgg16": Source(models.vgg16, models.VGG16_Weights.IMAGENET1K_V1, _plain, {"relu4_2": 1.0}, _VGG_STYLE),
    "squeezenet1_1": Source(
        models.squeezenet1_1,
        models.SqueezeNet1_1_Weights.IMAGENET1K_V1,
        _fire,
        {"fire3": 1.0},
        {"relu1": 1.0, "fire3": 1.0, "fire5": 1.0, "fire6": 1.0},
    ),
    "alexnet": Source(
        models.alexnet,
        models.AlexNet_Weights.IMAGENET1K_V1,
        _by_convolution,
        {"relu4": 1.0},
        {"relu1": 1.0, "relu2": 1.0, "relu3": 1.0, "relu4": 1.0, "relu5": 1.0},
    ),
}


def _target(name: str) -> Callable[[PerceptualOptions], SequentialNetwork]:
    source = _SOURCES[name]

    def build(options: PerceptualOptions) -> SequentialNetwork:
        return source(options)

    build.weights = partial(weights_file, source.weights)  # type: ignore[attr-defined]
    return build


vgg19, vgg16, squeezenet1_1, alexnet = map(_target, ("vgg19", "vgg16", "squeezenet1_1", "alexnet"))
