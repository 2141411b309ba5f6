"""What precision and recall on coloured shapes say of known successes and failures.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gancraft.metrics.distances import precision_recall
from tests.training.learning_helpers import flat, real, space

COUNT = 1365
ORDER = np.random.default_rng(0).permutation(4096)
Made = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def half(x_NCHW: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return x_NCHW[ORDER[COUNT : 2 * COUNT]]


def noise(x_NCHW: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.random((COUNT, 3, 16, 16))


def collapsed(x_NCHW: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Sixteen pictures, again and again."""
    return x_NCHW[ORDER[random.integers(16, size=COUNT)]] / 255 + random.normal(0, 0.01, (COUNT, 3, 16, 16))


def one_colour(x_NCHW: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return x_NCHW[np.arange(len(x_NCHW)) // 4 % 6 == 0]


def two_at_once(x_NCHW: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Half of one and half of another."""
    return (half(x_NCHW, random) / 255 + x_NCHW[random.permutation(len(x_NCHW))[:COUNT]] / 255) / 2


@pytest.mark.parametrize(
    ("made", "precision", "recall"),
    [
        (half, (0.9, 1), (0.9, 1)),
        (noise, (0, 0.01), (0, 0.01)),
        (collapsed, (0.9, 1), (0, 0.05)),
        (one_colour, (0.9, 1), (0, 0.4)),
        (two_at_once, (0, 0.6), (0, 0.6)),
    ],
)
def test_what_the_figures_say(made: Made, precision: tuple[float, float], recall: tuple[float, float]) -> None:
    x_NCHW = real().x_NCHW
    found = precision_recall(space()(x_NCHW[ORDER[-COUNT:]]), space()(made(x_NCHW, np.random.default_rng(1))))
    assert precision[0] <= found[0] <= precision[1] and recall[0] <= found[1] <= recall[1], found


def test_larger_pictures_are_seen_at_the_same_size() -> None:
    large, small = (flat(real(size=size).x_NCHW[:64]) for size in ("32", None))
    assert large.shape == small.shape and (large - small).abs().mean() < 0.02
