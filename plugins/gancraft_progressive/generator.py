"""The growing generator. Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from gancraft import DataShape, Stage, doubled, halved
from gancraft_progressive import ProgressiveGeneratorOptions
from gancraft_progressive.ends import FromSphere
from gancraft_progressive.growth import Grower, schedule


class ProgressiveGenerator(FromSphere):
    """z_NL -> pictures of the present stage's size, about [-1, 1]: the last layer is linear (Karras et al. 2018, table 2).

    Only the RGB layers of the present size and of the one below are kept: `grow` drops an older one. Raises UsageError for
    sides below 8 pixels, and for points.
    """

    options: ProgressiveGeneratorOptions

    def __init__(self, options: ProgressiveGeneratorOptions, shape: DataShape):
        super().__init__(options, shape)
        self.blocks = nn.ModuleList()
        self.pixels = nn.ModuleDict({"0": self.to_pixels(0)})
        self.grower = Grower()

    def stages(self, pictures: int) -> Sequence[Stage]:
        """Raises UsageError for shares or batches that don't fit the sizes."""
        return schedule(self.options, self.sizes, pictures)

    def grow(self, stage: int) -> None:
        """Add the block of `stage`, new from torch's default generator. Raises ValueError for any but the next."""
        self.grower.next(stage, len(self.sizes) - 1)
        device = self.first.weight.device
        self.blocks.append(self.block(stage).to(device))
        self.pixels[str(stage)] = self.to_pixels(stage).to(device)
        if stage > 1:
            del self.pixels[str(stage - 2)]

    def fade(self, amount: float) -> None:
        self.grower.set(amount)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW; labels_N in 0 ... classes - 1."""
        h_NCHW = self.smallest(z_NL, labels_N)
        stage, below_NCHW = self.grower.stage, h_NCHW
        for size, block in zip(self.sizes[1:], self.blocks, strict=False):
            below_NCHW = h_NCHW
            h_NCHW = block(doubled(h_NCHW, size))
        x_NCHW = self.pixels[str(stage)](h_NCHW)
        if stage == 0:
            return x_NCHW
        return self.grower.blend(doubled(self.pixels[str(stage - 1)](below_NCHW), self.sizes[stage]), x_NCHW)

    def reals(self, x_NCHW: Tensor) -> Tensor:
        """Real pictures at the present size; while new layers fade in, as coarse as the fakes (Figure 2)."""
        for _ in range(len(self.sizes) - 1 - self.grower.stage):
            x_NCHW = halved(x_NCHW)
        if self.grower.stage == 0:
            return x_NCHW
        return self.grower.blend(doubled(halved(x_NCHW), self.sizes[self.grower.stage]), x_NCHW)
