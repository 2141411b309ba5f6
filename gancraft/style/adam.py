"""Adam for one tensor, its state in the open.

torch's own optimisers import its compiler with their first step, a second of start that a ten-second painting feels, and
hide the state that a canvas carries from level to level.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gancraft.style import pyramid

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8
SHARE = 0.3  # of the step size, for each octave of a pyramid, since steps of all octaves add up


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
        x -= self.rate * self.direction(gradient)

    @torch.no_grad()
    def direction(self, gradient: Tensor) -> Tensor:
        """Count this gradient in; the way to go, about 1 in size, for the step size to scale."""
        self.taken += 1
        self.mean.lerp_(gradient, 1 - BETA1)
        self.square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        unbiased_mean = self.mean / (1 - BETA1**self.taken)
        unbiased_square = self.square / (1 - BETA2**self.taken)
        return unbiased_mean / (unbiased_square.sqrt() + EPSILON)

    def grow(self, fit: Callable[[Tensor], Tensor]) -> None:
        """Go on at another size. fit: how a tensor of pixels comes there. Losses are means, so a pixel's gradient falls with
        their number: the moments are scaled to match."""
        before = self.mean.numel()
        self.mean = fit(self.mean)
        ratio = before / self.mean.numel()
        self.mean = self.mean * ratio
        # Interpolation swings below what it interpolates. Where it left hardly any square, steps would be huge, and there
        # would be specks. No mean of squares is below the square of the mean.
        self.square = torch.maximum(fit(self.square) * ratio**2, self.mean.square())


class PyramidAdam:
    """Adam in the coefficients of a pyramid (of a picture and smaller ones that are enlarged and added to it) rather than in
    pixels, as Kolkin et al. 2019 and 2022 do it.

    Where a step's gradient is that of a few random points, Adam in pixels makes steps of full size at each of them, which
    end as grain. A coarse coefficient hears of many points at once and moves them together. The picture is a sum over the
    octaves, so that its pixels can be moved by what all coefficients would be moved; the coefficients need not be kept.

    finest: what the finest octave, where the grain is, has of the others' step size.
    """

    def __init__(self, like_NCHW: Tensor, rate: float, octaves: int, finest: float = 1.0):
        self.rate, self.finest = torch.tensor(rate, device=like_NCHW.device), finest
        self.octaves = self._begun(like_NCHW, octaves)

    @staticmethod
    def _begun(like_NCHW: Tensor, count: int) -> list[Adam]:
        return [Adam(octave, 0.0) for octave in pyramid.seen(like_NCHW, count)]  # whose own step size isn't in use

    @torch.no_grad()
    def step(self, x_NCHW: Tensor, gradient_NCHW: Tensor) -> None:
        """Move `x`, in place, against its gradient in every octave."""
        seen = pyramid.seen(gradient_NCHW, len(self.octaves))
        ways = [adam.direction(octave) for adam, octave in zip(self.octaves, seen, strict=True)]
        ways[0] *= self.finest
        x_NCHW -= self.rate * SHARE * pyramid.summed(ways)

    def grow(self, fit: Callable[[Tensor], Tensor]) -> None:
        """Begin anew at the size that `fit` gives."""
        self.octaves = self._begun(fit(self.octaves[0].mean), len(self.octaves))
