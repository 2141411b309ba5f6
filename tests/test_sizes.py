"""Halving and doubling by the filter [1, 3, 3, 1]."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv2d, pad

from gancraft import DataShape, UsageError, filtered, size_chain, smoothly_doubled, smoothly_halved
from gancraft.models import sizes


@pytest.mark.parametrize(("height", "width"), [(8, 8), (12, 7), (9, 16)])
def test_smoothly_halved_is_the_filter(height: int, width: int) -> None:
    x_NCHW = torch.randn(2, 3, height, width)
    taps = torch.tensor([1.0, 3, 3, 1]) / 8
    kernel = (taps[:, None] * taps).expand(3, 1, 4, 4)
    padded = pad(x_NCHW, (1, 1 + width % 2, 1, 1 + height % 2), mode="replicate")
    torch.testing.assert_close(smoothly_halved(x_NCHW), conv2d(padded, kernel, stride=2, groups=3))
    assert smoothly_halved(x_NCHW).shape[-2:] == (-(-height // 2), -(-width // 2))


@pytest.mark.parametrize("margin", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
def test_filtered_is_the_filter(stride: int, margin: int) -> None:
    x_NCHW = torch.randn(2, 3, 8, 6)
    taps = torch.tensor([1.0, 3, 3, 1]) / 8
    kernel = (taps[:, None] * taps).expand(3, 1, 4, 4)
    expected = conv2d(x_NCHW, kernel, stride=stride, padding=margin, groups=3)
    torch.testing.assert_close(filtered(x_NCHW, stride, margin), expected)


@pytest.mark.parametrize("repeat", [False, True], ids=["zeros", "edges"])
@pytest.mark.parametrize(("stride", "margin", "size"), [(2, 1, (9, 6)), (2, 2, (5, 5)), (1, 1, (7, 4)), (1, 2, (3, 5))])
def test_every_way_is_the_same(stride: int, margin: int, repeat: bool, size: tuple[int, int]) -> None:
    """In sums, as products of matrices as GPUs have them; and doubled in sums, as compilers have it."""
    x_NCHW = torch.randn(2, 3, *size).double().requires_grad_()
    found = [way(x_NCHW, stride, margin, repeat) for way in (filtered, sizes._by_products)]
    torch.testing.assert_close(*found)
    other = torch.randn_like(found[0])
    torch.testing.assert_close(*(torch.autograd.grad(out, x_NCHW, other) for out in found))
    compiled = sizes._doubled_along(sizes._doubled_along(x_NCHW, 2), 3)
    torch.testing.assert_close(smoothly_doubled(x_NCHW, (2 * size[0], 2 * size[1])), compiled)


def test_smoothly_doubled_is_the_filter_inside() -> None:
    x_NCHW = torch.randn(1, 1, 6, 6)
    taps = torch.tensor([1.0, 3, 3, 1]) / 4
    kernel = (taps[:, None] * taps)[None, None]
    spread = torch.zeros(1, 1, 12, 12)
    spread[:, :, ::2, ::2] = x_NCHW
    full = conv2d(pad(spread, (2, 2, 2, 2)), kernel)[:, :, :12, :12]
    torch.testing.assert_close(smoothly_doubled(x_NCHW, (12, 12))[:, :, 2:-2, 2:-2], full[:, :, 2:-2, 2:-2])
    assert smoothly_doubled(x_NCHW, (11, 12)).shape[-2:] == (11, 12)


def test_the_chain() -> None:
    assert size_chain(DataShape(3, 64, 64)) == [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64)]
    assert size_chain(DataShape(3, 72, 120))[0] == (5, 8)
    for shape in (DataShape(2, 1, 1), DataShape(3, 7, 64)):
        with pytest.raises(UsageError):
            size_chain(shape)
