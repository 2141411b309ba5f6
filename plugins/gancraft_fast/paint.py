"""Painting with a network that has learned one style.

Shape suffixes: N = 1, C = channels, H, W = height, width. Pictures are in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from gancraft import GancraftError, InstantStyle, StyleInput, StyleModels, UsageError
from gancraft_fast import NAME, PaintOptions
from gancraft_fast.network import STRIDE, Moments, Painter

Sums = Mapping[str, Tensor]


class Fast(InstantStyle):
    """One pass. In tiles the moments of every normalisation are those of the whole picture: they are gathered one
    normalisation after the other, since each depends on those before it."""

    options: PaintOptions
    stride = 2 * STRIDE  # so that even at the coarsest there are two rows to be mirrored

    def __init__(self, options: PaintOptions, models: StyleModels):
        super().__init__(options)
        name = options.model or next(iter(models.names()), None)
        if name is None:
            raise UsageError("--model: no trained style network is installed; train one with `gancraft train-style`")
        network = models.open(name, NAME).network
        if not isinstance(network, Painter):
            raise GancraftError(f"--model {name}: isn't a network of this plugin")
        self.network, self.reach, self.rounds = network, network.reach, network.norms

    def prepare(self, styles: Sequence[StyleInput]) -> None:
        """The style is in the weights."""

    def survey(
        self, x_NCHW: Tensor, state: Any, known: Sequence[Sums], where_N1HW: Tensor, strength: float = 1.0
    ) -> dict[str, Tensor]:
        """Of the first normalisation whose moments aren't known."""
        found: list[dict[str, Tensor]] = []

        def moments(number: int, h_NCHW: Tensor) -> tuple[Tensor, Tensor]:
            if number < len(known):
                return of(known[number])
            found.append(sums(h_NCHW, where_N1HW))
            raise _Enough

        try:
            self.network(2 * x_NCHW - 1, moments)
        except _Enough:
            return found[0]
        raise IndexError("the moments of all normalisations are known")

    def frame(
        self,
        x_NCHW: Tensor,
        state: Any,
        *,
        strength: float = 1.0,
        where_N1HW: Tensor | None = None,
        known: Sequence[Sums] | None = None,
    ) -> Tensor:
        moments: Moments | None = None
        if known is not None:
            moments = lambda number, h_NCHW: of(known[number])  # noqa: E731
        elif where_N1HW is not None:
            moments = lambda number, h_NCHW: of(sums(h_NCHW, where_N1HW))  # noqa: E731
        made_NCHW: Tensor = self.network(2 * x_NCHW - 1, moments)
        return made_NCHW / 2 + 0.5


class _Enough(Exception):
    """What was asked for is found."""


def sums(h_NCHW: Tensor, where_N1HW: Tensor) -> dict[str, Tensor]:
    """Sums over positions of features, of their squares, and of the positions, as much as each counts."""
    at_N1HW = where_N1HW.float()
    if at_N1HW.shape[-2:] != h_NCHW.shape[-2:]:
        at_N1HW = interpolate(at_N1HW, h_NCHW.shape[-2:], mode="area")
    h_NCHW = h_NCHW.float()
    weighted_NCHW = h_NCHW * at_N1HW
    wide = (
        torch.float32 if h_NCHW.device.type == "mps" else torch.float64
    )  # sums of squares lose what is small beside them
    return {
        "first": weighted_NCHW.sum((2, 3), keepdim=True, dtype=wide),
        "second": (weighted_NCHW * h_NCHW).sum((2, 3), keepdim=True, dtype=wide),
        "count": at_N1HW.sum((2, 3), keepdim=True, dtype=wide),
    }


def of(found: Sums) -> tuple[Tensor, Tensor]:
    """Mean and variance of every channel, NC11 float32."""
    count = found["count"].clamp_min(1e-6)
    mean_NC11 = found["first"] / count
    variance_NC11 = (found["second"] / count - mean_NC11.square()).clamp_min(0)
    return mean_NC11.float(), variance_NC11.float()
