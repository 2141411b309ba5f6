"""A fully connected GAN: what one writes first, and what small pictures need no more than.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from gancraft import DataShape, Discriminator, Generator, Random
from gancraft_dcgan import DenseDiscriminatorOptions, DenseGeneratorOptions
from gancraft_dcgan.layers import SLOPE, Judgement, LabelledLatent, check_shape, draw_latent, norm_layer


class DenseGenerator(Generator):
    """z_NL -> pictures NCHW in [-1, 1], through hidden layers of width, 2 width and 4 width units. Raises UsageError for
    sides below 8 pixels, and for points."""

    options: DenseGeneratorOptions

    def __init__(self, options: DenseGeneratorOptions, shape: DataShape):
        check_shape(shape)
        super().__init__(options, shape)
        self.latent_size = options.latent_size
        self.labelled = LabelledLatent(options.latent_size, shape.classes)
        sizes = (self.labelled.size, options.width, 2 * options.width, 4 * options.width)
        layers: list[nn.Module] = []
        for inputs, outputs in zip(sizes, sizes[1:], strict=False):
            norm = norm_layer(options.norm, outputs, flat=True)
            layers += [nn.Linear(inputs, outputs), norm, nn.LeakyReLU(SLOPE)]
        self.body = nn.Sequential(*layers, nn.Linear(sizes[-1], shape.channels * shape.height * shape.width), nn.Tanh())

    def latent(self, random: Random, n: int) -> Tensor:
        return draw_latent(random, self.options.latent, n, self.latent_size)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW in [-1, 1]; labels_N in 0 ... classes - 1 where there are classes."""
        x_NF = self.body(self.labelled(z_NL, labels_N))
        return x_NF.unflatten(1, (self.shape.channels, self.shape.height, self.shape.width))


class DenseDiscriminator(Discriminator):
    """Pictures NCHW in [-1, 1] -> logits N, through hidden layers of width and width / 2 units. Raises UsageError for sides
    below 8 pixels, and for points."""

    def __init__(self, options: DenseDiscriminatorOptions, shape: DataShape):
        check_shape(shape)
        super().__init__(options, shape)
        pixels, second = shape.channels * shape.height * shape.width, options.width // 2
        layers: list[nn.Module] = []
        for inputs, outputs in ((pixels, options.width), (options.width, second)):
            layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(SLOPE), nn.Dropout(options.dropout)]
        self.body = nn.Sequential(*layers)
        self.judgement = Judgement(second, shape.classes, second)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N; labels_N in 0 ... classes - 1 where there are classes."""
        h_NF = self.body(x_NCHW.flatten(1))
        return self.judgement(h_NF, h_NF, labels_N)

    def lower(self) -> Sequence[nn.Module]:
        """Its two hidden layers."""
        return [layer for layer in self.body if isinstance(layer, nn.Linear)]
