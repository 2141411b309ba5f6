"""Several processes that train together, each on its share of every batch. One process is the usual case.

Started by torchrun, which sets RANK, WORLD_SIZE, LOCAL_RANK and where to meet. Gradients are averaged as one flat tensor a
phase: that works with double backward, accumulation and networks that grow, where wrappers around a module don't.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as distributed
from torch import Tensor

from gancraft.errors import UsageError


@dataclass(frozen=True)
class Ranks:
    """The processes of a run. world: how many; rank: which of them this is."""

    world: int = 1
    rank: int = 0

    @property
    def main(self) -> bool:
        """Whether this process writes files and talks to people."""
        return self.rank == 0

    def share(self, batch: int) -> int:
        """This process's part of a batch. Raises UsageError where it doesn't divide."""
        if batch % self.world:
            raise UsageError(f"--batch {batch}: can't be shared among {self.world} processes; choose a multiple of it")
        return batch // self.world

    @torch.no_grad()
    def mean(self, tensors: Sequence[Tensor]) -> None:
        """Average float tensors over the processes, in place."""
        if self.world == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
        distributed.all_reduce(flat)
        flat /= self.world
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether it is true in any process."""
        if self.world == 1:
            return flag
        value = torch.tensor(float(flag), device=device)
        distributed.all_reduce(value, op=distributed.ReduceOp.MAX)
        return bool(value.item())

    def told(self, value: Any) -> Any:
        """What the main process has here: all go by its decisions."""
        if self.world == 1:
            return value
        box = [value if self.main else None]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def first(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the main one's values, in place."""
        if self.world > 1:
            for tensor in tensors:
                distributed.broadcast(tensor.detach(), src=0)


def join(device: str, environ: Mapping[str, str] = os.environ) -> tuple[Ranks, str]:
    """The processes that torchrun started, or this one alone, and the device of this one."""
    world = int(environ.get("WORLD_SIZE", "1"))
    if world == 1:
        return Ranks(), device
    cuda = torch.cuda.is_available() and device in ("auto", "cuda")
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if cuda else "gloo")
        atexit.register(distributed.destroy_process_group)
    place = f"cuda:{environ.get('LOCAL_RANK', '0')}" if cuda else "cpu" if device == "auto" else device
    if cuda:
        torch.cuda.set_device(place)
    return Ranks(distributed.get_world_size(), distributed.get_rank()), place
