"""The methods: what the engine's runner asks of the networks.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gancraft import InstantStyle, StyleInput
from gancraft_adain import InstantOptions
from gancraft_adain.moments import moments, sums
from gancraft_adain.networks import Memory
from gancraft_adain.palette import Palette, mixed, palette, palette_sums, recoloured
from gancraft_adain.weights import load

STRIDE = 16  # twice the encoder's coarsest, so that even there a picture has two rows to be mirrored
Known = Sequence[Mapping[str, Tensor]]


@dataclass(frozen=True)
class Manner:
    """What is remembered of the styles."""

    memories: Sequence[tuple[float, Memory]]
    palette: Palette


class AdainStyle(InstantStyle):
    """Huang & Belongie 2017; see `networks.AdainNetwork`. First the photo's colours come nearer to the style's, then it is
    painted, and painted over as often as `passes` says. So all of a photo has to be known for its colours, and for the
    features of every pass."""

    name: ClassVar[str] = "adain"
    options: InstantOptions
    stride = STRIDE
    blends = True

    def __init__(self, options: InstantOptions):
        super().__init__(options)
        self.network = load(self.name)
        self.reach = options.passes * self.network.reach
        self.rounds = 1 + options.passes

    def prepare(self, styles: Sequence[StyleInput]) -> Manner:
        memories = [self.network.remember(self.network.look(style.x_NCHW), style.part_N1HW) for style in styles]
        palettes = [palette(palette_sums(style.x_NCHW, style.part_N1HW)) for style in styles]
        weights = [style.weight for style in styles]
        return Manner(self.network.blend(memories, weights), mixed(palettes, weights))

    def survey(
        self, x_NCHW: Tensor, state: Manner, known: Known, where_N1HW: Tensor, strength: float = 1.0
    ) -> dict[str, Tensor]:
        if not known:
            return palette_sums(x_NCHW, where_N1HW)
        painted_NCHW = self._painted(x_NCHW, state, strength, None, known)
        return sums(self.network.look(painted_NCHW), where_N1HW)

    def frame(
        self,
        x_NCHW: Tensor,
        state: Manner,
        *,
        strength: float = 1.0,
        where_N1HW: Tensor | None = None,
        known: Known | None = None,
    ) -> Tensor:
        return self._painted(x_NCHW, state, strength, where_N1HW, known)

    def _painted(
        self, x_NCHW: Tensor, state: Manner, strength: float, where_N1HW: Tensor | None, known: Known | None
    ) -> Tensor:
        """After all passes, or all those of which the sums are known."""
        have = palette(known[0] if known is not None else palette_sums(x_NCHW, where_N1HW))
        x_NCHW = recoloured(x_NCHW, have, state.palette, strength * self.options.palette)
        passes = self.options.passes if known is None else len(known) - 1
        for number in range(1, 1 + passes):
            photo = moments(known[number]) if known is not None else None
            x_NCHW = self.network(self.network.look(x_NCHW), state.memories, strength, photo, where_N1HW)
        return x_NCHW


class AttentionStyle(AdainStyle):
    """After Liu et al. 2021; see `networks.AttentionNetwork`."""

    name = "attention"
