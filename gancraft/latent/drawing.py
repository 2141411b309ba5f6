"""Runs that draw codes and arrange the pictures on one sheet.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.latent.codes import Codes
from gancraft.latent.generate import batch_size, draw
from gancraft.latent.sheet import is_points
from gancraft.models import Model
from gancraft.trained import words

MOST = 100  # megapixels of a sheet


def drawing(
    model: Model,
    parts: Sequence[tuple[Codes, float]],
    arrange: Callable[[np.ndarray], np.ndarray],
    *,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Run:
    """A run that draws codes, each part with its truncation. Finished.picture_HWC is what `arrange` makes of all pictures,
    x_NCHW in [0, 1] in their order; None where the run was stopped.

    batch: pictures at a time; 0 chooses. Raises UsageError for a model of points, and for more pictures than a sheet holds.
    """
    check_pictures(model)
    shape, total = model.info.shape, sum(len(codes) for codes, _ in parts)
    megapixels = total * shape.height * shape.width / 1e6
    if megapixels > MOST:
        raise UsageError(f"a sheet of {total} pictures has {megapixels:.0f} megapixels; ask for fewer ({MOST} at most)")

    def events(run: Run) -> Iterator[Event]:
        began, done = time.monotonic(), 0
        yield Started(total, f"{words.pictures(total)}, {shape}, on {choose(device, 'float32').name}")
        made: list[np.ndarray] = []
        for codes, truncation in parts:
            for x_NCHW in draw(model, codes, truncation, batch or batch_size(shape), device):
                made.append(x_NCHW.numpy())
                done += len(x_NCHW)
                yield Progress(done, total)
                if run.stopping and done < total:
                    yield Finished(stopped=True, seconds=time.monotonic() - began)
                    return
        picture_HWC = arrange(np.concatenate(made))
        yield Finished(picture_HWC, seconds=time.monotonic() - began, facts={"pictures": total})

    return Run(events)


def check_pictures(model: Model) -> None:
    """Raise UsageError for a model of points."""
    if is_points(model.info.shape):
        raise UsageError("this model makes points in the plane, not pictures; sample draws them")
