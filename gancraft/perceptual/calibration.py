"""The picture on which networks' activations are brought to a common scale."""

from __future__ import annotations

import torch
from torch import Tensor

from gancraft.pictures import open_sample, samples

LONG_SIDE = 256


def calibration_picture() -> Tensor:
    """The first bundled photo at 256 pixels, NCHW."""
    photo = open_sample(samples("photo")[0].name)
    factor = LONG_SIDE / max(photo.width, photo.height)
    small = photo.resized(round(photo.width * factor), round(photo.height * factor))
    return torch.from_numpy(small.rgb_HWC).permute(2, 0, 1)[None].contiguous()
