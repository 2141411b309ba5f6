"""The growing discriminator. Shape suffixes: N = pictures, C = channels, H, W = height, width."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from gancraft import CLASS_GROUP, DataShape, EqualConv2d, Stage, class_deviation, halved
from gancraft_progressive import ProgressiveOptions
from gancraft_progressive.ends import Judge, layer
from gancraft_progressive.growth import Grower, schedule

_WEIGHT = 5.0  # of what a class differs by within itself: as one channel of many it hardly counted


class ProgressiveDiscriminator(Judge):
    """Pictures of the present stage's size -> logits N (Karras et al. 2018, table 2); it grows as the generator does.

    Only the RGB layers of the present size and of the one below are kept: `grow` drops an older one. Raises UsageError for
    sides below 8 pixels, and for points.
    """

    options: ProgressiveOptions

    def __init__(self, options: ProgressiveOptions, shape: DataShape):
        super().__init__(options, shape)
        if shape.classes:
            self.together = CLASS_GROUP
        self.pixels = nn.ModuleDict({"0": self._pixels(0)})
        self.blocks = nn.ModuleList()  # the newest is the last, and comes first
        self.grower = Grower()

    def stages(self, pictures: int) -> Sequence[Stage]:
        """Raises UsageError for shares that don't fit the sizes."""
        return schedule(self.options, self.sizes, pictures)

    def grow(self, stage: int) -> None:
        """Add the block of `stage`, new from torch's default generator. Raises ValueError for any but the next."""
        self.grower.next(stage, len(self.sizes) - 1)
        outputs, inputs = self.widths[stage - 1 : stage + 1]
        device = self.logit.weight.device
        block = nn.Sequential(*layer(inputs, inputs, norm=False), *layer(inputs, outputs, norm=False))
        self.blocks.append(block.to(device))
        self.pixels[str(stage)] = self._pixels(stage).to(device)
        if stage > 1:
            del self.pixels[str(stage - 2)]

    def fade(self, amount: float) -> None:
        self.grower.set(amount)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N."""
        stage = self.grower.stage
        h_NCHW = self.pixels[str(stage)](x_NCHW)
        for level in range(stage, 0, -1):
            h_NCHW = halved(self.blocks[level - 1](h_NCHW))
            if level == stage:
                h_NCHW = self.grower.blend(self.pixels[str(stage - 1)](halved(x_NCHW)), h_NCHW)
        return self.verdict(h_NCHW, labels_N)

    def deviation(self, h_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        """Where there are classes, within them: all classes together differ even if each has one picture left."""
        if labels_N is None:
            return super().deviation(h_NCHW, labels_N)
        return class_deviation(h_NCHW, labels_N, _WEIGHT)

    def lower(self) -> Sequence[nn.Module]:
        """The RGB layers, then the blocks from the largest size to the smallest."""
        return self.pixels, *reversed(self.blocks)

    def _pixels(self, level: int) -> nn.Sequential:
        return nn.Sequential(EqualConv2d(self.shape.channels, self.widths[level], 1), nn.LeakyReLU(0.2))
