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
from gancraft.latent.codes import Codes, seeded, styled_generator
from gancraft.latent.sheet import is_points
from gancraft.models import Model, make
from gancraft.trained import words

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
    yield from draw(model, Codes("z", z_NL, labels_N), truncation, batch, device)


def draw(
    model: Model, codes: Codes, truncation: float = 1.0, batch: int = 0, device: str | torch.device = "auto"
) -> Iterator[Tensor]:
    """The same of latents or styles; truncation moves both towards the middle."""
    place = choose(device, "float32").device
    model.generator.to(place)
    batch = batch or batch_size(model.info.shape)
    for start in range(0, len(codes), batch):
        part = codes[start : start + batch]
        with torch.random.fork_rng([place] if place.type == "cuda" else []):
            torch.manual_seed(0)  # a network may add noise of its own: the same every time
            x_NCHW = _made(model, part, place, truncation).cpu()
        if not bool(x_NCHW.isfinite().all()):
            raise GancraftError(
                "this model makes values that aren't numbers: its training went wrong before it was saved"
            )
        yield x_NCHW if is_points(model.info.shape) else ((x_NCHW + 1) / 2).clamp(0, 1)


@torch.no_grad()
def _made(model: Model, codes: Codes, place: torch.device, truncation: float) -> Tensor:
    labels_N = None if codes.labels_N is None else codes.labels_N.to(place)
    values = codes.values.to(place)
    if codes.space == "z":
        return make(model.generator, values, labels_N, truncation)
    generator = styled_generator(model)
    w_NKS = values if truncation == 1 else generator.truncated_styles(values, truncation, labels_N)
    return generator.picture(generator.draw(w_NKS)).float()


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
    return torch.cat(list(draw(model, seeded(model, seed, numbers, label), truncation, batch, device))).numpy()


def sampling(
    model: Model,
    take: Callable[[Sequence[int], np.ndarray], None],
    codes: Callable[[Sequence[int]], Codes],
    numbers: Sequence[int],
    *,
    truncation: float = 1.0,
    device: str | torch.device = "auto",
) -> Run:
    """A run that makes the pictures of these numbers and gives each batch to `take`: their numbers, and x_NCHW. codes: those
    of some numbers."""

    def events(run: Run) -> Iterator[Event]:
        where = choose(device, "float32").name
        yield Started(len(numbers), f"{words.pictures(len(numbers))}, {model.info.shape}, on {where}")
        batch, done = batch_size(model.info.shape), 0
        for start in range(0, len(numbers), batch):
            part = numbers[start : start + batch]
            take(part, torch.cat(list(draw(model, codes(part), truncation, batch, device))).numpy())
            done += len(part)
            yield Progress(done, len(numbers))
            if run.stopping:
                break
        yield Finished(stopped=run.stopping and done < len(numbers))

    return Run(events)
