"""One phase of a round: pictures in, gradients of its loss, all processes agreed, the optimiser's step.

The gradient is the only thing that is compiled; eager float32 on the CPU is the reference for every other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.compute import Compute
from gancraft.interfaces import Batch, Phase, Random
from gancraft.launch import Launch
from gancraft.training.convolutions import QuickConvolutions
from gancraft.training.feed import Feed
from gancraft.training.meter import Meter
from gancraft.training.ranks import Ranks

_numbers = count()

# Pixels of a picture above which second derivatives of convolutions aren't compiled on a GPU. Compiled code has only torch's
# way, convolutions with a kernel as large as the picture: at 256x256 one of them took 85 % of the time of R1 and R2 at every
# eighth step, and training was five times slower than uncompiled; at 64x64 it was half as fast again. Nothing in between was
# measured; such a convolution costs a sixteenth at half the side.
SECOND_ORDER = 128 * 128


class Step:
    """A phase, ready to be taken again and again. `meter` gathers its loss's parts and what it saw."""

    def __init__(
        self,
        phase: Phase,
        networks: Mapping[str, nn.Module],
        optimiser: torch.optim.Optimizer,
        feed: Feed,
        state: Mapping[str, Tensor],
        random: Random,
        ranks: Ranks,
        compute: Compute,
        parts: int,
    ):
        """parts: how many pieces a batch is computed in (gradient accumulation)."""
        self.phase, self.networks, self.optimiser, self.feed = phase, networks, optimiser, feed
        self.state, self.random, self.ranks, self.compute, self.parts = state, random, ranks, compute, parts
        self.meter = Meter(compute.device)
        self.parameters = [p for name in phase.learns for p in networks[name].parameters() if p.requires_grad]
        self.warning = ""
        self._gradient: Any = self._eager
        if compute.launch == "compile" and compiles(phase, feed.x_NCHW.shape, compute.device):
            self._gradient = self._compiled
            self._compile = torch.compile(_own_code(self._eager), dynamic=False, backend=compute.backend)
        captures = compute.captures
        if ranks.world == 1:
            self._work = [Launch(self._all, captures)]
        else:  # the exchange between processes stays out of the graphs
            self._work = [Launch(self._learn, captures), Launch(self._move, captures)]

    def __call__(self) -> None:
        if self.phase.data:
            self.feed.load()
        self._launch(self._work[0])
        if self.ranks.world > 1:
            self.ranks.mean([p.grad for p in self.parameters if p.grad is not None])
            self.ranks.mean([value for value in self.state.values() if value.is_floating_point()])
            self._launch(self._work[1])

    def _launch(self, work: Launch) -> None:
        work()
        if work.warning:
            self.warning, work.warning = f"phase '{self.phase.name}': {work.warning}", ""

    def skipped(self) -> bool:
        """Whether the phase leaves this step out."""
        if self.phase.skip is None:
            return False
        return self.phase.skip({name: float(value) for name, value in self.state.items() if value.dim() == 0})

    def _all(self) -> None:
        self._learn()
        self._move()

    def _learn(self) -> None:
        """Gradients of a whole batch, in as many parts as asked for."""
        total: list[Tensor] = []
        values: dict[str, Tensor] = {}
        size = self.feed.local // self.parts
        for part in range(self.parts):
            batch = self.feed.batch(slice(part * size, (part + 1) * size))
            gradients, loss_parts, state, seen = self._gradient(batch.x_NCHW, batch.labels_N, dict(self.state))
            total = [a + b for a, b in zip(total, gradients, strict=True)] if total else list(gradients)
            for name, value in state.items():
                self.state[name].copy_(value)
            for name, value in {**loss_parts, **seen}.items():
                values[name] = values[name] + value if name in values else value
        if self.parts > 1:
            total = list(torch._foreach_div(total, self.parts))
            values = {name: value / self.parts for name, value in values.items()}
        for parameter, gradient in zip(self.parameters, total, strict=True):
            if parameter.grad is None or self.ranks.world == 1:
                parameter.grad = _laid_out(gradient, parameter)
            else:  # the same memory, since a captured step reads it
                parameter.grad.copy_(gradient)
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(total)).float())
        losses = torch.stack([value for name, value in values.items() if name in loss_parts])
        values |= {f"gradient/{self.phase.name}": norm, "nonfinite": (~losses.isfinite()).any()}
        self.meter.add(values)

    def _move(self) -> None:
        self.optimiser.step()

    def _eager(self, x_NCHW: Tensor, labels_N: Tensor | None, state: dict[str, Tensor]) -> tuple[Any, ...]:
        """Gradients of the parts' sum; then the parts, the new state, and what was seen."""
        quick = x_NCHW.is_cuda and not torch.compiler.is_compiling()
        with self.compute.autocast(), QuickConvolutions() if quick else nullcontext():
            outcome = self.phase.loss(self.networks, Batch(x_NCHW, labels_N), state, self.random)
        loss = torch.stack(list(outcome.parts.values())).sum()
        gradients: Sequence[Tensor] = torch.autograd.grad(
            loss, self.parameters, allow_unused=True, materialize_grads=True
        )
        parts = {name: value.detach() for name, value in outcome.parts.items()}
        new = {name: value.detach() for name, value in outcome.state.items()}
        return gradients, parts, new, {name: value.detach() for name, value in outcome.seen.items()}

    def _compiled(self, *arguments: Any) -> tuple[Any, ...]:
        """The same, compiled at the first call; a machine or a loss that can't be compiled goes on without."""
        try:
            with _whole_steps():
                result: tuple[Any, ...] = self._compile(*arguments)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # whatever a compiler that isn't there, or isn't right, may raise
            cause = getattr(error, "inner_exception", error)  # what the backend itself said
            reason = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
            self.warning = f"can't compile the {self.phase.name}'s step ({reason[:160]}); going on without"
            self._gradient = self._eager
            return self._eager(*arguments)
        return result


def compiles(phase: Phase, shape: Sequence[int], device: torch.device) -> bool:
    """Whether compiling the phase's step pays for pictures of that shape, N x C x H x W."""
    return not (phase.second_order and device.type == "cuda" and shape[-2] * shape[-1] > SECOND_ORDER)


def _own_code(method: Any) -> MethodType:
    """The same with code of its own. Dynamo counts recompilations by code and runs the ninth variant uncompiled: phases and
    stages of a growing network would be variants of one."""
    function = method.__func__
    code = function.__code__.replace(co_name=f"step_{next(_numbers)}")
    return MethodType(FunctionType(code, function.__globals__), method.__self__)


def _laid_out(gradient: Tensor, parameter: Tensor) -> Tensor:
    """In the parameter's layout: fused steps on a CPU take the numbers as they lie in memory (torch 2.11), unchecked."""
    if gradient.stride() == parameter.stride():
        return gradient
    return torch.empty_like(parameter).copy_(gradient)


def _whole_steps() -> AbstractContextManager[Any]:
    """Lets a compiled function call `torch.autograd.grad`, which gradient penalties and this step do."""
    import torch._dynamo

    if hasattr(torch._dynamo.config, "trace_autograd_ops"):
        patched: AbstractContextManager[Any] = torch._dynamo.config.patch(trace_autograd_ops=True)
        return patched
    return nullcontext()
