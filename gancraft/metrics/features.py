"""Features of whole sets of pictures: what distances between sets are measured on.

Shape suffixes: N = pictures, C = channels, H, W = height, width, D = features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gancraft.interfaces import PerceptualNetwork

SIZE = 224  # pixels that pictures are brought to: small ones must be enlarged, or deep layers would see one cell


@dataclass(frozen=True)
class FeatureSpace:
    """A measure: figures are comparable within one space only, so that `title` stands beside every one of them.

    network: x_N3HW float32 sRGB in [0, 1] of `size` x `size` pixels -> features ND. size 0: whatever comes, as it is.
    """

    title: str
    network: Callable[[Tensor], Tensor]
    size: int = SIZE

    def to(self, device: torch.device | str) -> None:
        """Move the network, where it can be moved, into the layout in which convolutions are fastest."""
        move: Any = getattr(self.network, "to", None)
        if move is not None:
            move(device=device, memory_format=torch.channels_last)


class Pooled:
    """Mean over the picture of one layer's activations, as the layer gives them. By default the deepest layer that losses
    look at: of ReLU networks the last activations that still have a place in the picture."""

    def __init__(self, network: PerceptualNetwork, layer: str | None = None):
        self.network = network
        order = list(network.layers)
        self.layer = layer or max(network.style_layers, key=order.index)
        # A plugin may divide activations by a constant, for losses. Published measures don't.
        self.scale = float(getattr(network, "scale", {}).get(self.layer, 1.0))

    def to(self, **place: Any) -> None:
        move: Any = getattr(self.network, "to", None)
        if move is not None:
            move(**place)

    def __call__(self, x_NCHW: Tensor) -> Tensor:
        return self.network(x_NCHW, [self.layer])[self.layer].float().mean((2, 3)) * self.scale


POINTS = FeatureSpace("the points themselves", lambda x_NCHW: x_NCHW.flatten(1), 0)


def set_features(
    space: FeatureSpace, pictures: Iterable[Tensor | np.ndarray], device: torch.device | str = "cpu", batch: int = 0
) -> Tensor:
    """Features of all pictures, ND float32 on the CPU; see `feature_batches`."""
    return torch.cat(list(feature_batches(space, pictures, device, batch)))


@torch.no_grad()
def feature_batches(
    space: FeatureSpace, pictures: Iterable[Tensor | np.ndarray], device: torch.device | str = "cpu", batch: int = 0
) -> Iterator[Tensor]:
    """Features of pictures that come in batches of any size, x_NCHW: uint8, or float in [0, 1], of 1, 3 or 4 channels.

    All are seen as 8-bit RGB files would be: floats rounded, alpha over white. Nothing but a batch is held in memory. batch:
    pictures at a time; 0 chooses.
    """
    space.to(device)
    batch = batch or (4 if torch.device(device).type == "cpu" else 64)  # a processor's caches hold no more (measured)
    for x_NCHW in pictures:
        for start in range(0, len(x_NCHW), batch):
            part_NCHW = torch.as_tensor(np.array(x_NCHW[start : start + batch])).to(device)
            yield space.network(as_seen(part_NCHW, space.size) if space.size else part_NCHW).float().cpu()


def as_seen(x_NCHW: Tensor, size: int) -> Tensor:
    """Pictures (see `feature_batches`) as float32 RGB in [0, 1], of size x size pixels (bilinear, antialiased)."""
    if x_NCHW.dtype != torch.uint8:
        x_NCHW = (x_NCHW.clamp(0, 1) * 255 + 0.5).floor()
    x_NCHW = x_NCHW.float() / 255
    if x_NCHW.shape[1] == 4:
        alpha_N1HW = x_NCHW[:, 3:]
        x_NCHW = x_NCHW[:, :3] * alpha_N1HW + 1 - alpha_N1HW
    x_NCHW = x_NCHW.expand(-1, 3, -1, -1)
    x_NCHW = functional.interpolate(x_NCHW, (size, size), mode="bilinear", antialias=True)
    return x_NCHW.contiguous(memory_format=torch.channels_last)
