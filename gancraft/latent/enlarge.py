"""Small pictures, larger. Shape suffixes: H, W = height, width, C = channels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gancraft.latent.sheet import enlarged

LONG = 512  # pixels that the longer side of a small picture has at least, about, when it is enlarged
PIXEL_ART = 16  # up to this, enlarged pixels look better as squares than blurred


def auto_scale(height: int, width: int) -> int:
    """The whole factor that brings a small picture to about 512 pixels."""
    return max(1, round(LONG / max(height, width)))


def smoothly(x_HWC: np.ndarray, scale: int) -> np.ndarray:
    """Bicubic; tiny pictures by squares. uint8, of 3 channels, or 4 with alpha."""
    height, width = x_HWC.shape[:2]
    if scale == 1 or max(height, width) <= PIXEL_ART:
        return enlarged(x_HWC, scale)
    return np.asarray(Image.fromarray(x_HWC).resize((width * scale, height * scale), Image.Resampling.BICUBIC))
