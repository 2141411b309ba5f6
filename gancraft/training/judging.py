"""Pictures of one size or of several, and what a discriminator says of reals and fakes.

Shape suffixes: N = pictures of the batch, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gancraft.models import Discriminator, Output


def judged(
    discriminator: Discriminator, real: Output, fake: Output, labels_N: Tensor | None, apart: bool
) -> tuple[Tensor, Tensor]:
    """Logits of reals and of fakes, each N. In one pass, which is quicker, where they don't bear on each other and no
    penalty would have to go back through both."""
    n, together = len(as_list(real)[0]), discriminator.together
    if apart or together == 0 or n % together or n != len(as_list(fake)[0]):
        return discriminator(real, labels_N).float(), discriminator(fake, labels_N).float()
    both = [torch.cat(pair) for pair in zip(as_list(real), as_list(fake), strict=True)]
    twice_N = None if labels_N is None else torch.cat([labels_N, labels_N])
    logits_N = discriminator(both[0] if isinstance(real, Tensor) else tuple(both), twice_N).float()
    real_N, fake_N = logits_N.chunk(2)
    return real_N, fake_N


def as_list(x: Output) -> Sequence[Tensor]:
    return [x] if isinstance(x, Tensor) else list(x)


def each(x: Output, change: Callable[[Tensor], Tensor]) -> Output:
    return change(x) if isinstance(x, Tensor) else tuple(change(part) for part in x)


def floats(x: Output) -> Output:
    return each(x, lambda part: part.float())


def separation(real_N: Tensor, fake_N: Tensor) -> Tensor:
    """P(D(real) > D(fake)), over pairs of the batch: 0.5 cannot tell, 1 tells always. Shifting all logits changes nothing."""
    return (real_N > fake_N).float().mean()
