"""The network of Johnson, Alahi & Fei-Fei 2016 with instance norm (Ulyanov, Vedaldi & Lempitsky 2016): down to a quarter of
the size, residual blocks there, and up again. It takes pictures of any size.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, batch_norm, conv2d, interpolate, pad, pixel_shuffle, pixel_unshuffle

from gancraft_fast import FastOptions

SIDES = {1: 9, 2: 5, 4: 3}  # of the first and the last convolution, by fold: about as many pixels
DEPTH = 2  # halvings from the picture to the residual blocks, folding included
STRIDE = 2**DEPTH
EPSILON = 1e-5

# Mean and variance of every channel, NC11 each, for the nth normalisation, whose input is given.
Moments = Callable[[int, Tensor], tuple[Tensor, Tensor]]


class Convolution(nn.Module):
    """A convolution of odd side; beyond its edges the picture is mirrored, so that there is no frame. last: it makes pixels,
    in float32: bfloat16 has fewer steps of brightness than a screen."""

    def __init__(self, inside: int, outside: int, side: int, stride: int = 1, last: bool = False):
        super().__init__()
        self.convolution = nn.Conv2d(inside, outside, side, stride)
        self.margin, self.stride, self.last = side // 2, stride, last

    def forward(self, x_NCHW: Tensor) -> Tensor:
        if self.margin:
            mirrored = "reflect" if min(x_NCHW.shape[-2:]) > self.margin else "replicate"
            x_NCHW = pad(x_NCHW, (self.margin,) * 4, mode=mirrored)
        if not self.last:
            h_NCHW: Tensor = self.convolution(x_NCHW)
            return h_NCHW
        weight, bias = self.convolution.weight, self.convolution.bias
        assert bias is not None
        with torch.autocast(x_NCHW.device.type, enabled=False):
            return conv2d(x_NCHW.float(), weight.float(), bias.float())


class Normalisation(nn.Module):
    """Instance norm: every channel of every picture to mean 0 and variance 1, then to a learned scale and shift; a rectifier
    behind it, if asked for. Moments are in float32, whatever the features' precision."""

    def __init__(self, width: int, number: int, rectify: bool = True):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.number, self.rectify = number, rectify

    def forward(self, x_NCHW: Tensor, moments: Moments | None) -> Tensor:
        painting = not torch.is_grad_enabled() and not torch.compiler.is_compiling()
        if painting and moments is None and len(x_NCHW) == 1 and x_NCHW[0, 0].numel() > 1:
            # Of one picture it is a batch norm, which has faster code.
            h_NCHW = batch_norm(x_NCHW, None, None, self.weight, self.bias, True, 0.0, EPSILON)
        else:
            mean_NC11, variance_NC11 = own_moments(x_NCHW) if moments is None else moments(self.number, x_NCHW)
            scale_NC11 = self.weight.float()[:, None, None] * torch.rsqrt(variance_NC11 + EPSILON)
            shift_NC11 = self.bias.float()[:, None, None] - mean_NC11 * scale_NC11
            h_NCHW = torch.addcmul(shift_NC11, x_NCHW, scale_NC11).to(x_NCHW.dtype)
        if not self.rectify:
            return h_NCHW
        return h_NCHW.relu_() if painting else h_NCHW.relu()  # new memory for a large picture costs more than the sum


class Twice(nn.Module):
    """Twice as large, every pixel as four."""

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return interpolate(x_NCHW, scale_factor=2.0, mode="nearest")


class Keep(nn.Module):
    """Remember the features, for the `Add` that comes next."""


class Add(nn.Module):
    """Add those that are remembered."""


class Painter(nn.Module):
    """Pictures NC3HW in [-1, 1] in one manner; the same size. Steps are in a row, so that it can be stopped at any of them.

    With `fold` f the outer layers work on squares of f x f pixels, as many times more channels, at one f-th of the size
    (Shi et al. 2016): the same pictures for a fraction of the memory traffic, which is what a large picture's time goes into.
    The mean over f x f pixels comes behind them: it takes away just what repeats from square to square, which would show as
    a grid.
    """

    def __init__(self, options: FastOptions, channels: int = 3):
        super().__init__()
        self.norms, self.fold = 0, int(options.fold)
        width, side = options.width * self.fold, SIDES[self.fold]
        folded = channels * self.fold**2
        steps: list[nn.Module] = [Convolution(folded, width, side), self._norm(width)]
        halvings = DEPTH - int(math.log2(self.fold))
        for _ in range(halvings):
            steps += [Convolution(width, 2 * width, 3, stride=2), self._norm(2 * width)]
            width *= 2
        for _ in range(options.blocks):
            steps += [Keep(), *self._block(width, options.residual), Add()]
        for _ in range(halvings):
            steps += [Twice(), Convolution(width, width // 2, 3), self._norm(width // 2)]
            width //= 2
        steps.append(Convolution(width, folded, side, last=True))
        self.steps = nn.ModuleList(steps)

    def forward(self, x_NCHW: Tensor, moments: Moments | None = None) -> Tensor:
        """float32. moments: of every normalisation; without them each takes its own features'."""
        height, width = x_NCHW.shape[-2:]
        right, below = -width % STRIDE, -height % STRIDE
        if right or below:  # the last pixels again: a mirror needs more than a narrow picture has
            x_NCHW = pad(x_NCHW, (0, right, 0, below), mode="replicate")
        x_NCHW = x_NCHW.to(self.dtype)
        h_NCHW = kept_NCHW = pixel_unshuffle(x_NCHW, self.fold) if self.fold > 1 else x_NCHW
        for step in self.steps:
            if isinstance(step, Normalisation):
                h_NCHW = step(h_NCHW, moments)
            elif isinstance(step, Keep):
                kept_NCHW = h_NCHW
            elif isinstance(step, Add):
                h_NCHW = h_NCHW + kept_NCHW
            else:
                h_NCHW = step(h_NCHW)
        if self.fold > 1:
            h_NCHW = pixel_shuffle(h_NCHW, self.fold)
            for axis in (2, 3):  # gone on with the last square, so that every mean is over all pixels of one
                last = h_NCHW.narrow(axis, h_NCHW.shape[axis] - self.fold, self.fold - 1)
                h_NCHW = torch.cat([h_NCHW, last], axis)
            h_NCHW = avg_pool2d(h_NCHW, self.fold, stride=1)
        return h_NCHW[..., :height, :width]

    @property
    def dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype

    @property
    def reach(self) -> int:
        """How many pixels around a position the result depends on, beside the moments."""
        far, scale = 0, self.fold
        for step in self.steps:
            if isinstance(step, Convolution):
                far, scale = far + step.margin * scale, scale * step.stride
            elif isinstance(step, Twice):
                scale //= 2
        return far + STRIDE  # a square of pixels is one position where they are folded, or were halved

    def _block(self, width: int, kind: str) -> list[nn.Module]:
        """Without the way around it."""
        if kind == "full":
            first, second = Convolution(width, width, 3), Convolution(width, width, 3)
            return [first, self._norm(width), second, self._norm(width, rectify=False)]
        half = width // 2
        return [
            Convolution(width, half, 1),
            self._norm(half),
            Convolution(half, half, 3),
            self._norm(half),
            Convolution(half, width, 1),
            self._norm(width, rectify=False),
        ]

    def _norm(self, width: int, rectify: bool = True) -> Normalisation:
        self.norms += 1
        return Normalisation(width, self.norms - 1, rectify)


def own_moments(x_NCHW: Tensor) -> tuple[Tensor, Tensor]:
    variance_NC11, mean_NC11 = torch.var_mean(x_NCHW.float(), (2, 3), correction=0, keepdim=True)
    return mean_NC11, variance_NC11
