"""What every way of looking at a run has: sheets for people, numbers for the health. Pictures are in [-1, 1]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator as Work

import numpy as np
import torch
from torch import Tensor, nn

from gancraft.pictures.dataset import PictureSet
from gancraft.training.feed import to_float
from gancraft.training.session import Session


class Observing(ABC):
    """Looks at the averaged sampler of a run. It draws nothing from the run's random numbers."""

    def __init__(self, session: Session, data: PictureSet):
        self.session, self.data = session, data
        self.device = session.compute.device

    @abstractmethod
    def sheet(self, across: int, down: int) -> np.ndarray:
        """What the sampler makes now, at most so many pictures as one, HW3 float32 in [0, 1]."""

    @abstractmethod
    def measure(self) -> Work[None, None, dict[str, float]]:
        """Numbers for `health.Look`, as many as can be had; with pauses, in which somebody may be told."""

    def gathered(self) -> dict[str, float]:
        """Means of the meters; how often a loss was no number, over all phases."""
        values: dict[str, float] = {}
        broken = 0.0
        for step in self.session.steps:
            means = step.meter.means()
            broken += means.pop("nonfinite", 0.0)
            values |= means
        return {**values, "nonfinite": broken}

    def _real(self, rows: np.ndarray) -> Tensor:
        """Pictures of the set by number, NCHW, in their order there."""
        return to_float(torch.from_numpy(np.ascontiguousarray(self.data.x_NCHW[np.sort(rows)])).to(self.device))


class evaluating:  # noqa: N801 - used like a function
    """Networks in evaluation mode, put back afterwards."""

    def __init__(self, networks: object):
        self.networks: list[nn.Module] = list(networks)  # type: ignore[call-overload]

    def __enter__(self) -> None:
        self.before = [network.training for network in self.networks]
        for network in self.networks:
            network.eval()

    def __exit__(self, *_: object) -> None:
        for network, training in zip(self.networks, self.before, strict=True):
            network.train(training)
