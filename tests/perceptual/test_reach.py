"""How far a network's layers see."""

from __future__ import annotations

import pytest
import torch
from gancraft_embedded.network import Embedded

from gancraft import PerceptualOptions
from tests.style.helpers import tiny_network


@pytest.mark.parametrize("layer", ["relu1_1", "relu2_1", "relu3_1", "relu4_1"])
def test_no_pixel_beyond_the_reach_counts(layer: str) -> None:
    """The gradient of one position, against where it may lie."""
    network = Embedded(PerceptualOptions())
    far, stride = network.reach([layer])
    x_NCHW = torch.rand(1, 3, 192, 192, generator=torch.Generator().manual_seed(0)).requires_grad_()
    feature_NCHW = network(x_NCHW, [layer])[layer]
    assert 192 // feature_NCHW.shape[-1] == stride
    middle = feature_NCHW.shape[-1] // 2
    feature_NCHW[..., middle, middle].sum().backward()
    assert x_NCHW.grad is not None
    seen_W = x_NCHW.grad.abs().sum((0, 1, 2)).nonzero().flatten()
    first, last = middle * stride, (middle + 1) * stride - 1
    assert first - far <= int(seen_W.min()) and int(seen_W.max()) <= last + far
    assert first - far >= int(seen_W.min()) - stride  # and it isn't far too much


def test_the_deepest_of_several_counts() -> None:
    network = tiny_network()
    assert network.reach(["relu1"]) == (1, 1) and network.reach(["relu1", "relu2"]) == (4, 2)
