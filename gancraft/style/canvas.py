"""The picture that is being painted: its pixels, its optimiser, and the running average of its iterates.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gancraft.style.resize import resize

LBFGS_HISTORY = 20


class Canvas:
    """Pixels under an optimiser. `step(loss)` makes one iteration; `grow` carries all state to a larger size."""

    def __init__(self, start_NCHW: Tensor, *, optimiser: str, learning_rate: float, average: float):
        """average: decay of the exponential running average of iterates, 0 for none."""
        self.optimiser_name, self.learning_rate, self.decay = optimiser, learning_rate, average
        device = start_NCHW.device
        self.x_NCHW = start_NCHW.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        # The sum and its weight separately, so that the average is unbiased from the first step on.
        self.sum_NCHW = torch.zeros_like(self.x_NCHW, requires_grad=False)
        self.weight = torch.zeros((), device=device)
        # A tensor, so that a captured graph reads the value of the day.
        self.rate = torch.tensor(learning_rate, device=device)
        self.optimiser = self._make_optimiser()

    def _make_optimiser(self) -> torch.optim.Optimizer:
        if self.optimiser_name == "lbfgs":
            return torch.optim.LBFGS(
                [self.x_NCHW],
                lr=1.0,
                max_iter=1,
                history_size=LBFGS_HISTORY,
                tolerance_grad=0,
                tolerance_change=0,
                line_search_fn="strong_wolfe",
            )
        on_gpu = self.x_NCHW.is_cuda
        rate = self.rate if on_gpu else self.learning_rate
        return torch.optim.Adam([self.x_NCHW], lr=rate, betas=(0.9, 0.99), capturable=on_gpu)

    def set_rate(self, rate: float) -> None:
        """Change Adam's step size from the next step on; L-BFGS searches for its own."""
        if self.optimiser_name == "lbfgs":
            return
        if self.x_NCHW.is_cuda:
            self.rate.fill_(rate)
        else:
            self.optimiser.param_groups[0]["lr"] = rate

    def step(self, loss: Callable[[Tensor], Tensor]) -> None:
        """One iteration against `loss`, a function of the picture; then pixels are clamped and averaged."""

        def closure() -> Tensor:
            self.optimiser.zero_grad(set_to_none=False)
            with torch.enable_grad():
                value = loss(self.x_NCHW)
            value.backward()
            return value

        self.optimiser.step(closure)  # type: ignore[arg-type]
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

    def grow(self, width: int, height: int) -> None:
        """Go on at another size, from the average, with Adam's moments carried over (Crowson 2020).

        Losses are means, so a pixel's gradient falls with their number: the moments are scaled to fit.
        """
        ratio = self.x_NCHW.shape[-1] * self.x_NCHW.shape[-2] / (width * height)
        start = resize(self.picture_NCHW, width, height).clamp(0, 1)
        old = self.optimiser.state.get(self.x_NCHW, {})
        self.x_NCHW = start.contiguous().requires_grad_()
        self.sum_NCHW = torch.zeros_like(start)
        self.weight.zero_()
        self.optimiser = self._make_optimiser()
        if "exp_avg" in old:
            self.optimiser.state[self.x_NCHW] = {
                "step": old["step"].clone(),
                "exp_avg": resize(old["exp_avg"], width, height) * ratio,
                "exp_avg_sq": resize(old["exp_avg_sq"], width, height).relu() * ratio**2,
            }
