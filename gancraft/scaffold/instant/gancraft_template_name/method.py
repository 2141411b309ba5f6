"""Colour transfer (Reinhard, Ashikhmin, Gooch & Shirley 2001): along axes on which colours vary independently the photo
is given the style's mean and spread. Trained weights would be loaded where the network is made.

Shape suffixes: N = 1 picture, C = 3 axes, H, W = height and width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gancraft
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from gancraft_template_name import TemplateNameOptions

# Light, red against green, both against blue: of length one and at right angles, so that the transpose leads back.
AXES = ((3**-0.5, 3**-0.5, 3**-0.5), (2**-0.5, -(2**-0.5), 0.0), (6**-0.5, 6**-0.5, -2 * 6**-0.5))

Moments = tuple[Tensor, Tensor]  # means and standard deviations, both C


class Axes(nn.Module):
    """The network: here it only turns colours. It may be in bfloat16; pictures are float32."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = nn.Parameter(torch.tensor(AXES), requires_grad=False)

    def look(self, x_NCHW: Tensor) -> Tensor:
        return conv2d(x_NCHW, self.turn.float()[:, :, None, None])

    def paint(self, y_NCHW: Tensor) -> Tensor:
        return conv2d(y_NCHW, self.turn.float().T[:, :, None, None])


class TemplateNameStyle(gancraft.InstantStyle):
    """The engine does the rest: strength, masks, tiles, colours, films."""

    options: TemplateNameOptions
    reach = 0  # a pixel depends on no other one, but for what `survey` gathers
    rounds = 1  # and that it does once

    def __init__(self, options: TemplateNameOptions):
        super().__init__(options)
        self.network = Axes()

    def prepare(self, styles: Sequence[gancraft.StyleInput]) -> Moments:
        """The colours to give: the mean of the styles', each with its weight."""
        sums = [_sums(self.network.look(style.x_NCHW), style.part_N1HW) for style in styles]
        return _moments(gancraft.mean_sums(sums, [style.weight for style in styles]))

    def survey(
        self,
        x_NCHW: Tensor,
        state: Moments,
        known: Sequence[Mapping[str, Tensor]],
        where_N1HW: Tensor,
        strength: float = 1.0,
    ) -> dict[str, Tensor]:
        """Sums of a tile, which the engine adds up."""
        return _sums(self.network.look(x_NCHW), where_N1HW)

    def frame(
        self,
        x_NCHW: Tensor,
        state: Moments,
        *,
        strength: float = 1.0,
        where_N1HW: Tensor | None = None,
        known: Sequence[Mapping[str, Tensor]] | None = None,
    ) -> Tensor:
        """The photo, or a tile of it, in the colours of `state`. The engine mixes in the photo by the strength."""
        y_NCHW = self.network.look(x_NCHW)
        mean_C, spread_C = _moments(known[0] if known is not None else _sums(y_NCHW, where_N1HW))
        wanted_mean_C, wanted_spread_C = state
        times_C = torch.lerp(torch.ones_like(spread_C), wanted_spread_C / spread_C, self.options.spread)
        y_NCHW = (y_NCHW - _plane(mean_C)) * _plane(times_C) + _plane(wanted_mean_C)
        return self.network.paint(y_NCHW)


def _sums(y_NCHW: Tensor, where_N1HW: Tensor | None) -> dict[str, Tensor]:
    """Over positions: of values C, of their squares C, and how many there are; named as `mean_sums` wants them."""
    return {
        "colours/values": gancraft.first_moment_sum(y_NCHW, where_N1HW),
        "colours/squares": gancraft.first_moment_sum(y_NCHW.square(), where_N1HW),
        "colours/count": gancraft.position_sum(y_NCHW, where_N1HW),
    }


def _moments(sums: Mapping[str, Tensor]) -> Moments:
    mean_C = sums["colours/values"] / sums["colours/count"]
    variance_C = sums["colours/squares"] / sums["colours/count"] - mean_C.square()
    return mean_C, (variance_C.clamp(min=0) + 1e-4).sqrt()


def _plane(x_C: Tensor) -> Tensor:
    """1xCx1x1, to go with pictures."""
    return x_C[None, :, None, None]
