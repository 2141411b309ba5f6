"""Means of what the losses report, gathered on the device, so that nobody waits for it at every step."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from gancraft.training.ranks import Ranks


class Meter:
    """Sums and counts since the last `clear`, by name. The names are those of the first step."""

    def __init__(self, device: torch.device):
        self.device = device
        self.names: tuple[str, ...] = ()
        self.total = torch.zeros(0, device=device)

    def add(self, values: Mapping[str, Tensor]) -> None:
        """One step's scalars; on the device alone."""
        if not self.names:
            self.names = tuple(values)
            self.total = torch.zeros(len(values) + 1, device=self.device)
        now = torch.stack([*(values[name].detach().float() for name in self.names), self.total.new_ones(())])
        self.total.add_(now)

    def sums(self) -> Tensor:
        """A copy of the sums, with the count last, on the CPU."""
        return self.total.detach().clone().cpu()

    def means(self, since: Tensor | None = None, ranks: Ranks | None = None) -> dict[str, float]:
        """Means over the steps since the last `clear`, or since an earlier `sums()`; over all processes with `ranks`."""
        sums = self.total.detach().clone()
        if ranks is not None:
            ranks.mean([sums])
        sums = sums.double().cpu()
        if since is not None and len(since) == len(sums):
            sums = sums - since.double()
        count = float(sums[-1]) if len(sums) else 0.0
        return {name: float(value) / count for name, value in zip(self.names, sums, strict=False)} if count else {}

    def clear(self) -> None:
        self.total.zero_()
