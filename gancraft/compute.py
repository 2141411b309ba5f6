"""Where and in which precision a run computes."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gancraft.errors import UsageError


@dataclass(frozen=True)
class Compute:
    """A device, the network's precision, and how steps are launched."""

    device: torch.device
    dtype: torch.dtype
    launch: str = "auto"  # "auto", "eager" or "compile"; auto captures a graph on CUDA devices
    backend: str = "inductor"  # of torch.compile
    channels_last: bool = True  # in training, where it is faster

    @property
    def name(self) -> str:
        """For people: `cpu, bfloat16` or `NVIDIA H100 …, bfloat16`."""
        kind = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else str(self.device)
        return f"{kind}, {str(self.dtype).removeprefix('torch.')}"

    def facts(self) -> dict[str, object]:
        """What the same pixels depend on beside the options, for the recipe."""
        threads = {"threads": torch.get_num_threads()} if self.device.type == "cpu" else {}
        return {"torch": torch.__version__, "device": self.name, **threads}

    def place(self, network: Any) -> Any:
        """Move a network there. Channels last is the layout in which both CPUs and GPUs convolve fastest."""
        return network.to(device=self.device, dtype=self.dtype, memory_format=torch.channels_last)

    def placed(self, network: Any) -> Any:
        """For training: move a network there, its weights in float32."""
        return network.to(device=self.device, memory_format=self.layout)

    @property
    def layout(self) -> torch.memory_format:
        """Of pictures and weights in training. On CPUs the gradient of a weight in bfloat16 and channels last is five to ten
        times slower than any other (torch 2.14); everything else is faster in channels last."""
        slow = self.device.type == "cpu" and self.dtype == torch.bfloat16
        return torch.channels_last if self.channels_last and not slow else torch.contiguous_format

    @property
    def captures(self) -> bool:
        """Whether steps are captured as CUDA graphs."""
        return self.device.type == "cuda" and self.launch != "eager"

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """For training: weights stay float32, layers compute in the run's precision."""
        if self.dtype == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.dtype)

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Settings under which a run repeats bit for bit, put back afterwards."""
        deterministic, benchmark = torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        try:
            yield
        finally:
            torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = deterministic, benchmark

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Settings under which a GPU trains fastest, put back afterwards. A CPU is left as it is."""
        if self.device.type != "cuda":
            yield
            return
        benchmark, precision = torch.backends.cudnn.benchmark, torch.get_float32_matmul_precision()
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
        try:
            yield
        finally:
            torch.backends.cudnn.benchmark = benchmark
            torch.set_float32_matmul_precision(precision)

    def release(self) -> None:
        """Give cached memory back to the device."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def choose(device: str | torch.device, precision: str, launch: str = "auto") -> Compute:
    """The device named, or the best there is for "auto"; bfloat16 where it is fast for precision "auto".

    Raises UsageError for a device that isn't there.
    """
    if str(device) == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        have = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
        have += ["mps"] if torch.backends.mps.is_available() else []
        raise UsageError(f"--device {device}: not on this machine; there is: {', '.join(have)}") from error
    if precision == "auto":
        precision = "bfloat16" if fast_bfloat16(place) else "float32"
    return Compute(place, getattr(torch, precision), launch)


def fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 has instructions of its own there. Emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type != "cpu" or platform.system() != "Linux":
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
