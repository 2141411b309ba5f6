"""The generator of FastGAN (Liu et al. 2021, section 3.1).

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, F = features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, glu, leaky_relu

from gancraft import ClassBeside, DataShape, Generator, Random, doubled, size_chain
from gancraft_fastgan import FastganGeneratorOptions, Norm
from gancraft_fastgan.layers import MAKES, Gated, Size, convolution, norm_layer, widths_of

APART, GATES = 4, 4  # a gate reaches a map 16 times as large; there are gates from maps of 4, 8, 16 and 32 pixels


class FastganGenerator(Generator):
    """z_NL -> pictures NCHW in [-1, 1].

    The paper's convolutions have a spectral norm too. In front of a norm it changes nothing but the scale of weights, which
    the norm takes away, and its estimate would be off in an average of weights: it is left out. Raises UsageError for sides
    below 8 pixels, and for points.
    """

    options: FastganGeneratorOptions

    def __init__(self, options: FastganGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        self.sizes = size_chain(shape)
        self.latent_size = options.latent_size
        widths = widths_of(MAKES, len(self.sizes), options.width, options.max_width)
        self.label = ClassBeside(shape.classes, options.latent_size, norm=False) if shape.classes else None
        (height, width), latents = self.sizes[0], options.latent_size * (2 if shape.classes else 1)
        # The dense layer has the weights of the paper's transposed convolution of one pixel.
        self.first = nn.Linear(latents, 2 * widths[0] * height * width, bias=False)
        nn.init.normal_(self.first.weight, 0, 0.02)
        self.first_shape = (2 * widths[0], height, width)
        self.first_norm = norm_layer(options.norm, 2 * widths[0])
        self.blocks = nn.ModuleList(
            Up(
                widths[level - 1],
                widths[level],
                self.sizes[level],
                1 if options.lite or level % 2 == 0 else 2,
                options.norm,
            )
            for level in range(1, len(self.sizes))
        )
        # Below 64 pixels there is no map 16 times as large as another: the smallest acts on the largest.
        self.apart = min(APART, len(self.sizes) - 1)
        gates = min(GATES, len(self.sizes) - self.apart)
        self.gates = nn.ModuleList(Excitation(widths[level], widths[level + self.apart]) for level in range(gates))
        self.pixels = convolution(widths[-1], shape.channels, 3, padding=1)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW in [-1, 1]; labels_N in 0 ... classes - 1 where there are classes. The noise is fixed."""
        return self.draw(z_NL, labels_N)

    def fakes(self, random: Random, n: int, labels_N: Tensor | None = None) -> Tensor:
        return self.draw(self.latent(random, n), labels_N, random)

    def draw(self, z_NL: Tensor, labels_N: Tensor | None = None, random: Random | None = None) -> Tensor:
        """Pictures; with `random` their noise is new."""
        if self.label is not None:
            z_NL = self.label(z_NL, labels_N)
        h_NCHW = self.first(z_NL).unflatten(1, self.first_shape)
        maps = [glu(self.first_norm(h_NCHW), 1)]
        for level, block in enumerate(self.blocks, 1):
            h_NCHW = block(maps[-1], random)
            if 0 <= level - self.apart < len(self.gates):
                h_NCHW = self.gates[level - self.apart](maps[level - self.apart], h_NCHW)
            maps.append(h_NCHW)
        return self.pixels(maps[-1]).tanh()


class Up(nn.Module):
    """A map of twice the size: nearest neighbours, then one or two gated convolutions with noise."""

    def __init__(self, inputs: int, outputs: int, size: Size, convolutions: int, norm: Norm):
        super().__init__()
        self.size = size
        first = NoisyGated(inputs, outputs, size, norm)
        self.layers = nn.ModuleList(
            [first, *(NoisyGated(outputs, outputs, size, norm) for _ in range(convolutions - 1))]
        )

    def forward(self, x_NCHW: Tensor, random: Random | None = None) -> Tensor:
        x_NCHW = doubled(x_NCHW, self.size)
        for layer in self.layers:
            x_NCHW = layer(x_NCHW, random)
        return x_NCHW


class NoisyGated(Gated):
    """Noise comes before the norm, the same for all channels, as strong as is learned: none at the start. In the authors'
    code only blocks of two convolutions have it; here all have, as `lite` networks would have none otherwise."""

    noise: Tensor

    def __init__(self, inputs: int, outputs: int, size: Size, norm: Norm):
        super().__init__(inputs, outputs, norm)
        self.strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise", torch.randn(1, 1, *size))  # of finished pictures, the same every time

    def forward(self, x_NCHW: Tensor, random: Random | None = None) -> Tensor:
        noise_N1HW = self.noise if random is None else random.normal(len(x_NCHW), *self.noise.shape[1:])
        h_NCHW = self.convolve(x_NCHW)
        h_NCHW = h_NCHW + (self.strength * noise_N1HW).to(h_NCHW.dtype)
        return glu(self.norm(h_NCHW), 1)


class Excitation(nn.Module):
    """Skip-layer excitation (equations 1 and 2, Figure 3): a small map, brought to 4x4 and from there to one number for
    each channel of a large map, says how much of that channel goes on."""

    def __init__(self, low: int, high: int):
        super().__init__()
        self.gather, self.scale = convolution(low, high, 4), convolution(high, high, 1)

    def forward(self, low_NCHW: Tensor, high_NCHW: Tensor) -> Tensor:
        h_NC11 = leaky_relu(self.gather(adaptive_avg_pool2d(low_NCHW, 4)), 0.1)
        return high_NCHW * self.scale(h_NC11).sigmoid()
