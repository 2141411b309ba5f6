"""The base classes of generators and discriminators.

Both speak pictures in [-1, 1]. Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gancraft.interfaces import DataShape, Random, Stage
from gancraft.options import Options

Output = Tensor | tuple[Tensor, ...]  # one picture size, or several, smallest first


class Growing(nn.Module):
    """What generators and discriminators have in common: they may grow while they learn. Most don't."""

    def __init__(self, options: Options, shape: DataShape):
        """shape: of the pictures that are to be made or judged. Raises UsageError for one that isn't possible."""
        super().__init__()
        self.options, self.shape = options, shape

    def stages(self, pictures: int) -> Sequence[Stage]:
        """Stages of a run of that many pictures; a generator and its discriminator must agree."""
        return (Stage(),)

    def grow(self, stage: int) -> None:
        """From the stage before to `stage`; new parameters are found afterwards."""

    def fade(self, amount: float) -> None:
        """Set the amount, 0 to 1, to which what is new has faded in. Keep it in a buffer, so that captured steps see it."""


class Generator(Growing):
    """Makes pictures from latents. Subclasses set `latent_size` and define `forward`."""

    latent_size: int

    def latent(self, random: Random, n: int) -> Tensor:
        """n latents, NL: standard normal unless overridden."""
        return random.normal(n, self.latent_size)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Output:
        """Pictures NCHW in [-1, 1]; a tuple of several sizes, smallest first, where the discriminator sees them all."""
        raise NotImplementedError

    def fakes(self, random: Random, n: int, labels_N: Tensor | None = None) -> Output:
        """n pictures as `forward` gives them, from new latents: what training shows the discriminator. Whatever else is drawn
        for them in training (noise, a second style) comes through `random` too."""
        made: Output = self(self.latent(random, n), labels_N)
        return made

    def reals(self, x_NCHW: Tensor) -> Output:
        """What the discriminator is shown of real pictures: as many sizes, and as large, as `forward` gives now."""
        return x_NCHW

    def picture(self, output: Output) -> Tensor:
        """The picture NCHW, in its full size, of the output of `forward`."""
        x_NCHW = output if isinstance(output, Tensor) else output[-1]
        size = (self.shape.height, self.shape.width)
        if tuple(x_NCHW.shape[-2:]) == size:
            return x_NCHW
        return nn.functional.interpolate(x_NCHW, size, mode="nearest")

    def truncated(self, z_NL: Tensor, truncation: float) -> Tensor:
        """Latents NL nearer to the middle: more typical pictures, less variety. truncation: 1 changes nothing, 0 leaves one
        picture (Brock et al. 2019)."""
        return z_NL * truncation

    def sampled(self, z_NL: Tensor, labels_N: Tensor | None, truncation: float) -> Output:
        """What `forward` gives, nearer to the middle by `truncation`."""
        made: Output = self(z_NL if truncation == 1 else self.truncated(z_NL, truncation), labels_N)
        return made


class Discriminator(Growing):
    """Judges pictures. Subclasses define `forward`.

    together: how many pictures in a row of a batch bear on each other's logits: 1 none but itself, 4 with a minibatch
    deviation over fours, 0 all (batch norm). Where reals and fakes can't touch each other they are judged in one pass.
    """

    together: int = 0

    def forward(self, x: Output, labels_N: Tensor | None = None) -> Tensor:
        """Logits, N (or N times more, where parts of a picture are judged apart): higher is more real. x: pictures NCHW in
        [-1, 1], or several sizes of them, as the generator's `reals` gives them."""
        raise NotImplementedError

    def auxiliary(self, real: Output, random: Random) -> Mapping[str, Tensor]:
        """Terms of its own to minimise on real pictures, as they are shown to it; scalars by name. They teach it to see
        (self-supervision, Liu et al. 2021, section 3.2), whatever the loss."""
        return {}

    def lower(self) -> Sequence[nn.Module]:
        """Its parts from the picture inwards: those that may be kept as they are when it learns another set (FreezeD, Mo et
        al. 2020)."""
        return ()


@torch.no_grad()
def make(generator: Generator, z_NL: Tensor, labels_N: Tensor | None = None, truncation: float = 1.0) -> Tensor:
    """Pictures of these latents, NCHW float32, about [-1, 1], full size, by the generator in evaluation mode. truncation:
    below 1 nearer to the middle, more typical."""
    was_training = generator.training
    generator.eval()
    try:
        return generator.picture(generator.sampled(z_NL, labels_N, truncation)).float()
    finally:
        generator.train(was_training)
