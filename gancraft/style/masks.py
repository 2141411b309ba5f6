"""Masks from pictures: light is where something counts, dark where it doesn't, and grey is in between.

Shape suffixes: N = 1, H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.pictures import Picture

_LIGHT = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class MaskPair:
    """place: where in the photo the style goes; part: what of the style picture is looked at. None: all of it."""

    place: Picture
    part: Picture | None = None


def check_masks(masks: Sequence[MaskPair], content: Picture, styles: Sequence[Picture]) -> None:
    """Raise UsageError unless the Nth pair fits the photo and the Nth style picture."""
    if len(masks) > len(styles):
        raise UsageError(
            f"--mask: {len(masks)} pairs for {_counted(len(styles))}; the Nth pair belongs to the Nth style"
        )
    for pair, style in zip(masks, styles, strict=False):
        _same_size(pair.place, content)
        if pair.part is not None:
            _same_size(pair.part, style)
            if not float(mask_tensor(pair.part).max()) > 0:
                raise UsageError(f"--mask {pair.part.name}: is black: nothing of {style.name} would be looked at")


def mask_tensor(mask: Picture) -> Tensor:
    """N1HW in [0, 1]: lightness, times opacity."""
    light_HW = torch.from_numpy(mask.rgb_HWC) @ torch.tensor(_LIGHT)
    if mask.alpha_HW is not None:
        light_HW = light_HW * torch.from_numpy(mask.alpha_HW)
    return light_HW.clamp(0, 1)[None, None]


def _same_size(mask: Picture, picture: Picture) -> None:
    if (mask.width, mask.height) != (picture.width, picture.height):
        raise UsageError(
            f"--mask {mask.name}: is {mask.width}x{mask.height} pixels, but {picture.name} is "
            f"{picture.width}x{picture.height}: a mask must be as large as its picture"
        )


def _counted(styles: int) -> str:
    return "one style" if styles == 1 else f"{styles} styles"
