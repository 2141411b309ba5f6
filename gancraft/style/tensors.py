"""Between pictures as arrays and pictures as tensors. Suffixes: H, W, C = 3 channels, N = 1."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_tensor(rgb_HWC: np.ndarray) -> Tensor:
    """float32 NCHW of a float32 array in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(rgb_HWC)).permute(2, 0, 1)[None].contiguous()


def to_array(x_NCHW: Tensor) -> np.ndarray:
    """float32 HWC array on the CPU."""
    return x_NCHW.detach()[0].permute(1, 2, 0).float().cpu().contiguous().numpy()
