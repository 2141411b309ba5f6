"""Optical flow by a trained network, torchvision's RAFT (Teed & Deng 2020), where its weights lie on this machine already.

Shape suffixes: N = pairs, C = channels, H, W = height, width; pictures are sRGB in [0, 1], flows N2HW in pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from gancraft.errors import UsageError
from gancraft.style.film.flow import resized_flow

STRIDE, LEAST = 8, 128  # sides are multiples of the one, and no smaller than the other
_UPDATES = 12  # of the flow, a picture


def weights_here() -> tuple[Callable[..., Any], Path] | None:
    """The best model whose weights are in torch's folder of downloads, and their file; None where there are none."""
    for make, file in _known():
        if file.is_file():
            return make, file
    return None


def raft_flow(device: torch.device) -> Callable[[Tensor, Tensor], Tensor]:
    """A function that gives the flow from each first picture to its second. Raises UsageError without weights, or where
    they are damaged."""
    found = weights_here()
    if found is None:
        files = " or ".join(str(file) for _, file in _known())
        raise UsageError(f"--flow: this network's weights aren't here ({files}); choose classic, or put them there")
    make, file = found
    network = make(weights=None)
    try:
        network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except Exception as error:  # half a download raises a dozen types
        raise UsageError(f"--flow: {file} is damaged; delete it, or choose classic") from error
    network = network.to(device).eval()

    @torch.no_grad()
    def flow(first_NCHW: Tensor, second_NCHW: Tensor) -> Tensor:
        height, width = first_NCHW.shape[-2:]
        high, wide = (max(LEAST, -(-side // STRIDE) * STRIDE) for side in (height, width))
        pair = [
            interpolate(x_NCHW, (high, wide), mode="bilinear", align_corners=False) * 2 - 1
            for x_NCHW in (first_NCHW, second_NCHW)
        ]
        last: Tensor = network(*pair, num_flow_updates=_UPDATES)[-1]
        return resized_flow(last, width, height)

    return flow


def _known() -> list[tuple[Callable[..., Any], Path]]:
    from torchvision.models import optical_flow as models

    folder = Path(torch.hub.get_dir()) / "checkpoints"
    large, small = models.Raft_Large_Weights.DEFAULT, models.Raft_Small_Weights.DEFAULT
    return [
        (make, folder / weights.url.rpartition("/")[2])
        for make, weights in ((models.raft_large, large), (models.raft_small, small))
    ]
