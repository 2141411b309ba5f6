"""Adam for one tensor, its state in the open.

torch's own optimisers import its compiler with their first step, a second of start that a ten-second painting feels, and
hide the state that a canvas carries from level to level.
"""

from __future__ import annotations

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8


class Adam:
    """Kingma & Ba 2015, algorithm 1. All state is tensors on the device, so that a captured graph replays a step.

    rate: scalar tensor, the step size of the day; mean, square: running moments of the gradient, of its shape; taken: steps.
    """

    def __init__(self, like: Tensor, rate: float):
        self.rate = torch.tensor(rate, device=like.device)
        self.mean, self.square = torch.zeros_like(like), torch.zeros_like(like)
        self.taken = torch.zeros((), device=like.device)

    @torch.no_grad()
    def step(self, x: Tensor, gradient: Tensor) -> None:
        """Move `x`, in place, against its gradient."""
        self.taken += 1
        self.mean.lerp_(gradient, 1 - BETA1)
        self.square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        unbiased_mean = self.mean / (1 - BETA1**self.taken)
        unbiased_square = self.square / (1 - BETA2**self.taken)
        x -= self.rate * unbiased_mean / (unbiased_square.sqrt() + EPSILON)
