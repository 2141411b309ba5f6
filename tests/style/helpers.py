"""Small pictures and a tiny network, so that the runner's tests take fractions of a second."""

from __future__ import annotations

from collections.abc import Callable

import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss
from torch import Tensor, nn

from gancraft import SequentialNetwork
from gancraft.events import Event, Finished, Progress, Run
from gancraft.interfaces import StyleInput, StyleJob, StyleLoss
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.settings import OptimiseOptions


def tiny_network(**arguments: object) -> SequentialNetwork:
    """Two convolutions with a pool between them; weights from seed 0."""
    generator = torch.Generator().manual_seed(0)
    first, second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
    for convolution in (first, second):
        convolution.weight.data = 0.3 * torch.randn(convolution.weight.shape, generator=generator)
        convolution.bias.data = 0.1 * torch.rand(8, generator=generator)
    steps = [
        ("conv1", first),
        ("relu1", nn.ReLU()),
        ("pool1", nn.AvgPool2d(2)),
        ("conv2", second),
        ("relu2", nn.ReLU()),
    ]
    settings = {"content_layers": {"relu2": 1.0}, "style_layers": {"relu1": 1.0, "relu2": 1.0}, **arguments}
    return SequentialNetwork(steps, ["relu1", "relu2"], **settings)  # type: ignore[arg-type]


def smooth(width: int, height: int, seed: int) -> Tensor:
    """A smooth random picture, NCHW."""
    coarse = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)


def rough(width: int, height: int, seed: int) -> Tensor:
    """A picture of noise, NCHW."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


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
