"""The discriminator of Projected GANs: a small one for each depth of a frozen network (Sauer et al. 2021).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gancraft import (
    CLASS_GROUP,
    DataShape,
    Discriminator,
    PerceptualNetwork,
    UsageError,
    class_deviation,
    smoothly_doubled,
)
from gancraft_projected import ProjectedOptions
from gancraft_projected.projection import Projection

SLOPE = 0.2  # of leaky ReLU
LAST = 4  # pixels of the map whose places are judged
# Of how much the pictures of a class differ. Without it each class of sample:digits came down to one picture: their pixels
# differed by 0.24 of the data's within a class, by 0.80 with it as it is, by 0.88 times eight (12,000 pictures seen).
DEVIATION = 8.0


class ProjectedDiscriminator(Discriminator):
    """Pictures NCHW in [-1, 1] -> logits, about 16 for each picture and depth.

    Grey pictures are shown as colours; those with alpha over white and over black. Raises UsageError for sides below 8
    pixels, and for points.
    """

    options: ProjectedOptions

    def __init__(self, options: ProjectedOptions, shape: DataShape, network: PerceptualNetwork):
        super().__init__(options, shape)
        self.together = CLASS_GROUP if shape.classes else 1
        if min(shape.height, shape.width) < 8:
            raise UsageError(f"{shape}: this discriminator judges pictures with sides of 8 pixels or more (--size)")
        channels = min(2 * options.width, options.max_width)
        self.projection = Projection(network, _layers(network, options), channels)
        self.doublings = max(0, round(math.log2(options.side / min(shape.height, shape.width))))
        try:
            with torch.no_grad():
                maps = self.projection(self._views(torch.zeros(1, shape.channels, shape.height, shape.width))[0])
        except RuntimeError as error:  # a pool that leaves nothing, for one
            reason = " ".join(str(error).split())[:120]
            raise UsageError(
                f"--discriminator.network {options.network}: can't look at {shape} ({reason}); "
                "a larger --discriminator.side may help"
            ) from error
        self.heads = nn.ModuleList(Head(options, channels, min(h.shape[-2:]), shape.classes) for h in maps)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, those of a picture in a row; labels_N in 0 ... classes - 1 where there are classes, which are met by
        projection (Miyato & Koyama 2018, equation 4), and by how much the pictures of each differ."""
        logits = [
            head(h_NCHW, labels_N)
            for view_NCHW in self._views(x_NCHW)
            for head, h_NCHW in zip(self.heads, self.projection(view_NCHW), strict=True)
        ]
        return torch.cat([part_NCHW.flatten(1) for part_NCHW in logits], 1).flatten()

    def _views(self, x_NCHW: Tensor) -> list[Tensor]:
        """The pictures as the network is shown them, in [0, 1]."""
        x_NCHW = (x_NCHW + 1) / 2
        if x_NCHW.shape[1] == 4:  # before they are doubled, which would blend in colours that nobody sees
            x_NCHW = torch.cat([x_NCHW[:, :3] * x_NCHW[:, 3:], x_NCHW[:, 3:]], 1)
        for _ in range(self.doublings):
            height, width = x_NCHW.shape[-2:]
            x_NCHW = smoothly_doubled(x_NCHW, (2 * height, 2 * width))
        if x_NCHW.shape[1] != 4:
            return [x_NCHW.expand(-1, 3, -1, -1)]
        black_NCHW, alpha_N1HW = x_NCHW[:, :3], x_NCHW[:, 3:]
        return [black_NCHW + 1 - alpha_N1HW, black_NCHW]


class Head(nn.Module):
    """A map NCHW -> logits N1HW of its parts, with spectral norm in all layers (Miyato et al. 2018)."""

    def __init__(self, options: ProjectedOptions, channels: int, side: int, classes: int):
        """side: the shorter one of the map."""
        super().__init__()
        layers: list[Any] = []
        while side > LAST or not layers:
            wider = min(2 * channels if layers else channels, options.max_width)
            halve = side > LAST
            kernel, stride = (4, 2) if halve else (3, 1)
            layers.append(spectral_norm(nn.Conv2d(channels, wider, kernel, stride, 1, bias=False)))
            if options.norm == "group":
                layers.append(nn.GroupNorm(_groups(wider), wider))
            layers.append(nn.LeakyReLU(SLOPE))
            channels, side = wider, side // 2 if halve else side
        self.layers = nn.Sequential(*layers)
        self.logits = spectral_norm(nn.Conv2d(channels + (1 if classes else 0), 1, 3, padding=1))
        self.label = nn.Embedding(classes, channels) if classes else None
        if self.label is not None:
            nn.init.normal_(self.label.weight, 0, 0.02)

    def forward(self, h_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        h_NCHW = self.layers(h_NCHW)
        if self.label is None:
            logits_N1HW: Tensor = self.logits(h_NCHW)
            return logits_N1HW
        assert labels_N is not None
        logits_N1HW = self.logits(class_deviation(h_NCHW, labels_N, DEVIATION))
        known_N = (self.label(labels_N) * h_NCHW.mean((2, 3))).sum(1)
        return logits_N1HW + known_N[:, None, None, None]


def _layers(network: PerceptualNetwork, options: ProjectedOptions) -> list[str]:
    """Those to look at, shallow to deep. Raises UsageError for a network that can't be looked through, or that has fewer."""
    if not isinstance(network, nn.Module):
        raise UsageError(f"--discriminator.network {options.network}: can't be trained through: it is no torch module")
    names = [name for name in network.layers if name in network.style_layers]
    if options.layers > len(names):
        raise UsageError(
            f"--discriminator.layers {options.layers}: network {options.network} has {len(names)} style layers"
        )
    return names[-options.layers :]


def _groups(channels: int) -> int:
    """Of at least 4 channels, at most 16."""
    return next((g for g in (16, 8, 4, 2) if channels % (4 * g) == 0), 1)
