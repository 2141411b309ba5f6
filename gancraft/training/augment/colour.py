"""Brightness, saturation and contrast, as one affine map of the pixels.

Shape suffixes: N = pictures, C = channels, H, W = height, width; 1 = a length of one.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def recolour(x_NCHW: Tensor, amounts: Mapping[str, Tensor]) -> Tensor:
    """Zhao et al. 2020, for pixels in [-1, 1]: brightness moves by ±0.5, then saturation is multiplied by 0 to 2, then
    contrast by 0.5 to 1.5 around the picture's mean. Grey keeps its saturation, the fourth channel (alpha) keeps all.

    amounts: N1 in [-0.5, 0.5), 0 for no change.
    """
    if x_NCHW.shape[1] == 4:
        return torch.cat([recolour(x_NCHW[:, :3], amounts), x_NCHW[:, 3:]], 1)
    grey_N1HW = x_NCHW.mean(1, keepdim=True)
    mean_N111 = grey_N1HW.mean((2, 3), keepdim=True)
    brightness, saturation, contrast = (
        amounts[name].to(x_NCHW.dtype)[..., None, None] for name in ("brightness", "saturation", "contrast")
    )
    # contrast((x + b - g - b) * s + g + b): the greys g and the mean m go through the saturation unchanged, so that
    # all three are x * factor + offset, and the pictures are read and written once.
    contrast, saturation = 1 + contrast, 1 + 2 * saturation
    if x_NCHW.shape[1] == 1:
        saturation = torch.ones_like(saturation)
    offset_N1HW = contrast * (1 - saturation) * grey_N1HW + ((1 - contrast) * mean_N111 + brightness)
    return torch.addcmul(offset_N1HW, x_NCHW, contrast * saturation)
