"""A stream of random numbers of the run's own, whatever else the program does between its events."""

from __future__ import annotations

import torch


class OwnRandom:
    """torch's default generator of the CPU, exchanged while the run is at work. A GPU's is the run's alone."""

    def __init__(self) -> None:
        self._mine = torch.get_rng_state()
        self._outer: torch.Tensor | None = None

    def enter(self) -> None:
        self._outer = torch.get_rng_state()
        torch.set_rng_state(self._mine)

    def leave(self) -> None:
        if self._outer is not None:
            self._mine = torch.get_rng_state()
            torch.set_rng_state(self._outer)
            self._outer = None
