"""Which shape a picture of `sample:shapes` shows, whatever its colour, place and size.

Shape suffixes: N = pictures, K = classes, C = channels, H, W = height, width, P = cells.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from gancraft.pictures.dataset.shapes import GROUND
from tests.training.learning_helpers import real

CELLS = 12  # a side
REACH = 2.2  # standard deviations from the middle that are looked at


def outlines(x_NCHW: np.ndarray) -> Tensor:
    """Pictures, uint8 or float in [0, 1] -> what isn't ground, moved to the middle and brought to one size, NP."""
    pixels = torch.as_tensor(x_NCHW / 255 if x_NCHW.dtype == np.uint8 else x_NCHW, dtype=torch.float32)
    ground = torch.tensor(GROUND).view(3, 1, 1) / 255
    ink_NHW = (pixels - ground).norm(dim=1)
    ink_NHW = ((ink_NHW - 0.15).clamp(min=0) / ink_NHW.amax((1, 2), keepdim=True).clamp(min=0.3)).clamp(max=1)
    side = ink_NHW.shape[-1]
    places = (torch.arange(side) + 0.5) / side * 2 - 1
    mass_N = ink_NHW.sum((1, 2)).clamp(min=1e-6)
    x_N = (ink_NHW * places).sum((1, 2)) / mass_N
    y_N = (ink_NHW * places[:, None]).sum((1, 2)) / mass_N
    away_NHW = (places - x_N[:, None, None]).square() + (places[:, None] - y_N[:, None, None]).square()
    size_N = ((ink_NHW * away_NHW).sum((1, 2)) / mass_N / 2).sqrt().clamp(min=0.05)
    theta_N23 = torch.zeros(len(ink_NHW), 2, 3)
    theta_N23[:, 0, 0] = theta_N23[:, 1, 1] = REACH * size_N
    theta_N23[:, 0, 2], theta_N23[:, 1, 2] = x_N, y_N
    grid = affine_grid(theta_N23, [len(ink_NHW), 1, CELLS, CELLS], align_corners=False)
    return grid_sample(ink_NHW[:, None], grid, align_corners=False).flatten(1)


@functools.cache
def _centres() -> Tensor:
    """The mean outline of each class, KP."""
    data = real()
    outlines_NP = outlines(data.x_NCHW)
    assert data.labels_N is not None
    labels_N = torch.from_numpy(data.labels_N)
    return torch.stack([outlines_NP[labels_N == label].mean(0) for label in range(len(data.classes))])


def shown(x_NCHW: np.ndarray) -> np.ndarray:
    """The class of each picture: the nearest mean outline, N."""
    return torch.cdist(outlines(x_NCHW), _centres()).argmin(1).numpy()
