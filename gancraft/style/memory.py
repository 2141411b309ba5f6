"""How much memory a run needs, and what to say when there isn't enough."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.compute import Compute
from gancraft.errors import GancraftError
from gancraft.perceptual.network import SequentialNetwork
from gancraft.style.margin import GRID
from gancraft.style.tiles import Tile, tiles, whole

PROBE = 64  # side of the picture on which activations are counted
# Peak bytes over the bytes of all activations: gradients and work space beside them (measured on VGG19 and the embedded
# network, CPU and CUDA: 1.2 to 1.7).
OVERHEAD = 1.7
RESERVE = 0.95  # share of the free memory that a run may plan with
FIXED = 3 * 4 * 18  # bytes of the canvas per pixel: itself, gradient, average, the optimiser's, photo and copies
THERE = 0.6  # share of that which lies there from when a level begins, and is in use already when its tiles are cut
SMALLEST_TILE = 64  # pixels


def bytes_per_pixel(network: Any, layers: list[str], compute: Compute) -> float:
    """Peak bytes of one iteration per pixel of the picture."""
    counted: list[int] = []

    def count(_module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor):
            counted.append(output.numel() * output.element_size())

    hooks = [m.register_forward_hook(count) for m in network.modules() if not list(m.children())]
    try:
        with torch.no_grad():
            network(torch.zeros(1, 3, PROBE, PROBE, device=compute.device), layers)
    finally:
        for hook in hooks:
            hook.remove()
    return OVERHEAD * sum(counted) / PROBE**2 + FIXED


def available(compute: Compute) -> float:
    """Bytes that can still be had on the device; infinite where nobody can tell."""
    if compute.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(compute.device)
        cached = torch.cuda.memory_reserved(compute.device) - torch.cuda.memory_allocated(compute.device)
        return free + cached
    limits = [_meminfo(), _cgroup(), _address_space()]
    return min(limits)


def cut(
    network: Any, layers: list[str], width: int, height: int, compute: Compute, limit: float, canvas: int
) -> list[Tile]:
    """Tiles in which a picture fits into the memory: one, where all of it does. limit: bytes that the process, or what it has
    on a GPU, may take in all. canvas: pixels of the painting itself, which lies there in any case.

    Raises GancraftError where no tile is small enough, or the network can't be cut.
    """
    if not isinstance(network, nn.Module):
        return [whole(width, height)]
    room = min(RESERVE * available(compute), limit - used(compute))
    each = bytes_per_pixel(network, layers, compute)
    if each * width * height <= room:
        return [whole(width, height)]
    if not isinstance(network, SequentialNetwork):  # nobody knows how far another one reaches
        raise shortage(network, layers, width, height, compute, room)
    far, stride = network.reach(layers)
    grid = math.lcm(stride, GRID)
    halo = -(-far // grid) * grid
    left = room - canvas * FIXED
    side = (int(math.sqrt(max(0.0, left) / each)) - 2 * halo) // grid * grid
    if side < SMALLEST_TILE:
        tile = each * (SMALLEST_TILE + 2 * halo) ** 2
        fits = max(16, int(math.sqrt(max(0.0, room - tile) / FIXED / (width * height)) * max(width, height)) // 16 * 16)
        more = ", or with a larger --memory" if math.isfinite(limit) else ""
        raise GancraftError(
            f"out of memory: {width}x{height} needs about {(tile + canvas * FIXED) / 1e9:.1f} GB even in the smallest tiles, "
            f"{max(0.0, room) / 1e9:.1f} GB are there; about --size {fits} would fit{more}"
        )
    return tiles(width, height, side, halo)


def used(compute: Compute) -> float:
    """Bytes that this process has already."""
    if compute.device.type == "cuda":
        return float(torch.cuda.memory_allocated(compute.device))
    try:
        import resource  # not on Windows

        return float(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except (ImportError, OSError):
        return 0.0


def shortage(
    network: Any, layers: list[str], width: int, height: int, compute: Compute, room: float | None = None
) -> GancraftError:
    """The error that says which size would fit into `room` bytes, or what is free."""
    each = bytes_per_pixel(network, layers, compute)
    room = RESERVE * available(compute) if room is None else room
    fits = (max(0.0, room) / each / (width * height)) ** 0.5 * max(width, height)
    side = max(16, int(min(fits, 0.8 * max(width, height))) // 16 * 16)
    return GancraftError(
        f"out of memory: {width}x{height} needs about {each * width * height / 1e9:.1f} GB on {compute.device}, "
        f"{available(compute) / 1e9:.1f} GB are free; about --size {side} would fit"
    )


def is_shortage(error: BaseException) -> bool:
    """Whether this is what torch or Python raises when memory runs out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return "can't allocate memory" in text or "not enough memory" in text or "out of memory" in text


def _meminfo() -> float:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except OSError:
        pass
    return float("inf")


def _cgroup() -> float:
    """What a container leaves, where one has a limit."""
    root = Path("/sys/fs/cgroup")
    try:
        limit, used = (float((root / name).read_text()) for name in ("memory.max", "memory.current"))
        stat = dict(line.split() for line in (root / "memory.stat").read_text().splitlines())
        return limit - used + float(stat.get("inactive_file", 0))  # cached files give way
    except (OSError, ValueError):  # no such file, or "max"
        return float("inf")


def _address_space() -> float:
    try:
        import resource  # not on Windows
    except ImportError:
        return float("inf")
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return float("inf")
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return float(limit - pages * resource.getpagesize())
