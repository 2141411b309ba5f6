"""The growing discriminator. Shape suffixes: N = pictures, C = channels, H, W = height, width, F = features."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from gancraft import DataShape, Discriminator, EqualConv2d, EqualLinear, Stage, halved, minibatch_deviation, size_chain
from gancraft_progressive import ProgressiveOptions
from gancraft_progressive.growth import Grower, schedule, widths_of


class ProgressiveDiscriminator(Discriminator):
    """Pictures of the present stage's size -> logits N (Karras et al. 2018, table 2); it grows as the generator does.

    Only the RGB layers of the present size and of the one below are kept: `grow` drops an older one. Raises UsageError for
    sides below 8 pixels, and for points.
    """

    options: ProgressiveOptions

    def __init__(self, options: ProgressiveOptions, shape: DataShape):
        super().__init__(options, shape)
        self.sizes = size_chain(shape)
        self.widths = widths_of(options, len(self.sizes))
        (height, width), channels = self.sizes[0], self.widths[0]
        self.pixels = nn.ModuleDict({"0": _pixels(shape.channels, channels)})
        self.blocks = nn.ModuleList()  # the newest is the last, and comes first
        self.end = nn.Sequential(EqualConv2d(channels + 1, channels, 3), nn.LeakyReLU(0.2), nn.Flatten())
        self.dense = nn.Sequential(EqualLinear(channels * height * width, channels), nn.LeakyReLU(0.2))
        self.logit = EqualLinear(channels, 1, gain=1)
        self.label = nn.Embedding(shape.classes, channels) if shape.classes else None
        self.label_scale = channels**-0.5
        self.grower = Grower()

    def stages(self, pictures: int) -> Sequence[Stage]:
        """Raises UsageError for shares that don't fit the sizes."""
        return schedule(self.options, self.sizes, pictures)

    def grow(self, stage: int) -> None:
        """Add the block of `stage`, new from torch's default generator, faded out. Raises ValueError for any but the next."""
        self.grower.next(stage, len(self.sizes) - 1)
        outputs, inputs = self.widths[stage - 1 : stage + 1]
        device = self.logit.weight.device
        self.blocks.append(nn.Sequential(*_layer(inputs, inputs), *_layer(inputs, outputs)).to(device))
        self.pixels[str(stage)] = _pixels(self.shape.channels, inputs).to(device)
        if stage > 1:
            del self.pixels[str(stage - 2)]
        self.grower.set(0.0 if self.options.fade_share else 1.0)

    def fade(self, amount: float) -> None:
        self.grower.set(amount)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N. Classes are met by projection (Miyato & Koyama 2018, equation 4)."""
        stage = self.grower.stage
        h_NCHW = self.pixels[str(stage)](x_NCHW)
        for level in range(stage, 0, -1):
            h_NCHW = halved(self.blocks[level - 1](h_NCHW))
            if level == stage:
                h_NCHW = self.grower.blend(self.pixels[str(stage - 1)](halved(x_NCHW)), h_NCHW)
        h_NF = self.dense(self.end(minibatch_deviation(h_NCHW)))
        logits_N = self.logit(h_NF)[:, 0]
        if self.label is None:
            return logits_N
        return logits_N + self.label_scale * (self.label(labels_N) * h_NF).sum(1)


def _pixels(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(EqualConv2d(channels, width, 1), nn.LeakyReLU(0.2))


def _layer(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return EqualConv2d(inputs, outputs, 3), nn.LeakyReLU(0.2)
