"""How much memory a run needs, and what to say when there isn't enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.compute import Compute
from gancraft.errors import GancraftError

PROBE = 64  # side of the picture on which activations are counted
# Peak bytes over the bytes of all activations: gradients and work space beside them (measured on VGG19 and the embedded
# network, CPU and CUDA: 1.2 to 1.7).
OVERHEAD = 1.7
RESERVE = 0.95  # share of the free memory that a run may plan with


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
    return OVERHEAD * sum(counted) / PROBE**2 + 3 * 4 * 12  # and the canvas: pixels, moments, average, in float32


def available(compute: Compute) -> float:
    """Bytes that can still be had on the device; infinite where nobody can tell."""
    if compute.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(compute.device)
        cached = torch.cuda.memory_reserved(compute.device) - torch.cuda.memory_allocated(compute.device)
        return free + cached
    limits = [_meminfo(), _cgroup(), _address_space()]
    return min(limits)


def check(network: Any, layers: list[str], width: int, height: int, compute: Compute) -> None:
    """Raise before the work starts where it can't fit: a machine that runs out kills processes without a word."""
    if not isinstance(network, nn.Module):
        return
    if bytes_per_pixel(network, layers, compute) * width * height > RESERVE * available(compute):
        raise shortage(network, layers, width, height, compute)


def shortage(network: Any, layers: list[str], width: int, height: int, compute: Compute) -> GancraftError:
    """The error that says which size would fit."""
    each = bytes_per_pixel(network, layers, compute)
    fits = (RESERVE * available(compute) / each / (width * height)) ** 0.5 * max(width, height)
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
