"""How much memory a pass needs, and the tiles that fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from gancraft.compute import Compute
from gancraft.errors import GancraftError
from gancraft.style.memory import RESERVE, available, used
from gancraft.style.tiles import Tile, tiles, whole

if TYPE_CHECKING:
    from gancraft.style.instant import InstantPainter

PROBE = 128  # side of the picture on which activations are counted
OVERHEAD = 8.0  # peak bytes over those of the largest activation (measured on the CPU, of small decoders: 5.6 to 7.3)
FIXED = 3 * 4 * 10  # bytes of the pictures themselves per pixel: photo, painting, result, and copies in float32
SMALLEST_TILE = 64  # pixels
LARGEST_TILE = 2048


def cut(painter: InstantPainter, state: Any, width: int, height: int) -> list[Tile]:
    """Tiles in which a picture fits into the memory: one, where all of it does. Raises GancraftError where none fit."""
    method, compute = painter.method, painter.compute
    room = min(RESERVE * available(compute), painter.options.memory_bytes - used(compute))
    each = bytes_per_pixel(painter, state)
    if (each + FIXED) * width * height <= room:
        return [whole(width, height)]
    if method.reach is None:
        raise shortage(compute, width, height, each + FIXED, room)
    halo = -(-method.reach // method.stride) * method.stride
    left = room - FIXED * width * height
    side = (int(math.sqrt(max(0.0, left) / each)) - 2 * halo) // method.stride * method.stride
    if side < SMALLEST_TILE:
        needed = each * (SMALLEST_TILE + 2 * halo) ** 2
        raise shortage(compute, width, height, FIXED, max(0.0, room - needed))
    return tiles(width, height, min(side, LARGEST_TILE), halo)


@torch.no_grad()
def bytes_per_pixel(painter: InstantPainter, state: Any) -> float:
    """Peak bytes of one pass per pixel of the picture."""
    counted = [0]

    def count(_module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor):
            counted.append(output.numel() * output.element_size())

    side = -(-PROBE // painter.method.stride) * painter.method.stride
    hooks = [m.register_forward_hook(count) for m in painter.method.network.modules() if not list(m.children())]
    try:
        painted_NCHW = painter.method.frame(torch.zeros(1, 3, side, side, device=painter.compute.device), state)
        # Of what is done outside of modules the result is known at least.
        count(painter.method.network, (), painted_NCHW)
    finally:
        for hook in hooks:
            hook.remove()
    return OVERHEAD * max(counted) / side**2


def shortage(
    compute: Compute, width: int, height: int, each: float | None = None, room: float | None = None
) -> GancraftError:
    """The error that says what is missing, and which size would fit where that is known."""
    free = available(compute) / 1e9
    text = f"out of memory: {width}x{height} doesn't fit on {compute.device}; {free:.1f} GB are free"
    if each is None or room is None:
        return GancraftError(f"{text}; choose a smaller --size, or give --memory for tiles")
    side = max(16, int(min(1.0, (max(0.0, room) / each / (width * height)) ** 0.5) * max(width, height)) // 16 * 16)
    return GancraftError(f"{text}; about --size {side} would fit")
