"""The running average of the generator's weights: what is shown, measured and saved (Yazıcı et al. 2019)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

RAMP = 0.05  # the half-life is at most this share of the pictures seen, so that a young average isn't all beginning


class Average:
    """A copy of a network that follows it. Numbers are averaged, running statistics of batch norm too; counts are copied."""

    def __init__(self, network: nn.Module, half_life: float):
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.half_life = half_life
        self.behind = False  # without a half-life the copy is made when somebody asks for it
        self.weight = torch.ones((), device=next(iter(network.parameters())).device)
        self._value = 1.0
        self.pair(network)

    def pair(self, network: nn.Module) -> None:
        """Find the tensors of both; again after they grew."""
        mine, theirs = self.network.state_dict(keep_vars=True), network.state_dict(keep_vars=True)
        floats = [name for name, tensor in mine.items() if tensor.is_floating_point()]
        self._mine = [mine[name].detach() for name in floats]
        self._theirs = [theirs[name].detach() for name in floats]
        self._counts = [(mine[n].detach(), theirs[n].detach()) for n in mine if n not in floats]

    def aim(self, pictures: int, batch: int) -> None:
        """Set how much of the next round counts, by the pictures seen when it is over."""
        half_life = min(self.half_life, RAMP * (pictures + batch))
        value = 1 - 0.5 ** (batch / half_life) if half_life > 0 else 1.0
        if value != self._value:
            self._value = value
            self.weight.fill_(value)

    @torch.no_grad()
    def update(self) -> None:
        """One round's step towards the network."""
        if self.half_life > 0:
            change: list[Tensor] = list(torch._foreach_sub(self._theirs, self._mine))
            torch._foreach_mul_(change, self.weight)
            torch._foreach_add_(self._mine, change)
        else:  # exactly, so that it doesn't matter when it is asked for
            torch._foreach_copy_(self._mine, self._theirs)
        for mine, theirs in self._counts:
            mine.copy_(theirs)
