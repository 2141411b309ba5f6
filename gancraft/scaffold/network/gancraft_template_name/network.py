"""The network: a chain of named steps, whose activations style losses are given.

Shape suffixes: N = pictures, C = channels, H, W = height, width; O = filters, I = channels that they look at.
"""

from __future__ import annotations

import gancraft
import torch
from torch import Tensor, nn

from gancraft_template_name import TemplateNameOptions


class TemplateNameNetwork(gancraft.SequentialNetwork):
    """Convolutions with ReLU and pools between them. `layer1` sees colours and edges, `layer3` simple textures."""

    def __init__(self, options: TemplateNameOptions):
        generator = torch.Generator().manual_seed(options.draw)
        steps: list[tuple[str, nn.Module]] = []
        layers: list[str] = []
        channels = 3
        for number in (1, 2, 3):
            if number > 1:
                steps.append((f"pool{number - 1}", nn.AvgPool2d(2, ceil_mode=True)))
            outputs = options.filters * number
            steps.append((f"filters{number}", _filters(channels, outputs, generator)))
            steps.append((f"layer{number}", nn.ReLU()))
            layers.append(f"layer{number}")
            channels = outputs
        super().__init__(
            steps,
            layers,
            content_layers={"layer2": 1.0},  # what the losses look at unless told otherwise
            style_layers=dict.fromkeys(layers, 1.0),
            mean=(0.5, 0.5, 0.5),  # of the colours that the first step expects
            std=(0.25, 0.25, 0.25),
            first_padding="replicate",
            padding="replicate",
        )
        self.calibrate(
            gancraft.calibration_picture()
        )  # activations average 1, so that losses mean what they do elsewhere


def _filters(inputs: int, outputs: int, generator: torch.Generator) -> nn.Conv2d:
    """5x5 filters, drawn so that values keep their scale."""
    convolution = nn.Conv2d(inputs, outputs, 5, padding=2)
    weight_OIHW: Tensor = torch.randn(convolution.weight.shape, generator=generator)
    with torch.no_grad():
        convolution.weight.copy_(weight_OIHW / (25 * inputs) ** 0.5)
        convolution.bias.zero_()  # type: ignore[union-attr]
    return convolution
