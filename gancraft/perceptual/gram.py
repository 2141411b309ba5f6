"""A layer's Gram matrix by itself, to be looked at: the base of style losses, which have it from their statistics.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor

from gancraft.perceptual.statistics import positions, second_moment_sum

# From nothing over a little to much: paper, vermilion, ink.
_TINTS = np.array([[0.98, 0.97, 0.94], [0.95, 0.72, 0.58], [0.78, 0.25, 0.12], [0.16, 0.09, 0.09]])
_MOST = 0.995  # share of the elements below what is drawn darkest


def gram_matrix(feature_NCHW: Tensor) -> Tensor:
    """How strongly each two channels are active at the same places, CC float32: F F^T / (H W) (Gatys et al. 2016,
    equation 3, as a mean). It has no place in it: the picture's positions in any order give the same."""
    return second_moment_sum(feature_NCHW) / len(positions(feature_NCHW))


def agreement(one_CC: Tensor, other_CC: Tensor) -> float:
    """How far `one` is the matrix `other`: 1 where it is, 0 where it is as far away as an empty one, by squares."""
    return 1 - float((one_CC - other_CC).square().sum() / other_CC.square().sum())


def heat_map(gram_CC: Tensor, side: int) -> np.ndarray:
    """The matrix as a picture of about `side` pixels, HW3 float32: light where two channels are never active together, dark
    where they often are. By square roots, since a few elements are far larger than all others."""
    root_CC = gram_CC.detach().float().cpu().clamp_min(0).sqrt().numpy()
    level_CC = (root_CC / max(float(np.quantile(root_CC, _MOST)), 1e-12)).clip(0, 1)
    places = level_CC * (len(_TINTS) - 1)
    below = np.minimum(places.astype(int), len(_TINTS) - 2)
    share_CC1 = (places - below)[..., None]
    picture_CC3 = (1 - share_CC1) * _TINTS[below] + share_CC1 * _TINTS[below + 1]
    scale = max(1, math.ceil(side / len(picture_CC3)))
    return picture_CC3.repeat(scale, 0).repeat(scale, 1).astype(np.float32)
