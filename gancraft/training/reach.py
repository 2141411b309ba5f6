"""How many kinds of its data a trained model makes: the count that mode collapse is about.

Shape suffixes: N = points, M = classes, 2 = x and y.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gancraft.errors import UsageError
from gancraft.latent.generate import pictures
from gancraft.latent.sheet import is_points
from gancraft.models import load_model
from gancraft.pictures.dataset import open_set
from gancraft.plugins import Plugins

MADE = 2048  # points
DEVIATIONS = 3  # from a class's middle: so near a point is one of it
LEAST = 0.01  # share of the points that must be near


def modes_reached(model: Path, source: str, plugins: Plugins) -> tuple[int, int]:
    """(classes that a model's points come near, all classes of the set); as modes are counted by Metz et al. 2017.

    source: labelled points, as for training. Raises UsageError where it has no classes or isn't points, GancraftError where
    the model can't be used.
    """
    data = open_set(source, labels=True)
    if data.labels_N is None or not is_points(data.shape):
        raise UsageError(f"{source}: modes are counted of points in the plane that have classes")
    points_N2 = data.x_NCHW.reshape(-1, 2)
    classes = [points_N2[data.labels_N == number] for number in range(data.shape.classes)]
    made_N2 = pictures(load_model(model, plugins), 0, range(MADE), batch=MADE, device="cpu").reshape(-1, 2)
    return sum(_near(made_N2, class_N2) >= LEAST for class_N2 in classes), len(classes)


def _near(made_N2: np.ndarray, class_N2: np.ndarray) -> float:
    """The share of points that lie within a class."""
    radius = DEVIATIONS * float(class_N2.std(0).mean())
    return float((np.linalg.norm(made_N2 - class_N2.mean(0), axis=1) <= radius).mean())
