"""What is computed in float32 in a network that computes in half precision otherwise."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor


def in_float32(x: Tensor) -> contextlib.AbstractContextManager[Any]:
    """Switches off the half precision of `torch.autocast` on x's device, where it is on; x itself isn't changed."""
    kind = x.device.type
    if kind == "meta" or not torch.is_autocast_enabled(kind):  # meta tensors have no autocast
        return contextlib.nullcontext()
    return torch.autocast(kind, enabled=False)
