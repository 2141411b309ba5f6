"""Directions in which a generator's pictures change, found without labels.

Two ways. "sefa" asks the network: along which directions do its pictures change most (Shen & Zhou 2021)? "ganspace" asks what
it makes: along which directions do its styles, or early activations, vary most (Härkönen et al. 2020)?

Shape suffixes: D = directions, L = latent size, S = style size.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.latent.directions import Directions, save_directions
from gancraft.latent.drawing import check_pictures
from gancraft.latent.jacobian import principal_latents
from gancraft.latent.variation import deviations, varied_latents, varied_styles
from gancraft.models import Model, StyledGenerator

Method = Literal["sefa", "ganspace"]
METHODS: tuple[Method, ...] = get_args(Method)


class Finding(Run):
    """A run whose `result` is there as soon as it has yielded `Finished`; None where it was stopped."""

    def __init__(self, body: Callable[[Finding], Iterator[Event]]):
        self.result: Directions | None = None
        super().__init__(lambda run: body(self))


def finding(
    model: Model,
    method: Method = "sefa",
    count: int = 8,
    layers: Sequence[int] | None = None,
    *,
    keep: Path | None = None,
    device: str | torch.device = "auto",
) -> Finding:
    """A run that finds the `count` most important directions of a model, or as many as there are: of styles where it has
    them, else of latents. The same every time.

    layers: styles that they are found for and move; None: all. keep: a file that they are saved in, too. Raises UsageError
    for a model of points, and for layers of a model without styles.
    """
    check_pictures(model)
    if layers is not None and not isinstance(model.generator, StyledGenerator):
        raise UsageError(f"--layers: {model.info.name} of this model has no styles, so its directions have no layers")

    def events(run: Finding) -> Iterator[Event]:
        began, place = time.monotonic(), choose(device, "float32")
        yield Started(None, f"{count} direction{'s' * (count != 1)} on {place.name}")
        generator = model.generator.to(place.device)
        if isinstance(generator, StyledGenerator):
            kept = tuple(range(generator.layers) if layers is None else layers)
            if method == "sefa":
                units_DS = _sefa(generator, kept, count)
                vectors = units_DS * deviations(model, units_DS)[:, None]
            else:
                vectors = varied_styles(model, count)
            found = Directions(method, "w", _upright(vectors), kept)
        else:
            find = principal_latents if method == "sefa" else varied_latents
            work = find(model, count, place.device)
            while True:
                try:
                    done, total = next(work)
                except StopIteration as end:
                    found = Directions(method, "z", _upright(end.value))
                    break
                yield Progress(done, total)
                if run.stopping:
                    yield Finished(stopped=True, seconds=time.monotonic() - began)
                    return
        if keep is not None:
            save_directions(keep, model, found)
        run.result = found
        yield Finished(seconds=time.monotonic() - began, facts={"directions": len(found), "space": found.space})

    return Finding(events)


def find_directions(
    model: Model,
    method: Method = "sefa",
    count: int = 8,
    layers: Sequence[int] | None = None,
    device: str | torch.device = "auto",
) -> Directions:
    """What `finding` finds."""
    run = finding(model, method, count, layers, device=device)
    for _ in run:
        pass
    assert run.result is not None
    return run.result


def _sefa(generator: StyledGenerator, layers: Sequence[int], count: int) -> Tensor:
    """Unit eigenvectors of A^T A with the largest eigenvalues, where A are the matrices of the layers, one above the other
    (Shen & Zhou 2021, equation 6), DS."""
    affines = generator.affines()
    a = torch.cat([affines[layer].detach().double().cpu() for layer in layers])
    return torch.linalg.eigh(a.T @ a).eigenvectors.T.flip(0)[:count].float()


def _upright(vectors: Tensor) -> Tensor:
    """A direction and its opposite are the same find; of both the one whose largest part is positive."""
    largest_D1 = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return (vectors * torch.where(largest_D1 < 0, -1.0, 1.0)).contiguous()
