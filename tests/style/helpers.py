"""Small pictures and a tiny network, so that the runner's tests take fractions of a second."""

from __future__ import annotations

from collections.abc import Callable

from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss

from gancraft.events import Event, Finished, Progress, Run
from gancraft.interfaces import StyleInput, StyleJob, StyleLoss
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.settings import OptimiseOptions
from gancraft.testing.probes import rough, smooth, tiny_network

__all__ = ["finish", "job", "rough", "run", "smooth", "tiny_network"]


def job(width: int = 36, height: int = 24, **changes: object) -> StyleJob:
    settings = {"precision": "float32", "device": "cpu", "network": tiny_network, "seed": 3, **changes}
    settings = {"styles": [StyleInput(rough(40, 40, 2))], **settings}
    return StyleJob(smooth(width, height, 1), **settings)  # type: ignore[arg-type]


def run(job: StyleJob, loss: StyleLoss | None = None, **options: object) -> Run:
    options = {"iterations": 20, **options}
    method = OptimisedStyle(OptimiseOptions(**options), loss or GramLoss(GramOptions()))  # type: ignore[arg-type]
    return Run(lambda run: method.run(job, run))


def finish(events: Run, each: Callable[[Event], None] = lambda event: None) -> tuple[Finished, list[Progress]]:
    progress: list[Progress] = []
    for event in events:
        each(event)
        if isinstance(event, Progress):
            progress.append(event)
    assert isinstance(event, Finished)
    return event, progress
