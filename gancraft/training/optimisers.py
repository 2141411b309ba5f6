"""Optimisers of the phases, and their state by the names of the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gancraft.interfaces import Adam, Phase


class Optimisers:
    """One Adam for every set of networks that learn together, made anew when they have grown."""

    def __init__(self, phases: Sequence[Phase], networks: Mapping[str, nn.Module], device: torch.device):
        self.device = device
        self._by_learns: dict[tuple[str, ...], torch.optim.Optimizer] = {}
        self._names: dict[tuple[str, ...], list[tuple[str, nn.Parameter]]] = {}
        self._rates: dict[tuple[str, ...], float] = {}
        self._factor = 1.0
        for phase in phases:
            if phase.learns not in self._by_learns:
                of = ((net, name, p) for net in phase.learns for name, p in networks[net].named_parameters())
                named = [(f"{net}.{name}", p) for net, name, p in of if p.requires_grad]
                self._names[phase.learns] = named
                self._rates[phase.learns] = phase.optimiser.rate
                self._by_learns[phase.learns] = _adam([p for _, p in named], phase.optimiser, device)

    def of(self, phase: Phase) -> torch.optim.Optimizer:
        return self._by_learns[phase.learns]

    def scale(self, factor: float) -> None:
        """Multiply every learning rate by this from here on."""
        if factor == self._factor:
            return
        self._factor = factor
        for learns, optimiser in self._by_learns.items():
            for group in optimiser.param_groups:
                rate = self._rates[learns] * factor
                if isinstance(group["lr"], Tensor):
                    group["lr"].fill_(rate)
                else:
                    group["lr"] = rate

    def rates(self) -> dict[str, float]:
        return {"+".join(learns): rate * self._factor for learns, rate in self._rates.items()}

    def tensors(self) -> dict[str, Tensor]:
        """The state, by `learns/parameter/quantity`."""
        found = {}
        for learns, optimiser in self._by_learns.items():
            for name, parameter in self._names[learns]:
                for quantity, value in optimiser.state.get(parameter, {}).items():
                    found[f"{'+'.join(learns)}/{name}/{quantity}"] = value
        return found

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over a state; parameters that it doesn't know begin anew."""
        for learns, optimiser in self._by_learns.items():
            for name, parameter in self._names[learns]:
                prefix = f"{'+'.join(learns)}/{name}/"
                known = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
                if known and all(value.shape in ((), parameter.shape) for value in known.values()):
                    optimiser.state[parameter] = {
                        key: self._taken(key, value, parameter) for key, value in known.items()
                    }

    def _taken(self, quantity: str, value: Tensor, parameter: nn.Parameter) -> Tensor:
        """A copy where and as the optimiser wants it: counts on the device only when it is captured, all else in the
        parameter's layout, which fused steps on a CPU suppose without a look."""
        if quantity == "step":
            return value.to(self.device if self.device.type == "cuda" else "cpu", copy=True)
        return torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _adam(parameters: list[nn.Parameter], adam: Adam, device: torch.device) -> torch.optim.Optimizer:
    cuda = device.type == "cuda"
    rate: float | Tensor = torch.tensor(adam.rate, device=device) if cuda else adam.rate
    return torch.optim.Adam(
        parameters, rate, (adam.beta1, adam.beta2), adam.eps, fused=device.type in ("cuda", "cpu"), capturable=cuda
    )
