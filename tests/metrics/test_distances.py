"""Distances between sets of features, by values that are known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.metrics.distances import frechet, kernel_distance, nearest, precision_recall


def gaussian(count: int, size: int, seed: int = 0, mean: float = 0.0, deviation: float = 1.0) -> Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed)) * deviation + mean


def exact(mean: float, deviations: list[float], turn: float = 0.0) -> Tensor:
    """Four points of the plane whose mean and unbiased covariance are exactly these, turned about the mean."""
    a, b = (deviation * 1.5**0.5 for deviation in deviations)
    corners = torch.tensor([[a, 0], [-a, 0], [0, b], [0, -b]], dtype=torch.float64)
    cos, sin = math.cos(turn), math.sin(turn)
    return corners @ torch.tensor([[cos, sin], [-sin, cos]], dtype=torch.float64) + mean


def test_frechet_of_gaussians_is_the_known_one() -> None:
    # |mean difference|^2 + sum (s_a - s_b)^2 where the covariances commute
    assert frechet(exact(0, [1, 2]), exact(3, [1, 2])) == pytest.approx(18)
    assert frechet(exact(0, [1, 2]), exact(1, [3, 5])) == pytest.approx(2 + 4 + 9)


def test_frechet_where_covariances_do_not_commute() -> None:
    a, b = exact(0, [1, 2]), exact(0, [1, 2], turn=0.7)
    product = torch.cov(a.T) @ torch.cov(b.T)
    trace = float(torch.linalg.eigvals(product).real.clamp(min=0).sqrt().sum())
    assert frechet(a, b) == pytest.approx(2 * (1 + 4) - 2 * trace)
    assert frechet(a, b) == pytest.approx(frechet(b, a))


def test_frechet_of_a_set_with_itself_is_nothing_even_with_few_pictures() -> None:
    for count in (2, 20, 500):
        x_ND = gaussian(count, 64) * 3 + 5
        assert frechet(x_ND, x_ND[torch.randperm(count, generator=torch.Generator().manual_seed(1))]) < 1e-6


def test_frechet_with_fewer_pictures_than_features() -> None:
    a, b = torch.zeros(5, 100), torch.zeros(7, 100)
    a[:, 0], b[:, 0] = torch.tensor([-2.0, -1, 0, 1, 2]), 4
    assert frechet(a, b) == pytest.approx(16 + 2.5)


def test_frechet_of_float32_is_that_of_float64() -> None:
    a, b = gaussian(300, 50, 0, mean=40.0), gaussian(300, 50, 1, mean=40.0)
    assert frechet(a, b) == pytest.approx(frechet(a.double(), b.double()), rel=1e-9)


def test_kernel_distance_is_the_unbiased_one() -> None:
    a, b = gaussian(6, 3, 0).double(), gaussian(5, 3, 1, mean=0.5).double()

    def k(x: Tensor, y: Tensor) -> float:
        return float((x @ y / 3 + 1) ** 3)

    within = [sum(k(x, y) for i, x in enumerate(s) for j, y in enumerate(s) if i != j) / (len(s) * (len(s) - 1)) for s in (a, b)]  # fmt: skip
    between = sum(k(x, y) for x in a for y in b) / 30
    assert kernel_distance(a, b) == pytest.approx(sum(within) - 2 * between)


def test_kernel_distance_of_one_distribution_is_about_nothing_and_grows() -> None:
    same = [kernel_distance(gaussian(100, 8, seed), gaussian(100, 8, 100 + seed)) for seed in range(40)]
    assert min(same) < 0 < max(same)
    assert abs(sum(same)) / 40 < 4 * torch.tensor(same).std() / 40**0.5, "unbiased"
    a = gaussian(600, 8)
    near, far = (kernel_distance(a, gaussian(600, 8, 1, mean=mean)) for mean in (0.3, 0.6))
    assert 0.05 < near < far


def test_kernel_distance_over_subsets() -> None:
    a, b = gaussian(900, 8), gaussian(700, 8, 1, mean=0.4)
    whole = kernel_distance(a, b)
    parts = kernel_distance(a, b, subset=200, subsets=40)
    assert parts == pytest.approx(whole, rel=0.15) and parts != whole
    assert parts == kernel_distance(a, b, subset=200, subsets=40), "the same subsets every time"


def test_precision_and_recall() -> None:
    real = gaussian(300, 4)
    assert precision_recall(real, real) == (1, 1)
    assert precision_recall(real, real + 100) == (0, 0)
    narrow = real[:40].repeat(5, 1) * 0.05  # all near the middle: looks real, but shows little
    precision, recall = precision_recall(real, narrow)
    assert precision > 0.95 and recall < 0.1
    wide = gaussian(300, 4, 1, deviation=5)
    precision, recall = precision_recall(real, wide)
    assert precision < 0.3 and recall > 0.9


def test_precision_counts_reach_to_the_kth_neighbour() -> None:
    real = torch.tensor([[0.0], [1], [2], [3], [10]])  # reach with k = 1: 1, 1, 1, 1, 7
    fake = torch.tensor([[4.0], [4.1], [16.9], [17.1]])
    assert precision_recall(real, fake, k=1)[0] == 0.75


def test_precision_in_blocks_and_in_any_order() -> None:
    real, fake = gaussian(130, 5), gaussian(90, 5, 1, mean=0.7)
    whole = precision_recall(real, fake)
    assert 0 < whole[0] < 1 and 0 < whole[1] < 1
    assert precision_recall(real, fake, block=7) == whole
    order = torch.randperm(130, generator=torch.Generator().manual_seed(2))
    assert precision_recall(real[order], fake.flip(0)) == whole


def test_precision_is_exact_far_from_zero() -> None:
    real, fake = gaussian(100, 5), gaussian(100, 5, 1)
    assert precision_recall((real + 4096).float(), (fake + 4096).float()) == pytest.approx(
        precision_recall(real, fake), abs=0.021
    )


def test_the_nearest() -> None:
    assert nearest(torch.tensor([[0.9], [7]]), torch.tensor([[5.0], [1], [0]])).tolist() == [1, 0]


def test_too_few_pictures() -> None:
    one, three = torch.zeros(1, 2), torch.zeros(3, 2)
    for call in (frechet, kernel_distance):
        with pytest.raises(UsageError, match="at least 2 pictures"):
            call(one, three)
    with pytest.raises(UsageError, match="at least 4 pictures"):
        precision_recall(three, three)
