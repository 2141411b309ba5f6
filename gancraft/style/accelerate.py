"""Launching steps: one by one, or on a CUDA device as a captured graph, so that the chip never waits for Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gancraft.compute import Compute
from gancraft.launch import Launch
from gancraft.style.canvas import Canvas
from gancraft.style.objective import Objective
from gancraft.style.tiled import TiledObjective

GPU_STRIDE = 25  # iterations between two looks at the loss on a GPU: each look waits for the device


class Stepper:
    """Iterations of one level, each of so many steps (`repeats`). The loss parts stay on the device until `values` asks for
    them."""

    def __init__(self, canvas: Canvas, objective: Objective | TiledObjective, compute: Compute, repeats: int = 1):
        self.canvas, self.compute, self.repeats = canvas, compute, repeats
        self.parts: dict[str, Tensor] = {}
        self.renew = objective.renew
        self.objective: Callable[..., Any] = objective
        self.warning = ""
        tiled = isinstance(objective, TiledObjective)
        if isinstance(objective, Objective):
            self.objective, self.warning = _compiled(objective, canvas, compute)
        # Steps of tiles are long enough to keep the chip at work.
        self._work = Launch(self._iterate, compute.captures and not tiled)

    def step(self) -> None:
        """One iteration."""
        for _ in range(self.repeats):
            self.renew()  # outside of a captured step, which reads what it writes
            self._work()
        if self._work.warning:
            self.warning, self._work.warning = self._work.warning, ""

    def due(self, step: int) -> bool:
        """Whether this is an iteration after which to look."""
        return self.compute.device.type != "cuda" or step % GPU_STRIDE == 0

    def values(self) -> dict[str, float]:
        """The parts of the last step's loss."""
        return {name: float(value) for name, value in self.parts.items()}

    def _iterate(self) -> None:
        self.canvas.step(self._loss)

    def _loss(self, x_NCHW: Tensor) -> Tensor:
        parts = self.objective(x_NCHW)
        self.parts = {name: value.detach() for name, value in parts.items()}
        return torch.stack(list(parts.values())).sum()


def _compiled(objective: Objective, canvas: Canvas, compute: Compute) -> tuple[Callable[..., Any], str]:
    """The objective, compiled where that was asked for and can be; the second is a line for the user, or nothing."""
    if compute.launch != "compile":
        return objective, ""
    compiled = torch.compile(objective, dynamic=False, backend=compute.backend)
    trial_NCHW = canvas.x_NCHW.detach().clone().requires_grad_()
    try:  # compilation happens at the first call, forward and backward apart
        torch.stack(list(compiled(trial_NCHW).values())).sum().backward()
    except Exception as error:  # whatever a compiler that isn't there, or isn't right, may raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return objective, f"can't compile on this machine ({reason}); going on without"
    return compiled, ""
