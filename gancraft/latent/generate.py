"""Pictures by a trained generator, in batches.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import GancraftError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.interfaces import DataShape
from gancraft.latent.latents import labels, latents
from gancraft.latent.sheet import is_points
from gancraft.models import Model, make

_PIXELS = 1 << 22  # of a batch: activations are many times larger


def batch_size(shape: DataShape) -> int:
    """Pictures at a time, unless told otherwise: as many as are quick, few enough for the memory of any machine."""
    return max(1, min(64, _PIXELS // (shape.height * shape.width)))


def generate(
    model: Model,
    z_NL: Tensor,
    labels_N: Tensor | None = None,
    truncation: float = 1.0,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Iterator[Tensor]:
    """Batches of pictures, x_NCHW float32 on the CPU, in [0, 1] (points as they are), a batch in memory at a time.

    labels_N: one class each, for a model that has classes. truncation: below 1 more typical pictures, less variety. batch: 0
    chooses. Raises UsageError for a device that isn't there, GancraftError where the model makes no numbers.
    """
    place = choose(device, "float32").device
    generator = model.generator.to(place)
    batch = batch or batch_size(model.info.shape)
    for start in range(0, len(z_NL), batch):
        part = slice(start, start + batch)
        with torch.random.fork_rng([place] if place.type == "cuda" else []):
            torch.manual_seed(0)  # a network may add noise of its own: the same every time
            labels_part_N = None if labels_N is None else labels_N[part].to(place)
            x_NCHW = make(generator, z_NL[part].to(place), labels_part_N, truncation).cpu()
        if not bool(x_NCHW.isfinite().all()):
            raise GancraftError(
                "this model makes values that aren't numbers: its training went wrong before it was saved"
            )
        yield x_NCHW if is_points(model.info.shape) else ((x_NCHW + 1) / 2).clamp(0, 1)


def pictures(
    model: Model,
    seed: int,
    numbers: Sequence[int],
    *,
    truncation: float = 1.0,
    label: int | None = None,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> np.ndarray:
    """The pictures of these numbers, at least one, as `generate` makes them. label: the class of all; None: each class in
    turn."""
    z_NL, labels_N = latents(model.generator, seed, numbers), labels(model.info, numbers, label)
    return torch.cat(list(generate(model, z_NL, labels_N, truncation, batch, device))).numpy()


def sampling(
    model: Model,
    take: Callable[[Sequence[int], np.ndarray], None],
    seed: int,
    numbers: Sequence[int],
    *,
    truncation: float = 1.0,
    label: int | None = None,
    device: str | torch.device = "auto",
) -> Run:
    """A run that makes `pictures` and gives each batch to `take`: their numbers, and x_NCHW."""

    def events(run: Run) -> Iterator[Event]:
        where = choose(device, "float32").name
        yield Started(len(numbers), f"{len(numbers)} pictures, {model.info.shape}, on {where}")
        batch, done = batch_size(model.info.shape), 0
        for start in range(0, len(numbers), batch):
            part = numbers[start : start + batch]
            take(part, pictures(model, seed, part, truncation=truncation, label=label, device=device))
            done += len(part)
            yield Progress(done, len(numbers))
            if run.stopping:
                break
        yield Finished(stopped=run.stopping and done < len(numbers))

    return Run(events)
