"""The Gram loss against its definition, and that its statistics add up."""

from __future__ import annotations

import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss


def feature(seed: int, height: int = 6, width: int = 8) -> torch.Tensor:
    return torch.rand(1, 5, height, width, generator=torch.Generator().manual_seed(seed))


def gram(f_NCHW: torch.Tensor) -> torch.Tensor:
    """The definition, element by element."""
    flat = f_NCHW[0].flatten(1)
    return torch.einsum("ip,jp->ij", flat, flat) / flat.shape[1]


def test_it_is_the_relative_distance_of_gram_matrices() -> None:
    loss = GramLoss(GramOptions())
    picture, style = feature(1), feature(2, 9, 4)
    expected = (gram(picture) - gram(style)).square().mean() / gram(style).square().mean()
    assert loss.loss({"a": picture}, loss.target({"a": style}))["a"] == pytest.approx(float(expected), rel=1e-5)
    assert loss.loss({"a": style}, loss.target({"a": style}))["a"] == 0


def test_elements_is_the_plain_mean() -> None:
    loss = GramLoss(GramOptions(normalise="elements"))
    expected = (gram(feature(1)) - gram(feature(2))).square().mean()
    assert loss.loss({"a": feature(1)}, loss.target({"a": feature(2)}))["a"] == pytest.approx(float(expected), rel=1e-5)


def test_covariance_does_not_see_a_constant() -> None:
    loss = GramLoss(GramOptions(covariance=True))
    target = loss.target({"a": feature(1) + 3})
    assert loss.loss({"a": feature(1)}, target)["a"] == pytest.approx(0, abs=1e-6)
    plain = GramLoss(GramOptions())
    assert plain.loss({"a": feature(1)}, plain.target({"a": feature(1) + 3}))["a"] > 0.1


def test_shift_is_a_gram_matrix_of_shifted_features() -> None:
    shifted, plain = GramLoss(GramOptions(shift=0.5)), GramLoss(GramOptions())
    a = shifted.loss({"a": feature(1)}, shifted.target({"a": feature(2)}))["a"]
    b = plain.loss({"a": feature(1) - 0.5}, plain.target({"a": feature(2) - 0.5}))["a"]
    assert float(a) == pytest.approx(float(b), rel=1e-4)


@pytest.mark.parametrize("options", [{}, {"covariance": True}])
def test_statistics_add_up_over_tiles(options: dict[str, bool]) -> None:
    loss = GramLoss(GramOptions(**options))
    whole = feature(1, 8, 8)
    tiles = [loss.target({"a": tile}) for tile in whole.split(3, dim=2)]
    added = {key: sum(tile[key] for tile in tiles) for key in tiles[0]}
    for key, value in loss.target({"a": whole}).items():
        assert torch.allclose(added[key], value, rtol=1e-5)


def test_blending_is_the_weighted_mean_whatever_the_sizes() -> None:
    loss = GramLoss(GramOptions())
    small, large = feature(1), feature(2, 12, 12)
    blended = loss.blend([loss.target({"a": small}), loss.target({"a": large})], [0.25, 0.75])
    expected = 0.25 * gram(small) + 0.75 * gram(large)
    assert torch.allclose(blended["a/second"] / blended["a/count"], expected, rtol=1e-5)


def test_the_gradient_is_the_losss() -> None:
    loss = GramLoss(GramOptions(covariance=True))
    target = loss.target({"a": feature(2)})
    x_NCHW = feature(1).requires_grad_()
    loss.loss({"a": x_NCHW}, target)["a"].backward()
    step = torch.zeros_like(x_NCHW)
    step[0, 2, 3, 4] = 1e-2
    with torch.no_grad():
        up, down = (loss.loss({"a": x_NCHW + sign * step}, target)["a"] for sign in (1, -1))
    assert float((up - down) / 2e-2) == pytest.approx(float(x_NCHW.grad[0, 2, 3, 4]), rel=0.02)


def test_bfloat16_features_keep_float32_statistics() -> None:
    narrow = feature(1, 64, 64).bfloat16()
    sums = GramLoss(GramOptions()).target({"a": narrow})
    assert sums["a/second"].dtype == torch.float32
    assert torch.allclose(sums["a/second"] / 64**2, gram(narrow.float()), rtol=1e-5)
