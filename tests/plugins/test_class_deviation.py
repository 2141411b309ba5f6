"""A discriminator's view of how much a class differs within itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch

from gancraft import (
    DataShape,
    Discriminator,
    class_deviation,
    minibatch_deviation,
)
from tests.plugins.helpers import check_second_derivative, classes, pictures
from tests.plugins.makers import dcgan_discriminator, progressive


def told(x_NCHW: torch.Tensor, labels_N: torch.Tensor | None) -> torch.Tensor:
    layer = minibatch_deviation(x_NCHW) if labels_N is None else class_deviation(x_NCHW, labels_N)
    assert torch.equal(layer[:, :-1], x_NCHW)
    return layer[:, -1, 0, 0]


@pytest.mark.parametrize("n", [32, 40, 64, 7])
def test_it_is_each_classs_own(n: int) -> None:
    x_NCHW = torch.randn(n, 3, 2, 2, generator=torch.Generator().manual_seed(0)) + 5
    labels_N = torch.arange(n) % 3
    found_N = told(x_NCHW, labels_N)
    for start in range(0, n, 32):
        rows = range(start, start + 32) if n - start >= 32 else range(max(0, n - 32), n)
        for row in range(start, min(start + 32, n)):
            own = x_NCHW[[other for other in rows if labels_N[other] == labels_N[row]]]
            assert float(found_N[row]) == pytest.approx(float(own.std(0, correction=0).mean()), abs=1e-4)


def test_one_picture_a_class_is_seen_by_it_alone() -> None:
    x_KCHW = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    labels_N = torch.arange(32) % 4
    assert told(x_KCHW[labels_N], labels_N).max() < 1e-3  # collapsed within its classes
    assert told(x_KCHW[labels_N], None).min() > 0.3  # which the usual one takes for variety


def test_it_may_count_more() -> None:
    x_NCHW = torch.randn(32, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    labels_N = torch.arange(32) % 4
    assert torch.equal(class_deviation(x_NCHW, labels_N, 5.0)[:, -1], 5 * class_deviation(x_NCHW, labels_N)[:, -1])


def dcgan(shape: DataShape) -> Discriminator:
    return dcgan_discriminator(shape, width=4, norm="none", init="he", minibatch_deviation=True)


JUDGES: Mapping[str, Callable[[DataShape], Discriminator]] = {
    "dcgan": dcgan,
    "progressive": lambda shape: progressive(shape, 1)[1],
}


@pytest.mark.parametrize("name", JUDGES)
def test_the_discriminator_uses_it_where_there_are_classes(name: str) -> None:
    shape = DataShape(1, 8, 8, 2)
    network = JUDGES[name](shape)
    assert network.together == 32 and JUDGES[name](DataShape(1, 8, 8)).together == 4
    labels_N = torch.arange(64) // 3 % 2

    def judged(x_NCHW: torch.Tensor, labels_N: torch.Tensor) -> torch.Tensor:
        logits_N: torch.Tensor = network(x_NCHW, labels_N)
        return logits_N

    x_NCHW = pictures(shape, 64)
    whole_N = judged(x_NCHW, labels_N)
    parts_N = torch.cat([judged(x_NCHW[:32], labels_N[:32]), judged(x_NCHW[32:], labels_N[32:])])
    assert torch.allclose(whole_N, parts_N, atol=1e-5)
    others_N = labels_N[1:32]
    for label, bears in ((0, True), (1, False)):  # the first picture is of class 0
        other_NCHW = x_NCHW.clone()
        other_NCHW[1:32][others_N == label] = -1
        assert torch.allclose(judged(other_NCHW, labels_N)[0], whole_N[0], atol=1e-5) is not bears
    check_second_derivative(network, pictures(shape, 8), classes(shape, 8))
