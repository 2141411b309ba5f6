"""How much a film flickers: the temporal error of Ruder, Dosovitskiy & Brox 2016, by an estimated flow.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from gancraft.style.film.flow import classic_flow
from gancraft.style.film.motion import FlowBetween, motion


@torch.no_grad()
def flicker(painted: Sequence[Tensor], shown: Sequence[Tensor], flow: FlowBetween = classic_flow) -> float:
    """Root mean square difference of each painted frame from the one before it carried along the motion, over all pixels
    whose motion is trusted; 0 where nothing flickers, in units of the range.

    painted: NCHW each; shown: the film's own frames, of the same size, by which the motion is told. A pair with a cut
    between, or without anything that can be followed, isn't counted.
    """
    errors = []
    for (before, now), (was, became) in zip(pairwise(shown), pairwise(painted), strict=True):
        moved = motion(before, now, flow, 0.5)
        if moved is None or not float(moved.trust_N1HW.sum()):
            continue
        apart = (became - moved.carried(was)).square().mean(1, keepdim=True)
        errors.append((apart * moved.trust_N1HW).sum() / moved.trust_N1HW.sum())
    return float(torch.stack(errors).mean().sqrt()) if errors else 0.0
