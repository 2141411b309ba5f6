"""A pyramid of octaves: a picture, and smaller ones that are enlarged and added to it, each half the size of the one before.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad


def seen(gradient_NCHW: Tensor, octaves: int) -> list[Tensor]:
    """A picture's gradient as every octave's coefficients see it, the finest first."""
    found = [gradient_NCHW]
    while len(found) < octaves:
        found.append(avg_pool2d(_smooth(found[-1]), 2, ceil_mode=True))
    return found


def summed(octaves: Sequence[Tensor]) -> Tensor:
    """What a move of every octave's coefficients, the finest first, moves in the picture."""
    *finer, total_NCHW = octaves
    for octave_NCHW in reversed(finer):
        enlarged_NCHW = interpolate(total_NCHW, octave_NCHW.shape[-2:], mode="bilinear")
        total_NCHW = _smooth(enlarged_NCHW) + octave_NCHW
    return total_NCHW


def _smooth(x_NCHW: Tensor) -> Tensor:
    """Under the binomial filter of 3 x 3. With means and bilinear enlarging alone, coarse steps have corners: strokes become
    stairs along the rows and columns."""
    return avg_pool2d(avg_pool2d(pad(x_NCHW, (1, 1, 1, 1), mode="replicate"), 2, 1), 2, 1)
