"""From features of three depths back to a picture.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, pad

# What the encoder is asked for, deep to shallow: layer, its channels, its stride.
LAYERS = (("relu4_1", 256, 8), ("relu3_1", 128, 4), ("relu2_1", 96, 2))
WIDTHS = ((256, 128), (128, 96), (64, 48), (32, 32))  # of the convolutions at each stride


class Decoder(nn.Module):
    """The encoder mirrored: 3x3 convolutions with reflection, nearest neighbours between the stages, so that no stride leaves
    its pattern. Shallower features join where their stride is reached, for crisp edges."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        self.joins = nn.ModuleDict()
        width = LAYERS[0][1]
        for number, widths in enumerate(WIDTHS):
            if 0 < number < len(LAYERS):
                layer, channels, _ = LAYERS[number]
                self.joins[layer] = nn.Conv2d(channels, width, 1)
            stage = nn.Sequential()
            for wide in widths:
                stage.extend([nn.Conv2d(width, wide, 3, padding=1, padding_mode="reflect"), nn.ReLU(inplace=True)])
                width = wide
            self.stages.append(stage)
        self.last = nn.Conv2d(width, 3, 3)

    @property
    def reach(self) -> int:
        """How many pixels around a position it looks at, beside the features' own reach."""
        strides = [LAYERS[0][2] // 2**number for number in range(len(WIDTHS))]
        return sum(2 * stride for stride in strides) + strides[0] + 1

    def forward(self, features: Mapping[str, Tensor]) -> Tensor:
        """A picture in [0, 1], float32."""
        h_NCHW = features[LAYERS[0][0]]
        for number, stage in enumerate(self.stages):
            if number:
                h_NCHW = interpolate(h_NCHW, scale_factor=2.0, mode="nearest")
            if 0 < number < len(LAYERS):
                layer = LAYERS[number][0]
                h_NCHW = h_NCHW + self.joins[layer](features[layer])
            h_NCHW = stage(h_NCHW)
        # In float32, for bfloat16 has fewer steps of brightness than a screen.
        with torch.autocast(h_NCHW.device.type, enabled=False):
            h_NCHW, bias = pad(h_NCHW.float(), (1, 1, 1, 1), mode="reflect"), self.last.bias
            return conv2d(h_NCHW, self.last.weight.float(), bias.float() if bias is not None else None).sigmoid()
