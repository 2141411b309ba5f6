"""The discriminator of FastGAN, which also learns to draw again what it saw (Liu et al. 2021, section 3.2).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss, pad
from torch.nn.utils.parametrizations import spectral_norm

from gancraft import DataShape, Discriminator, Random, halved, size_chain
from gancraft_fastgan import FastganDiscriminatorOptions, Norm
from gancraft_fastgan.decoder import Corner, Decoder, Sight
from gancraft_fastgan.layers import SEES, Size, convolution, norm_layer, widths_of

STEM = 6  # level of 256 pixels: larger pictures are halved by strided convolutions first
SLOPE = 0.2  # of leaky ReLU


class FastganDiscriminator(Discriminator):
    """Pictures NCHW in [-1, 1] -> logits, as many for each picture as it judges parts.

    Reals are drawn again from its last two maps: the whole picture from the last, a corner of it from the same corner of the
    one before. The paper compares them by a network that was trained on other pictures; here it is the mean absolute
    difference, which needs none. At the default settings its layers are those of the authors' code, which has two things
    more: gates between maps as in the generator, and a second, smaller discriminator of the picture at 128 pixels, with a
    decoder of its own. Raises UsageError for sides below 8 pixels, and for points.
    """

    options: FastganDiscriminatorOptions

    def __init__(self, options: FastganDiscriminatorOptions, shape: DataShape):
        super().__init__(options, shape)
        self.together = 0 if options.norm == "batch" else 1
        self.sizes = size_chain(shape)
        top = len(self.sizes) - 1
        # The last map has about 8 pixels, of which 4x4 are judged at a time; 4 where parts would be too small to judge.
        self.last = 1 if options.patches and top >= 3 else 0
        widths = widths_of(SEES, top + 1, options.width, options.max_width)
        self.stem = _stem(shape.channels, widths, options.norm)
        self.blocks = nn.ModuleList(
            Down(widths[level + 1], widths[level], options.norm)
            for level in range(min(top, STEM) - 1, self.last - 1, -1)
        )
        size = self.sizes[self.last]
        kernel = (min(4, size[0]), min(4, size[1])) if options.patches else size
        channels = widths[0]
        self.mixed = _layer(widths[self.last], channels, 1, options.norm)
        self.logits = _bound(channels, 1, kernel)
        self.label = nn.Embedding(shape.classes, channels) if shape.classes else None
        if self.label is not None:
            nn.init.normal_(self.label.weight, 0, 0.02)
        self.decoders, self.sights = nn.ModuleList(), []
        if options.reconstruction:
            self.sights = [Sight(self.sizes, self.last), Corner(self.sizes, self.last + 1)]
            norm: Norm = "batch" if options.norm == "batch" else "group"
            self.decoders.extend(
                Decoder(widths[self.last + i], shape.channels, sight.sizes, options.width, norm)
                for i, sight in enumerate(self.sights)
            )

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, those of a picture in a row; labels_N in 0 ... classes - 1 where there are classes, which are met by
        projection (Miyato & Koyama 2018, equation 4)."""
        h_NCHW = self.mixed(self.maps(x_NCHW)[-1])
        logits_N1HW = self.logits(h_NCHW)
        if self.label is not None:
            known_N = (self.label(labels_N) * h_NCHW.mean((2, 3))).sum(1)
            logits_N1HW = logits_N1HW + known_N[:, None, None, None]
        return logits_N1HW.flatten()

    def maps(self, x_NCHW: Tensor) -> list[Tensor]:
        """What it sees of pictures, the smallest map last."""
        maps = [self.stem(x_NCHW)]
        for block in self.blocks:
            maps.append(block(maps[-1]))
        return maps

    def auxiliary(self, real: Tensor, random: Random) -> Mapping[str, Tensor]:  # type: ignore[override]
        """How far the pictures that are drawn again are from the real ones (equation 4), for the whole and for a corner."""
        if not self.decoders:
            return {}
        losses = []
        for h_NCHW, sight, draw in zip(self.maps(real)[:-3:-1], self.sights, self.decoders, strict=True):
            seen_NCHW, real_NCHW = sight(h_NCHW, real, random)
            losses.append(l1_loss(draw(seen_NCHW).float(), real_NCHW))
        return {"reconstruction": self.options.reconstruction * torch.stack(losses).sum()}

    def lower(self) -> Sequence[nn.Module]:
        return [self.stem, *self.blocks]


class Down(nn.Module):
    """A map of half the size: the mean of two ways there, one of which has no 3x3 convolution (Figure 4)."""

    def __init__(self, inputs: int, outputs: int, norm: Norm):
        super().__init__()
        self.main = nn.Sequential(_layer(inputs, outputs, 4, norm), _layer(outputs, outputs, 3, norm))
        self.direct = _layer(inputs, outputs, 1, norm)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return (self.main(x_NCHW) + self.direct(halved(x_NCHW))) / 2


class _Halving(nn.Module):
    """Strided 4x4 convolution; of an odd side s it leaves (s + 1) / 2."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.convolve = _bound(inputs, outputs, 4, 2, 1)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        height, width = x_NCHW.shape[-2:]
        return self.convolve(pad(x_NCHW, (0, width % 2, 0, height % 2)))


def _stem(channels: int, widths: Sequence[int], norm: Norm) -> nn.Sequential:
    """From the picture to its first map, of 256 pixels at most."""
    top = len(widths) - 1
    layers = [_layer(channels, widths[min(top, STEM)], 3, "none")] if top <= STEM else []
    for level in range(top - 1, STEM - 1, -1):
        inputs = channels if level == top - 1 else widths[level + 1]
        layers.append(_layer(inputs, widths[level], 4, "none" if level == top - 1 else norm))
    return nn.Sequential(*layers)


def _layer(inputs: int, outputs: int, kernel: int, norm: Norm) -> nn.Sequential:
    """kernel 4 halves the size."""
    convolve = _Halving(inputs, outputs) if kernel == 4 else _bound(inputs, outputs, kernel, padding=kernel // 2)
    return nn.Sequential(convolve, norm_layer(norm, outputs), nn.LeakyReLU(SLOPE))


def _bound(inputs: int, outputs: int, kernel: int | Size, stride: int = 1, padding: int = 0) -> nn.Module:
    """Convolution with a largest singular value of 1 (Miyato et al. 2018)."""
    return spectral_norm(convolution(inputs, outputs, kernel, stride, padding))
