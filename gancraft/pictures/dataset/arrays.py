"""Pictures that are arrays or Pillow's already, as those of packages are.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from gancraft.pictures.picture import Picture


def from_grey(grey_HW: np.ndarray, name: str) -> Picture:
    """From grey in [0, 1]."""
    return Picture(np.repeat(grey_HW.astype(np.float32)[..., None], 3, axis=-1), name=name)


def from_image(image: Image.Image, name: str) -> Picture:
    """From one of Pillow's, in any mode of 8 bits without alpha."""
    return Picture(np.asarray(image.convert("RGB")).astype(np.float32) / 255, name=name)
