"""How many channels layers have."""

from __future__ import annotations

from gancraft_stylegan.stylegan2_options import StyleGan2Options


def widths_of(options: StyleGan2Options, levels: int) -> list[int]:
    """Channels of the maps, smallest first. Maps count as 4, 8, 16 ... pixels wide, as they are in square pictures."""
    sides = [4 * 2**level for level in range(levels)]
    capacity = options.capacity
    if options.width or not capacity:
        capacity = (options.width or (64 if sides[-1] <= 512 else 32)) * sides[-1]
    return [max(1, min(capacity // side, options.max_width)) for side in sides]
