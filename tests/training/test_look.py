"""What a look at a run measures where pictures have classes, and what it sees where they are points."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from gancraft.interfaces import DataShape, LossHealth
from gancraft.latent.sheet import plane
from gancraft.training.look import Observer


def observer(labels: int | None) -> Any:
    """An observer of ten heaps of descriptors, one a class, without a run."""
    made = object.__new__(Observer)
    made.labels_N = None if labels is None else torch.arange(250) % labels
    torch.manual_seed(0)
    middles = 5 * torch.randn(10, 6)
    made.real_by_class = {number: middles[number] + torch.randn(40, 6) for number in range(10)}
    made.real_ND = torch.cat([reals[:25] for reals in made.real_by_class.values()])
    return SimpleNamespace(observer=made, middles=middles)


def test_one_picture_a_class_is_a_collapse() -> None:
    set_up = observer(10)
    same_ND = set_up.middles[torch.arange(250) % 10] + 0.01 * torch.randn(250, 6)
    assert set_up.observer._diversity(same_ND) < 0.2


def test_classes_as_varied_as_the_data_are_fine() -> None:
    set_up = observer(10)
    varied_ND = set_up.middles[torch.arange(250) % 10] + torch.randn(250, 6)
    assert set_up.observer._diversity(varied_ND) == pytest.approx(1, abs=0.15)


def test_without_labels_all_pictures_are_compared() -> None:
    set_up = observer(None)
    order = torch.randperm(250)
    real_ND = set_up.observer.real_ND = set_up.observer.real_ND[order]
    assert set_up.observer._diversity(real_ND) == pytest.approx(1)


class Judge:
    """A trainable that scores points by a plane of its own; absolute: whether the sign of a score has a meaning."""

    def __init__(self, slope: tuple[float, float] | None, absolute: bool = True, by_class: bool = False):
        self.slope, self.absolute, self.by_class = slope, absolute, by_class

    def scores(self, networks: Any, x_NCHW: torch.Tensor, labels_N: torch.Tensor | None) -> torch.Tensor | None:
        if self.slope is None:
            return None
        scores_N = x_NCHW.flatten(1) @ torch.tensor(self.slope)
        return scores_N + 2.0 * labels_N if self.by_class and labels_N is not None else scores_N

    def health(self) -> LossHealth:
        return LossHealth(sign=self.absolute)


def field(judge: Judge, fakes: float = 0.0, points: bool = True, classes: int = 0) -> np.ndarray | None:
    """Of an observer without a run, whose reals are all at (1, 1) and whose fakes are at (`fakes`, `fakes`)."""
    made = object.__new__(Observer)
    made.device = torch.device("cpu")
    made.points_NCHW = np.ones((300, 2, 1, 1), np.float32) if points else None
    made.data = SimpleNamespace(shape=DataShape(2, 1, 1, classes))  # type: ignore[assignment]
    made.session = SimpleNamespace(trainable=judge, networks={})  # type: ignore[assignment]
    return made.field(torch.full((10, 2, 1, 1), fakes))


def test_the_field_is_what_the_discriminator_says() -> None:
    found_HW = field(Judge((2.0, 0.0)))
    assert found_HW is not None and found_HW.shape == (64, 64)
    expected = 1 / (1 + np.exp(-2 * plane(64)[:, 0]))
    assert np.allclose(found_HW.ravel(), expected, atol=1e-6)
    assert (found_HW[:, :32] < 0.5).all() and (found_HW[:, 32:] > 0.5).all()


def test_up_is_up() -> None:
    found_HW = field(Judge((0.0, 1.0)))
    assert found_HW is not None and (found_HW[:32] > 0.5).all() and (found_HW[32:] < 0.5).all()


def test_where_only_differences_count_the_line_is_between_reals_and_fakes() -> None:
    shifted = [field(Judge((scale, 0.0), absolute=False), fakes=-0.5) for scale in (1.0, 1000.0)]
    for found_HW in shifted:
        assert found_HW is not None
        real = plane(64)[:, 0].reshape(64, 64) > 0.25  # the middle of -0.5 and 1
        assert np.array_equal(found_HW > 0.5, real)
    assert np.allclose(shifted[0], shifted[1], atol=1e-4), "whatever their unit"


def test_with_classes_it_is_the_mean_over_them() -> None:
    found_HW = field(Judge((1.0, 0.0), by_class=True), classes=3)
    assert found_HW is not None
    assert np.allclose(found_HW.ravel(), 1 / (1 + np.exp(-plane(64)[:, 0] - 2)), atol=1e-5)


@pytest.mark.parametrize(("judge", "points"), [(Judge(None), True), (Judge((1.0, 0.0)), False)])
def test_where_nobody_judges_points_there_is_no_field(judge: Judge, points: bool) -> None:
    assert field(judge, points=points) is None
