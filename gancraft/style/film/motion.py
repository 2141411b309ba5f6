"""What connects a frame with the one before: how the picture moved, how far that can be trusted, or that there was a cut.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.style.film.flow import classic_flow
from gancraft.style.film.raft import raft_flow, weights_here
from gancraft.style.film.settings import Flow
from gancraft.style.film.warp import agreement, confidence, softened, warp
from gancraft.style.resize import resize

BINS, SIDE = 8, 64  # levels of each channel, and side of the small picture, of the comparison of colours
# Where `cuts` is 0.5: the mean difference of pixels and the share of new colours above which there is a cut, and the share of
# pixels that can be followed below which there is one.
JUMP, NEW, LOST = 0.1, 0.5, 0.25

FlowBetween = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Motion:
    """back: N2HW, from this frame to the one before; trust: N1HW, 0 to 1."""

    back_N2HW: Tensor
    trust_N1HW: Tensor

    def carried(self, x_NCHW: Tensor) -> Tensor:
        """A picture of the frame before, as it lies in this frame."""
        return warp(x_NCHW, self.back_N2HW, "bicubic").clamp(0, 1)


def flow_of(kind: Flow, device: torch.device) -> tuple[FlowBetween, str]:
    """The function that estimates flows, and what it is called. Raises UsageError where it can't be had."""
    if kind == "raft" or (kind == "auto" and weights_here() is not None):
        return raft_flow(device), "raft"
    return classic_flow, "classic"


@torch.no_grad()
def motion(before_NCHW: Tensor, now_NCHW: Tensor, flow: FlowBetween, cuts: float) -> Motion | None:
    """From the frame before to this one; None after a cut. cuts: from 0, none is seen, to 1, every frame is one."""
    if is_cut(before_NCHW, now_NCHW, cuts):
        return None
    both = flow(torch.cat([now_NCHW, before_NCHW]), torch.cat([before_NCHW, now_NCHW]))
    back, forth = both[:1], both[1:]
    trust_N1HW = softened(confidence(back, forth) * agreement(now_NCHW, before_NCHW, back))
    if float(trust_N1HW.mean()) < 2 * cuts * LOST:
        return None
    return Motion(back, trust_N1HW)


def is_cut(before_NCHW: Tensor, now_NCHW: Tensor, cuts: float = 0.5) -> bool:
    """Whether a new scene begins: pixels differ, and a share of them has colours that the frame before hadn't.

    A pan changes pixels but few colours; a flicker of the light changes all pixels, by little.
    """
    small = [resize(x_NCHW, SIDE, SIDE).clamp(0, 1) for x_NCHW in (before_NCHW, now_NCHW)]
    if cuts == 0 or float((small[0] - small[1]).abs().mean()) < 2 * (1 - cuts) * JUMP:
        return False
    old, new = map(_histogram, small)
    return float((new - old).clamp(min=0).sum()) >= 2 * (1 - cuts) * NEW


def _histogram(x_NCHW: Tensor) -> Tensor:
    """Shares of the pixels in bins of colour, each pixel shared among its two bins a channel, so that a small change of light
    is a small change here."""
    total = torch.zeros(BINS**3)
    places = (x_NCHW[0].flatten(1).cpu() * (BINS - 1)).clamp(0, BINS - 1)
    low = places.floor().clamp(max=BINS - 2)
    part = places - low
    for corner in range(8):
        up = torch.tensor([corner >> 2 & 1, corner >> 1 & 1, corner & 1])[:, None]
        share_P = torch.where(up == 1, part, 1 - part).prod(0)
        index_CP = (low + up).long()
        total.index_add_(0, (index_CP[0] * BINS + index_CP[1]) * BINS + index_CP[2], share_P)
    return total / total.sum()
