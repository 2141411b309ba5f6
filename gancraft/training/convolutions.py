"""Convolutions whose gradient can be differentiated again at full speed, for gradient penalties.

Torch computes the second derivative of a convolution by convolutions whose kernel is as large as the picture, for which no
library has a fast way. But the derivatives of a convolution are convolutions of the usual kind (of the gradient with the
weights, and of the picture with the gradient), and so are theirs.

Shape suffixes: N = pictures, C = channels, H, W = height, width, D, E = output and input channels, K = kernel.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

# Stride, padding, dilation, whether transposed, output padding, groups: as ATen takes them.
How = tuple[tuple[int, int], tuple[int, int], tuple[int, int], bool, tuple[int, int], int]


class QuickConvolutions(TorchFunctionMode):
    """While it is entered `conv2d` and `conv_transpose2d`, by whomever they are called, have the same value and the same
    gradients, and a second derivative that is fast. Not for compiled code."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.conv2d:
            return conv2d(*args, **(kwargs or {}))
        if func is torch.conv_transpose2d:
            return conv_transpose2d(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """`torch.conv2d`."""
    if isinstance(padding, str) or input.dim() != 4:  # torch's own; nobody who is penalised has them
        return torch.conv2d(input, weight, bias, stride, padding, dilation, groups)
    return _convolved(input, weight, bias, (_pair(stride), _pair(padding), _pair(dilation), False, (0, 0), groups))


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """`torch.conv_transpose2d`."""
    if input.dim() != 4:
        return torch.conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation)
    how = (_pair(stride), _pair(padding), _pair(dilation), True, _pair(output_padding), groups)
    return _convolved(input, weight, bias, how)


def _convolved(input: Tensor, weight: Tensor, bias: Tensor | None, how: How) -> Tensor:
    kind = input.device.type
    if torch.is_autocast_enabled(kind):
        dtype = torch.get_autocast_dtype(kind)
        input, weight = input.to(dtype), weight.to(dtype)
    made: Tensor = _Forwards.apply(input, weight, how)
    return made if bias is None else made + bias.to(made.dtype)[:, None, None]


class _Forwards(torch.autograd.Function):
    """x * w, or x and w transposed: linear in both, whose gradients are so too."""

    @staticmethod
    def forward(ctx: Any, x_NEHW: Tensor, w_DEKK: Tensor, how: How) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(x_NEHW, w_DEKK)
        ctx.how = how
        made: Tensor = torch.ops.aten.convolution(x_NEHW, w_DEKK, None, *how)
        return made

    @staticmethod
    def backward(ctx: Any, g_NDHW: Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        x_NEHW, w_DEKK = ctx.saved_tensors
        by_x = _ByInput.apply(g_NDHW, w_DEKK, x_NEHW, ctx.how) if ctx.needs_input_grad[0] else None
        by_w = _ByWeight.apply(g_NDHW, x_NEHW, w_DEKK, ctx.how) if ctx.needs_input_grad[1] else None
        return by_x, by_w, None


class _ByInput(torch.autograd.Function):
    """The gradient of x * w by x, times g: linear in g and in w."""

    @staticmethod
    def forward(ctx: Any, g_NDHW: Tensor, w_DEKK: Tensor, like_NEHW: Tensor, how: How) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(g_NDHW, w_DEKK)
        ctx.how = how
        return _backward(g_NDHW, like_NEHW, w_DEKK, how, 0)

    @staticmethod
    def backward(ctx: Any, gg_NEHW: Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        g_NDHW, w_DEKK = ctx.saved_tensors
        by_g = _Forwards.apply(gg_NEHW, w_DEKK, ctx.how) if ctx.needs_input_grad[0] else None
        by_w = _ByWeight.apply(g_NDHW, gg_NEHW, w_DEKK, ctx.how) if ctx.needs_input_grad[1] else None
        return by_g, by_w, None, None


class _ByWeight(torch.autograd.Function):
    """The gradient of x * w by w, times g: linear in g and in x."""

    @staticmethod
    def forward(ctx: Any, g_NDHW: Tensor, x_NEHW: Tensor, like_DEKK: Tensor, how: How) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(g_NDHW, x_NEHW)
        ctx.how = how
        return _backward(g_NDHW, x_NEHW, like_DEKK, how, 1)

    @staticmethod
    def backward(ctx: Any, gg_DEKK: Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        g_NDHW, x_NEHW = ctx.saved_tensors
        by_g = _Forwards.apply(x_NEHW, gg_DEKK, ctx.how) if ctx.needs_input_grad[0] else None
        by_x = _ByInput.apply(g_NDHW, gg_DEKK, x_NEHW, ctx.how) if ctx.needs_input_grad[1] else None
        return by_g, by_x, None, None


def _backward(g_NDHW: Tensor, x_NEHW: Tensor, w_DEKK: Tensor, how: How, which: int) -> Tensor:
    """By the input (0) or the weight (1)."""
    mask = [which == 0, which == 1, False]
    made: Tensor = torch.ops.aten.convolution_backward(g_NDHW, x_NEHW, w_DEKK, None, *how, mask)[which]
    return made


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    values = tuple(int(v) for v in value)
    return (values[0], values[-1])
