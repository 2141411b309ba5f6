"""Short trainings on coloured shapes, judged by what came out and not by a loss.

`sample:shapes` (four shapes, six colours, any place and size, 16x16) is learned in a minute or so. Precision and recall are
of the pictures' 32 main directions of variance: no network has to be trusted, every colour, place, size and outline counts,
and a little noise doesn't hide what a short training has learned. `test_learning_helpers.py` shows what the two figures say
of known failures.

Shape suffixes: N, M = pictures, C = channels, H, W = height, width, P = pixels, D = directions.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from gancraft.latent.evaluate import from_model, some_rows
from gancraft.metrics import distances
from gancraft.models import Model, load_model
from gancraft.pictures.dataset import PictureSet, open_set
from gancraft.training.choice import resolve_train
from tests.training import engine_helpers as engine

COMPARED = 2048  # pictures on each side
SIDE = 16  # that all are brought to, if they are larger
DIRECTIONS = 32
SETTINGS: dict[str, Any] = {
    key: value for key, value in engine.QUICK.items() if key not in ("pictures", "batch")
}  # these two are the preset's own


def learn(
    preset: str, folder: Path, pictures: int, seed: int = 0, data: str = "sample:shapes", **settings: Any
) -> Path:
    """Train `preset` on the CPU until so many pictures have been seen; the run's folder. settings: by name, `part__name` for
    a part's; what isn't said is as the preset has it, without looks, sheets and checkpoints in between."""
    given = {name.replace("__", "."): value for name, value in settings.items()}
    choice = resolve_train(engine.plugins(), [given, {"plugin": preset, "pictures": pictures, "seed": seed}, SETTINGS])
    engine.end(engine.finish(choice, data, folder))
    return folder


def precision_recall(folder: Path, sample: str = "sample:shapes") -> tuple[float, float]:
    """Of the pictures that a run's averaged model makes, against as many real ones (Kynkäänniemi et al. 2019, k = 3)."""
    model = trained(folder)
    shape = model.info.shape
    size = f"{shape.width}x{shape.height}"
    x_NCHW = real(sample, size).x_NCHW
    made_MCHW = from_model(model, COMPARED, device="cpu").at(range(COMPARED))
    see = space(sample, size)
    return distances.precision_recall(see(x_NCHW[some_rows(len(x_NCHW), COMPARED)]), see(made_MCHW))


def trained(folder: Path) -> Model:
    """The averaged model of a run."""
    return load_model(folder / "model.safetensors", engine.plugins())


@functools.cache
def real(sample: str = "sample:shapes", size: str | None = None) -> PictureSet:
    """The set, with its classes."""
    return open_set(sample, size=size, labels=True)


@functools.cache
def space(sample: str = "sample:shapes", size: str | None = None) -> Space:
    """The measure of a set."""
    return Space(real(sample, size).x_NCHW)


class Space:
    """Pictures, uint8 or float in [0, 1], to what of them varies most in a set, ND: distances there mean something."""

    def __init__(self, x_NCHW: np.ndarray):
        pixels_NP = flat(x_NCHW)
        self.middle_P = pixels_NP.mean(0)
        covariance_PP = (pixels_NP - self.middle_P).T @ (pixels_NP - self.middle_P)
        self.directions_PD = torch.linalg.eigh(covariance_PP)[1][:, -DIRECTIONS:]

    def __call__(self, x_NCHW: np.ndarray) -> Tensor:
        return (flat(x_NCHW) - self.middle_P) @ self.directions_PD


def flat(x_NCHW: np.ndarray) -> Tensor:
    """Pixels in [0, 1], NP, of pictures that are reduced if they are larger than needed."""
    pixels = torch.as_tensor(x_NCHW / 255 if x_NCHW.dtype == np.uint8 else x_NCHW, dtype=torch.float64)
    if max(pixels.shape[-2:]) > SIDE:
        pixels = adaptive_avg_pool2d(pixels, SIDE)
    return pixels.flatten(1)
