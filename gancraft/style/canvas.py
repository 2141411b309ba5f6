"""The picture that is being painted: its pixels, its optimiser, and the running average of its iterates.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gancraft.style.adam import Adam, PyramidAdam
from gancraft.style.lbfgs import PyramidLbfgs

CALM = 0.5  # largest decay of the average with L-BFGS, whose iterates don't shake: more of it only lags behind


class Canvas:
    """Pixels under an optimiser. `step(loss)` makes one iteration; `grow` carries all state to a larger size."""

    def __init__(
        self,
        start_NCHW: Tensor,
        *,
        optimiser: str,
        learning_rate: float,
        average: float,
        octaves: int = 1,
        finest: float = 1.0,
    ):
        """optimiser: "adam" or "lbfgs"; learning_rate: of Adam; average: decay of the running average of the iterates,
        0 for none; octaves: of the pyramid that Adam works in, 1 for plain pixels; finest: see `PyramidAdam`."""
        self.decay = average if optimiser == "adam" else min(average, CALM)
        self.optimiser: Adam | PyramidAdam | PyramidLbfgs
        if optimiser == "lbfgs":
            self.optimiser = PyramidLbfgs(start_NCHW)
        elif octaves == 1:
            self.optimiser = Adam(start_NCHW, learning_rate)
        else:
            self.optimiser = PyramidAdam(start_NCHW, learning_rate, octaves, finest)
        self._show(start_NCHW)

    def _show(self, x_NCHW: Tensor) -> None:
        """Start from these pixels, with a new average."""
        self.x_NCHW = x_NCHW.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        # The sum and its weight separately, so that the average is unbiased from the first step on.
        self.sum_NCHW = torch.zeros_like(self.x_NCHW, requires_grad=False)
        self.weight = torch.zeros((), device=x_NCHW.device)

    def set_rate(self, rate: float) -> None:
        """Change Adam's step size from the next step on; L-BFGS finds its own."""
        if not isinstance(self.optimiser, PyramidLbfgs):
            self.optimiser.rate.fill_(rate)

    def step(self, loss: Callable[[Tensor], Tensor]) -> None:
        """One iteration against `loss`, a function of the picture; then pixels are clamped and averaged."""
        if self.x_NCHW.grad is not None:
            self.x_NCHW.grad.zero_()
        with torch.enable_grad():
            loss(self.x_NCHW).backward()
        assert self.x_NCHW.grad is not None
        self.optimiser.step(self.x_NCHW, self.x_NCHW.grad)
        with torch.no_grad():
            self.x_NCHW.clamp_(0, 1)
            self.sum_NCHW.mul_(self.decay).add_(self.x_NCHW, alpha=1 - self.decay)
            self.weight.mul_(self.decay).add_(1 - self.decay)

    @property
    def picture_NCHW(self) -> Tensor:
        """What is shown and saved: the average of the iterates."""
        if float(self.weight) == 0:
            return self.x_NCHW.detach().clone()
        return (self.sum_NCHW / self.weight).clamp(0, 1)

    def grow(self, fit: Callable[[Tensor], Tensor]) -> None:
        """Go on at another size, from the average, with plain Adam's moments carried over (Crowson 2020).

        fit: how a tensor of pixels comes to the new size.
        """
        self._show(fit(self.picture_NCHW).clamp(0, 1))
        self.optimiser.grow(fit)
