"""L-BFGS for a picture, which begins from what Adam in a pyramid would do rather than from the bare gradient.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width, P = all values of the picture, M = remembered steps, the
oldest first.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gancraft.style import pyramid

OCTAVES = 5  # of the pyramid
MEMORY = 3  # steps that are remembered, each in two pictures; with 4 to 20 the loss ended hardly lower
SQUARES = 0.9  # decay of the running squares
LEAST = 0.01  # of an octave's mean square, added to each square
FIRST = 0.02  # root mean square of the first step, in units of the pixel range; nothing is known of its length
LONGEST = 0.05  # of any step
STRAIGHT = 1e-4  # cosine of a step and its change of gradient, below which they say nothing about the curvature


class PyramidLbfgs:
    """Liu & Nocedal 1989, "On the limited memory BFGS method for large scale optimization", without a line search.

    The matrix that it starts from at every step is Adam's: of the coefficients of a pyramid, each over the root of its
    running squares, and that scaled to the last step's curvature. Without it, it takes many more steps.

    All state is tensors that stay in their place, and nothing is decided in Python, so that a captured graph replays a step.
    A step without curvature isn't remembered; places that hold none yet are zeros, and add nothing.
    """

    def __init__(self, like_NCHW: Tensor):
        self._begin(like_NCHW)

    def _begin(self, like_NCHW: Tensor) -> None:
        like_NCHW = torch.zeros_like(like_NCHW, requires_grad=False)
        self.steps_MP, self.changes_MP = (like_NCHW.new_zeros(MEMORY, like_NCHW.numel()) for _ in range(2))
        self.before_NCHW, self.gradient_NCHW = like_NCHW.clone(), like_NCHW.clone()
        self.squares = [torch.zeros_like(octave) for octave in pyramid.seen(like_NCHW, OCTAVES)]
        self.taken = like_NCHW.new_zeros(())

    @torch.no_grad()
    def step(self, x_NCHW: Tensor, gradient_NCHW: Tensor) -> None:
        """Move `x`, in place, against its gradient."""
        self._remember(x_NCHW, gradient_NCHW)
        self.taken += 1
        for square, octave in zip(self.squares, pyramid.seen(gradient_NCHW, OCTAVES), strict=True):
            square.mul_(SQUARES).addcmul_(octave, octave, value=1 - SQUARES)
        way_NCHW = self._way(gradient_NCHW)
        way_NCHW *= (LONGEST / _size(way_NCHW)).clamp(max=1)
        self.before_NCHW.copy_(x_NCHW)
        self.gradient_NCHW.copy_(gradient_NCHW)
        x_NCHW -= way_NCHW

    def _remember(self, x_NCHW: Tensor, gradient_NCHW: Tensor) -> None:
        """The last step, as it came to be (pixels are clamped after it), and how it changed the gradient."""
        step_P = (x_NCHW - self.before_NCHW).flatten()
        change_P = (gradient_NCHW - self.gradient_NCHW).flatten()
        tells = (self.taken > 0) & (step_P @ change_P > STRAIGHT * step_P.norm() * change_P.norm())
        for kept_MP, new_P in ((self.steps_MP, step_P), (self.changes_MP, change_P)):
            for kept_P, next_P in zip(kept_MP, [*kept_MP[1:], new_P], strict=True):
                kept_P.copy_(torch.where(tells, next_P, kept_P))

    def _way(self, gradient_NCHW: Tensor) -> Tensor:
        """The inverse curvature times the gradient: the two loops of L-BFGS, over M x M products rather than pictures."""
        product_MM = self.steps_MP @ self.changes_MP.T
        curvature_M = product_MM.diagonal()
        curvature_M = torch.where(curvature_M > 0, curvature_M, 1.0)
        along_M = self.steps_MP @ gradient_NCHW.flatten()
        a_M = torch.zeros_like(along_M)
        for i in reversed(range(MEMORY)):
            a_M[i] = (along_M[i] - product_MM[i] @ a_M) / curvature_M[i]
        rest_NCHW = gradient_NCHW - (a_M @ self.changes_MP).view_as(gradient_NCHW)
        way_NCHW = self._adam(rest_NCHW)
        way_NCHW *= self._scale(way_NCHW, product_MM[-1, -1])
        back_M = self.changes_MP @ way_NCHW.flatten()
        c_M = torch.zeros_like(back_M)
        for i in range(MEMORY):
            c_M[i] = a_M[i] - (back_M[i] + product_MM[:, i] @ c_M) / curvature_M[i]
        return way_NCHW + (c_M @ self.steps_MP).view_as(way_NCHW)

    def _scale(self, way_NCHW: Tensor, product: Tensor) -> Tensor:
        """Of Adam's matrix: it is to agree with the last step that is remembered, where there is one."""
        change_NCHW = self.changes_MP[-1].view_as(way_NCHW)
        curved = (change_NCHW * self._adam(change_NCHW)).sum()
        return torch.where(product > 0, product / curved.clamp(min=1e-30), FIRST / _size(way_NCHW))

    def _adam(self, gradient_NCHW: Tensor) -> Tensor:
        """Through the pyramid and back, each coefficient over the root of its running square."""
        unbiased = 1 - SQUARES**self.taken
        ways = []
        for octave, biased in zip(pyramid.seen(gradient_NCHW, OCTAVES), self.squares, strict=True):
            square = biased / unbiased
            ways.append(octave / (square + LEAST * square.mean() + 1e-30).sqrt())
        return pyramid.summed(ways)

    def grow(self, fit: Callable[[Tensor], Tensor]) -> None:
        """Begin anew at the size that `fit` gives."""
        self._begin(fit(self.before_NCHW))


def _size(x_NCHW: Tensor) -> Tensor:
    """Root mean square; no less than what can be divided by."""
    return x_NCHW.square().mean().sqrt().clamp(min=1e-12)
