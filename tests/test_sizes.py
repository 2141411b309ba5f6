"""Halving and doubling by the filter [1, 3, 3, 1]."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv2d, pad

from gancraft import DataShape, UsageError, size_chain, smoothly_doubled, smoothly_halved


@pytest.mark.parametrize(("height", "width"), [(8, 8), (12, 7), (9, 16)])
def test_smoothly_halved_is_the_filter(height: int, width: int) -> None:
    x_NCHW = torch.randn(2, 3, height, width)
    taps = torch.tensor([1.0, 3, 3, 1]) / 8
    kernel = (taps[:, None] * taps).expand(3, 1, 4, 4)
    padded = pad(x_NCHW, (1, 1 + width % 2, 1, 1 + height % 2), mode="replicate")
    torch.testing.assert_close(smoothly_halved(x_NCHW), conv2d(padded, kernel, stride=2, groups=3))
    assert smoothly_halved(x_NCHW).shape[-2:] == (-(-height // 2), -(-width // 2))


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
