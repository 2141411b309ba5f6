"""Gradient penalties: how steep a discriminator may be in its pictures. Pure functions, in float32 whatever the networks
compute in, differentiable once more and fit for `torch.compile` of a whole step (with `trace_autograd_ops`).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.interfaces import Random
from gancraft.models.networks import Discriminator, Output
from gancraft.models.styled import StyledGenerator


def parts(
    weights: Mapping[str, Any],
    discriminator: Discriminator,
    pictures: Sequence[Output],
    shown: Sequence[Output],
    logits: Sequence[Tensor],
    labels_N: Tensor | None,
    random: Random,
) -> dict[str, Tensor]:
    """Each penalty that has a weight, weighed: `r1`, `r2`, `gradient`.

    Of reals and fakes each: `pictures` as they are (`tracked`), as the discriminator was `shown` them, and its `logits`; for
    r1 alone the reals' are enough.
    """
    found = {}
    if "r1" in weights and "r2" in weights:  # one way back through the discriminator does for both
        r1, r2 = both_zero_centred(logits, pictures)
        found = {"r1": weights["r1"] / 2 * r1, "r2": weights["r2"] / 2 * r2}
    elif "r1" in weights:
        found["r1"] = weights["r1"] / 2 * zero_centred(logits[0], pictures[0])
    elif "r2" in weights:
        found["r2"] = weights["r2"] / 2 * zero_centred(logits[1], pictures[1])
    if "gradient" in weights:
        found["gradient"] = weights["gradient"] * one_centred(discriminator, shown[0], shown[1], labels_N, random)
    return found


def tracked(x: Output, network: nn.Module) -> Output:
    """The same pictures with a graph behind them, so that a penalty can differentiate by them.

    network: the one that is to be penalised. Pictures that have a graph already are returned as they are.
    """
    if isinstance(x, tuple):
        return tuple(_tracked(x_NCHW, network) for x_NCHW in x)
    return _tracked(x, network)


def _tracked(x_NCHW: Tensor, network: nn.Module) -> Tensor:
    if x_NCHW.requires_grad:
        return x_NCHW
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if not learning:
        return x_NCHW.detach().requires_grad_()
    # requires_grad_() can't be traced by torch.compile in torch 2.11. So the pictures get 0 added that depends on a
    # parameter which learns: the sum of none of its elements, 0 even where the parameter isn't finite. The last one,
    # which is small in most networks, because its gradient gets as many zeros added.
    return x_NCHW + learning[-1].flatten()[:0].sum().to(x_NCHW.dtype)


def zero_centred(logits: Tensor, x: Output) -> Tensor:
    """Scalar: the mean over pictures of the squared length of the gradient of all logits' sum by a picture, over all
    sizes of it in a tuple. R1 on reals, R2 on fakes (Mescheder et al. 2018, equations 9 and 10), times gamma / 2.

    logits: of any shape, computed from `tracked` pictures x. Raises RuntimeError where they weren't.
    """
    squares_N = [g_NCHW.square().flatten(1).sum(1) for g_NCHW in _gradients(logits, x)]
    return torch.stack(squares_N).sum(0).mean()


def both_zero_centred(logits: Sequence[Tensor], pictures: Sequence[Output]) -> list[Tensor]:
    """`zero_centred` of several batches that don't bear on each other, back through all of them at once: half of the passes
    where they were judged in one."""
    summed = torch.stack([_wide(part).sum() for part in logits]).sum()
    places = [list(x) if isinstance(x, tuple) else [x] for x in pictures]
    slopes = iter(torch.autograd.grad(summed, [x_NCHW for sizes in places for x_NCHW in sizes], create_graph=True))
    squares = [[_wide(next(slopes)).square().flatten(1).sum(1) for _ in sizes] for sizes in places]
    return [torch.stack(squares_N).sum(0).mean() for squares_N in squares]


def one_centred(
    discriminator: Discriminator,
    real: Output,
    fake: Output,
    labels_N: Tensor | None,
    random: Random,
    target: float = 1.0,
) -> Tensor:
    """Scalar: the mean of (length of the gradient - target)² / target², at random places between each real and the fake
    beside it. WGAN-GP (Gulrajani et al. 2017, equation 3); other targets than 1 as in Karras et al. 2018 (appendix).

    real, fake: of equal sizes; no gradient goes to who made them. target > 0.
    """
    reals, fakes = (x if isinstance(x, tuple) else (x,) for x in (real, fake))
    share_N111 = random.uniform(len(reals[0]), 1, 1, 1)
    between = tuple(
        torch.lerp(r.detach(), f.detach(), share_N111.to(r.dtype)) for r, f in zip(reals, fakes, strict=True)
    )
    x = tracked(between if isinstance(real, tuple) else between[0], discriminator)
    # vector_norm has a gradient of 0 where its argument is 0, a square root has none.
    lengths_N = [
        torch.linalg.vector_norm(g_NCHW.flatten(1), dim=1) for g_NCHW in _gradients(discriminator(x, labels_N), x)
    ]
    length_N = torch.linalg.vector_norm(torch.stack(lengths_N), dim=0)
    return (length_N / target - 1).square().mean()


def path_lengths(generator: StyledGenerator, w_NKS: Tensor, random: Random) -> Tensor:
    """N: the length of J^T y, where J is the derivative of a picture by its styles and y noise of the picture's size, divided
    by its side: over S, root mean square over the K styles (Karras et al. 2020, section 3.2).

    w_NKS: styles with a graph behind them.
    """
    x_NCHW = generator.picture(generator.draw(w_NKS, random))
    noise_NCHW = random.normal(*x_NCHW.shape) / math.sqrt(x_NCHW.shape[2] * x_NCHW.shape[3])
    (g_NKS,) = torch.autograd.grad((_wide(x_NCHW) * noise_NCHW).sum(), w_NKS, create_graph=True)
    # vector_norm has a gradient of 0 where its argument is 0, a square root has none.
    return torch.linalg.vector_norm(_wide(g_NKS).flatten(1), dim=1) / math.sqrt(g_NKS.shape[1])


def _gradients(logits: Tensor, x: Output) -> list[Tensor]:
    """Of the logits' sum by the pictures of each size, NCHW, float32 at least."""
    places = list(x) if isinstance(x, tuple) else [x]
    return [_wide(g_NCHW) for g_NCHW in torch.autograd.grad(_wide(logits).sum(), places, create_graph=True)]


def _wide(x: Tensor) -> Tensor:
    """At least float32."""
    return x.to(torch.promote_types(x.dtype, torch.float32))
