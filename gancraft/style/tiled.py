"""The objective tile by tile, in two passes: what the losses need of the whole picture is summed first, without gradients;
then each tile is gone through again and given the gradient of that sum. The same loss and gradient as in one piece, up to
rounding, in the memory of one tile.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gancraft.style.matching import added
from gancraft.style.objective import Objective


class TiledObjective:
    """Call it as an `Objective`, of several tiles."""

    def __init__(self, objective: Objective):
        self.objective = objective
        self.renew = objective.renew

    def __call__(self, x_NCHW: Tensor) -> dict[str, Tensor]:
        """The objective's parts; only their sum has a gradient, so sum them before `backward`."""
        values_P = _Passes.apply(x_NCHW, self.objective)
        return dict(zip(self.objective.parts, values_P.unbind(), strict=True))


class _Passes(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x_NCHW: Tensor, objective: Objective) -> Tensor:  # type: ignore[override]
        sums = added(objective.gathered(x_NCHW, tile) for tile in objective.tiles)
        leaves = {name: value.detach().requires_grad_(not name.startswith("photo:")) for name, value in sums.items()}
        with torch.enable_grad():
            parts = objective.of_whole(leaves)
            wanted = [name for name, value in leaves.items() if value.requires_grad]
            slopes = torch.autograd.grad(
                parts["style"] + parts["content"], [leaves[name] for name in wanted], allow_unused=True
            )
        slope = {name: value for name, value in zip(wanted, slopes, strict=True) if value is not None}
        nothing = torch.zeros_like(parts["style"])
        values = {name: parts.get(name, nothing).detach() for name in objective.parts}
        gradient_NCHW = torch.zeros_like(x_NCHW)
        for tile, photo in zip(objective.tiles, objective.content, strict=True):
            with torch.enable_grad():
                seen_NCHW = tile.seen.of(x_NCHW).detach().requires_grad_()
                shown_NCHW, features = objective.look_at(seen_NCHW, tile)
                local = objective.local(features, photo, shown_NCHW, tile)
                gathered = objective.gather(features, tile)
                pulled = [(gathered[name] * value).sum() for name, value in slope.items()]
                total = torch.stack([*pulled, *local.values()]).sum()
                (slope_NCHW,) = torch.autograd.grad(total, seen_NCHW)
            tile.seen.of(gradient_NCHW).add_(slope_NCHW)
            values |= {name: values[name] + part.detach() for name, part in local.items()}
            del features, gathered, pulled, total, local
        ctx.save_for_backward(gradient_NCHW)
        return torch.stack([values[name] for name in objective.parts])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (gradient_NCHW,) = ctx.saved_tensors
        return gradient_NCHW * grads[0][0], None
