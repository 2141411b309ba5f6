"""What a brush sees of the photo: blurred to its size, and which way things run there.

Shape suffixes: C = channels, H, W = height, width.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

_LUMA = (0.30, 0.59, 0.11)  # shares of red, green and blue in lightness
_NARROW = 3.0  # pixels: wider blurs are done on smaller pictures


def blurred(x_CHW: Tensor, sigma: float) -> Tensor:
    """Gaussian blur; the edge is repeated outside. sigma: in pixels, nothing happens below 0.3. A wide one is done on a smaller
    picture, which takes no longer than a narrow one."""
    if sigma < 0.3:
        return x_CHW
    factor = max(1, int(sigma / _NARROW))
    if factor > 1:
        size = tuple(x_CHW.shape[1:])
        less = tuple(max(1, round(side / factor)) for side in size)
        small = interpolate(x_CHW[None], less, mode="bilinear", antialias=True)[0]
        return interpolate(blurred(small, sigma / factor)[None], size, mode="bilinear")[0]
    reach = math.ceil(3 * sigma)
    steps = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = torch.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    x_C1HW = x_CHW[:, None]
    x_C1HW = conv2d(pad(x_C1HW, (0, 0, reach, reach), mode="replicate"), weights[None, None, :, None])
    return conv2d(pad(x_C1HW, (reach, reach, 0, 0), mode="replicate"), weights[None, None, None, :])[:, 0]


def directions(x_CHW: Tensor, sigma: float) -> Tensor:
    """Along edges, unit vectors (x, y), 2HW; a direction and its opposite are the same.

    Hertzmann takes the normal of the gradient at one pixel, which is any direction where there is little to see. Here it is
    the main axis of the gradients about a place (structure tensor), so that strokes side by side agree.
    """
    light_1HW = (x_CHW * torch.tensor(_LUMA)[:, None, None]).sum(0, keepdim=True)
    right_1HW, down_1HW = gradients(light_1HW)
    tensor_3HW = torch.cat([right_1HW**2, right_1HW * down_1HW, down_1HW**2])
    xx_HW, xy_HW, yy_HW = blurred(tensor_3HW, sigma)
    # The main axis of the gradients lies at half this angle; the edge runs across it.
    angle_HW = 0.5 * torch.atan2(2 * xy_HW, xx_HW - yy_HW) + math.pi / 2
    return torch.stack([angle_HW.cos(), angle_HW.sin()])


def gradients(x_CHW: Tensor) -> tuple[Tensor, Tensor]:
    """Differences to the right and downwards, CHW, between the pixels on either side."""
    wide = pad(x_CHW[None], (1, 1, 1, 1), mode="replicate")[0]
    return (wide[:, 1:-1, 2:] - wide[:, 1:-1, :-2]) / 2, (wide[:, 2:, 1:-1] - wide[:, :-2, 1:-1]) / 2
