"""That classes are learned: each with its own shapes, and many of them (see `learning_helpers`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gancraft.latent.evaluate import from_model
from gancraft.metrics import distances
from tests.training import shape_classes
from tests.training.learning_helpers import learn, real, space, trained
from tests.training.test_learning_shapes import FAST, NARROW

CLASSES, EACH = 4, 512


def test_real_shapes_are_told_apart() -> None:
    """Whatever their colour, place and size; noise is no shape."""
    data = real()
    assert (shape_classes.shown(data.x_NCHW) == data.labels_N).mean() > 0.99


@pytest.mark.slow
def test_every_class_has_its_own_shapes_and_many_of_them(tmp_path: Path) -> None:
    """With seeds 0 to 4 from .54 to .72 of the pictures showed the shape of their class (a guess is .25), and the least recall
    of a class was .56 to .69. With a minibatch deviation over all classes together each class had one picture left, and its
    recall was 0."""
    run = learn("dcgan", tmp_path / "run", 64_000, seed=0, data__labels=True, **NARROW, **FAST)
    made_NCHW = from_model(trained(run), CLASSES * EACH, device="cpu").at(range(CLASSES * EACH))
    labels_N = np.arange(len(made_NCHW)) % CLASSES
    right = float((shape_classes.shown(made_NCHW) == labels_N).mean())
    data, see = real(), space()
    recalls = []
    for label in range(CLASSES):
        shown = see(data.x_NCHW[data.labels_N == label][:EACH]), see(made_NCHW[labels_N == label])
        recalls.append(distances.precision_recall(*shown)[1])
    assert right > 0.42 and min(recalls) > 0.4, (right, recalls)
