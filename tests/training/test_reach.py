"""Counting the modes that a model's points come near."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.pictures.dataset import open_set
from gancraft.plugins import find_plugins
from gancraft.training import reach

RING = "sample:ring"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Count as if a model had made these points."""

    def count(points_N2: np.ndarray, source: str = RING) -> tuple[int, int]:
        monkeypatch.setattr(reach, "load_model", lambda file, plugins: None)
        monkeypatch.setattr(reach, "pictures", lambda *_, **__: points_N2.astype(np.float32).reshape(-1, 2, 1, 1))
        return reach.modes_reached(Path("model"), source, find_plugins())

    return count


def heaps(*numbers: int) -> np.ndarray:
    """The points of these classes."""
    data = open_set(RING, labels=True)
    assert data.labels_N is not None
    return np.concatenate([data.x_NCHW[data.labels_N == number].reshape(-1, 2) for number in numbers])


@pytest.mark.parametrize("numbers", [(3,), (0, 4), tuple(range(8))])
def test_heaps_that_have_points_are_counted(made: Any, numbers: tuple[int, ...]) -> None:
    assert made(heaps(*numbers)) == (len(numbers), 8)


def test_a_few_strays_are_no_mode(made: Any) -> None:
    strays = heaps(5)[:5]
    assert made(np.concatenate([heaps(1), strays])) == (1, 8)


def test_points_between_the_heaps_are_in_none(made: Any) -> None:
    angles = (np.arange(800) % 8 + 0.5) * np.pi / 4
    assert made(np.stack([np.cos(angles), np.sin(angles)], 1)) == (0, 8)


def test_other_sets_are_refused(made: Any) -> None:
    with pytest.raises(UsageError, match="points in the plane"):
        made(heaps(0), "sample:digits")
