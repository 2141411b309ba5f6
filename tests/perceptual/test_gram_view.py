"""A Gram matrix, to be looked at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gancraft.perceptual.gram import agreement, gram_matrix, heat_map

# Two channels at 2 x 2 places: [1, 0, 2, 1] and [0, 3, 1, 1].
FEATURE = torch.tensor([[[[1.0, 0.0], [2.0, 1.0]], [[0.0, 3.0], [1.0, 1.0]]]])
GRAM = torch.tensor([[6.0, 3.0], [3.0, 11.0]]) / 4


def features(channels: int = 5) -> torch.Tensor:
    return torch.rand(1, channels, 6, 7, generator=torch.Generator().manual_seed(0))


def test_it_is_the_mean_of_products() -> None:
    assert torch.equal(gram_matrix(FEATURE), GRAM)


def test_it_is_symmetric_and_knows_no_places() -> None:
    feature_NCHW = features()
    gram_CC = gram_matrix(feature_NCHW)
    order = torch.randperm(42, generator=torch.Generator().manual_seed(1))
    mixed_NCHW = feature_NCHW.flatten(2)[..., order].reshape(feature_NCHW.shape)
    assert gram_CC.shape == (5, 5) and torch.allclose(gram_CC, gram_CC.T)
    assert torch.allclose(gram_CC, gram_matrix(mixed_NCHW))


def test_it_is_float32_whatever_the_features_are() -> None:
    assert gram_matrix(features().bfloat16()).dtype == torch.float32


def test_how_far_two_agree() -> None:
    assert agreement(GRAM, GRAM) == 1
    assert agreement(torch.zeros(2, 2), GRAM) == 0
    assert agreement(0.9 * GRAM, GRAM) == pytest.approx(0.99)
    assert agreement(3 * GRAM, GRAM) < 0


def test_a_heat_map_is_light_where_nothing_is_together_and_dark_where_much_is() -> None:
    picture_HWC = heat_map(torch.tensor([[4.0, 0.0], [0.0, 1.0]]), 10)
    assert picture_HWC.shape == (10, 10, 3) and picture_HWC.dtype == np.float32
    assert picture_HWC.min() >= 0 and picture_HWC.max() <= 1
    brightness = picture_HWC.sum(-1)
    assert brightness[2, 2] < brightness[7, 7] < brightness[2, 7], "4, 1 and 0"
    assert (picture_HWC[:5, :5] == picture_HWC[0, 0]).all(), "an element is a square"
    assert np.array_equal(picture_HWC, picture_HWC.transpose(1, 0, 2))


def test_an_empty_matrix_is_paper() -> None:
    assert heat_map(torch.zeros(3, 3), 3).min() > 0.9


def test_a_large_one_has_a_pixel_for_each_element() -> None:
    assert heat_map(gram_matrix(features(40)), 16).shape == (40, 40, 3)
