"""Colours under full transparency: what a file holds there is junk that must not be painted.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import numpy as np
from PIL import Image


def fill_hidden(rgb_HWC: np.ndarray, alpha_HW: np.ndarray) -> np.ndarray:
    """The picture with colours where alpha is 0 replaced by a smooth continuation of the visible ones around.

    Pull-push (Gortler et al. 1996, "The Lumigraph", section 3.4): means weighted by alpha at ever coarser
    scales, each filling the holes of the finer one. Something must be visible.
    """
    hidden_HW = alpha_HW == 0
    if not hidden_HW.any():
        return rgb_HWC
    filled_HWC = np.clip(_pull_push(rgb_HWC * alpha_HW[..., None], alpha_HW), 0, 1)
    return np.where(hidden_HW[..., None], filled_HWC, rgb_HWC)


def _pull_push(sum_HWC: np.ndarray, weight_HW: np.ndarray) -> np.ndarray:
    """Colour everywhere, from weighted sums of colours and their weights."""
    height, width = weight_HW.shape
    colour_HWC = sum_HWC / np.maximum(weight_HW, 1e-12)[..., None]
    if weight_HW.min() > 0 or (height == 1 and width == 1):
        return colour_HWC
    # Weights saturate, so that a coarse pixel with anything visible in it counts as known.
    coarse_HW = _halved(weight_HW[..., None])[..., 0]
    scale_HW = np.minimum(coarse_HW, 1) / np.maximum(coarse_HW, 1e-12)
    coarser_HWC = _pull_push(_halved(sum_HWC) * scale_HW[..., None], coarse_HW * scale_HW)
    smooth_HWC = np.stack(
        [
            np.asarray(Image.fromarray(channel_HW).resize((width, height), Image.Resampling.BILINEAR))
            for channel_HW in np.moveaxis(coarser_HWC, -1, 0)
        ],
        axis=-1,
    )
    known_HW1 = np.minimum(weight_HW, 1)[..., None]
    return colour_HWC * known_HW1 + smooth_HWC * (1 - known_HW1)


def _halved(sum_HWC: np.ndarray) -> np.ndarray:
    """Sums over blocks of 2 x 2, the last row and column of odd sides included."""
    height, width = sum_HWC.shape[:2]
    even = np.pad(sum_HWC, ((0, height % 2), (0, width % 2), (0, 0)))
    rows = even[0::2] + even[1::2]
    return np.ascontiguousarray(rows[:, 0::2] + rows[:, 1::2])
