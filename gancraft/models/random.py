"""Random numbers for batches, the same however many processes share a batch."""

from __future__ import annotations

import torch
from torch import Tensor


class BatchRandom:
    """`gancraft.interfaces.Random` from a torch generator, or from the default one of the device.

    world, rank: every process draws the numbers of all and keeps its own rows.
    """

    def __init__(
        self,
        device: torch.device | str = "cpu",
        generator: torch.Generator | None = None,
        world: int = 1,
        rank: int = 0,
    ):
        self.device, self.generator, self.world, self.rank = torch.device(device), generator, world, rank

    def normal(self, n: int, *shape: int) -> Tensor:
        return self._own(torch.randn(n * self.world, *shape, generator=self.generator, device=self.device), n)

    def uniform(self, n: int, *shape: int) -> Tensor:
        return self._own(torch.rand(n * self.world, *shape, generator=self.generator, device=self.device), n)

    def integers(self, n: int, high: int) -> Tensor:
        return self._own(torch.randint(high, (n * self.world,), generator=self.generator, device=self.device), n)

    def _own(self, x: Tensor, n: int) -> Tensor:
        return x[self.rank * n : (self.rank + 1) * n] if self.world > 1 else x
