"""Which style goes where: pairs of masks, one in the result and one in the style picture (Gatys et al. 2017).

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from gancraft.errors import UsageError
from gancraft.interfaces import StyleInput
from gancraft.style.resize import resize

LEAST = 1e-3  # of the picture: a smaller region is told, for it would stay unpainted


@dataclass(frozen=True)
class Style:
    """A style picture at the size that it is looked at; share: of its region; part: what is looked at, None for all."""

    x_NCHW: Tensor
    share: float
    part_N1HW: Tensor | None = None


@dataclass(frozen=True)
class Region:
    """A part of the result with the styles that go there, whose shares sum to one. place: how much each pixel belongs to it,
    None for all; weight: its share of the style loss."""

    styles: Sequence[Style]
    place_N1HW: Tensor | None = None
    weight: float = 1.0


def regions(
    styles: Sequence[StyleInput], width: int, height: int
) -> list[tuple[list[StyleInput], Tensor | None, float]]:
    """Styles by region: (styles, place N1HW at this size, share of the picture). A style with a mask has a region of its own;
    those without share what the masks leave. Where masks overlap both count in part.

    Raises UsageError for a mask that is black, and where nothing is left for the styles without one.
    """
    masked = [
        (style, resize(style.place_N1HW, width, height).clamp(0, 1)) for style in styles if style.place_N1HW is not None
    ]
    free = [style for style in styles if style.place_N1HW is None]
    if not masked:
        return [(free, None, 1.0)]
    total_N1HW = torch.stack([place for _, place in masked]).sum(0)
    over_N1HW = total_N1HW.clamp(min=1)
    found = []
    for number, (style, place_N1HW) in enumerate(masked, 1):
        place_N1HW = place_N1HW / over_N1HW
        if float(place_N1HW.mean()) < LEAST:
            raise UsageError(
                f"--mask: the {_nth(number)} mask of the content is black: nothing of the picture is white in it"
            )
        found.append(([style], place_N1HW, float(place_N1HW.mean()) * style.weight))
    if free:
        rest_N1HW = (1 - total_N1HW).clamp(0, 1)
        if float(rest_N1HW.mean()) < LEAST:
            raise UsageError(
                "--mask: the masks cover the whole picture, and nothing is left for the styles without one"
            )
        found.append((free, rest_N1HW, float(rest_N1HW.mean()) * sum(style.weight for style in free) / len(free)))
    weights = sum(weight for *_, weight in found)
    return [(kept, place, weight / weights) for kept, place, weight in found]


def at_layers(mask_N1HW: Tensor | None, features: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """A mask carried through the network's strides: at each layer the mean over the pixels that a position stands for."""
    if mask_N1HW is None:
        return None
    return {
        name: adaptive_avg_pool2d(mask_N1HW, (x_NCHW.shape[-2], x_NCHW.shape[-1])) for name, x_NCHW in features.items()
    }


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
