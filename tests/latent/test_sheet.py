"""Sheets and plots of points."""

from __future__ import annotations

import numpy as np
import pytest

from gancraft.interfaces import DataShape
from gancraft.latent.sheet import arranged, columns, points_picture, preview, sheet

GREY = np.linspace(0, 1, 6, dtype=np.float32)[:, None, None, None]


def flat(count: int, channels: int, height: int, width: int) -> np.ndarray:
    """Pictures of one grey each."""
    return np.broadcast_to(GREY[:count], (count, channels, height, width))


def test_pictures_stand_in_rows_with_a_gap() -> None:
    picture_HWC = sheet(flat(5, 3, 4, 6), across=3, scale=1)
    assert picture_HWC.shape == (4 + 2 + 4, 6 * 3 + 2 * 2, 3) and picture_HWC.dtype == np.float32
    for number in range(5):
        top, left = number // 3 * 6, number % 3 * 8
        assert np.allclose(picture_HWC[top : top + 4, left : left + 6], GREY[number])
    assert (picture_HWC[4:6] == 1).all() and (picture_HWC[:, 6:8] == 1).all(), "gaps are white"
    assert (picture_HWC[6:, 16:] == 1).all(), "and so is the place of a missing one"


def test_enlarging_repeats_pixels() -> None:
    x_NCHW = np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2) / 12
    picture_HWC = sheet(x_NCHW, scale=3)
    assert picture_HWC.shape == (6, 6, 3)
    assert np.array_equal(picture_HWC[1::3, 1::3], np.moveaxis(x_NCHW[0], 0, -1))


@pytest.mark.parametrize("side", [4, 8, 28, 32, 60, 64])
@pytest.mark.parametrize("count", [1, 16, 64])
def test_sheets_of_small_pictures_are_wide_enough(side: int, count: int) -> None:
    width = sheet(np.zeros((count, 1, side, side), np.float32)).shape[1]
    assert 0.9 * 512 <= width <= 2 * 512


def test_large_pictures_keep_their_size() -> None:
    assert sheet(np.zeros((1, 3, 200, 300), np.float32)).shape == (200, 300, 3)


def test_a_sheet_is_about_square() -> None:
    assert [columns(n, 8, 8) for n in (1, 2, 4, 5, 64, 65)] == [1, 2, 2, 3, 8, 9]
    assert columns(64, 10, 40) == 4 and columns(64, 40, 10) == 16
    assert columns(2, 1, 100) == 1


def test_grey_and_transparent_pictures() -> None:
    assert np.allclose(sheet(flat(1, 1, 3, 3) + 0.3, scale=1), 0.3)
    x_NCHW = np.zeros((1, 4, 3, 3), np.float32)
    x_NCHW[0, 0], x_NCHW[0, 3] = 1, 0.25  # a quarter of red over white
    assert np.allclose(sheet(x_NCHW, scale=1)[1, 1], [1, 0.75, 0.75])


def test_points_are_where_they_belong() -> None:
    picture_HWC = points_picture(np.array([[1.0, 1.0]]), np.array([[-1.0, 0.5]]), side=300)
    orange, grey = picture_HWC[50, 250], picture_HWC[100, 50]
    assert orange[0] > 0.9 and orange[2] < 0.4
    assert np.ptp(grey) < 0.05 and 0.7 < grey[0] < 0.95
    assert picture_HWC[250, 50].min() == 1, "up is positive"
    assert picture_HWC[150, 10].max() < 1 and picture_HWC[10, 150].max() < 1, "axes"


def test_points_outside_and_broken_ones_are_left_out() -> None:
    empty = points_picture(np.zeros((0, 2)))
    assert np.array_equal(points_picture(np.array([[1.6, 0], [np.nan, 0], [0, -np.inf]])), empty)
    edges = points_picture(np.array([[1.499, -1.499], [-1.499, 1.499]]))
    assert edges.shape == empty.shape and edges[-1, -1, 2] < 0.8 and edges[0, 0, 2] < 0.8


def test_dots_are_smooth_and_move_by_less_than_a_pixel() -> None:
    def middle(x: float) -> float:
        weights_HW = 1 - points_picture(np.array([[x, 0.7]]), side=256)[..., 2]
        weights_HW[:, 128] = weights_HW[128] = 0  # the axes
        return float((weights_HW.sum(0) * np.arange(256)).sum() / weights_HW.sum())

    assert middle(0.5) == pytest.approx((0.5 / 1.5 + 1) / 2 * 256 - 0.5, abs=0.05)
    assert middle(0.502) - middle(0.5) == pytest.approx(0.002 / 3 * 256, abs=0.02)


def test_a_preview_picks_the_right_one() -> None:
    x_NCHW = np.full((8, 3, 8, 8), -0.5, np.float32)
    picture_HWC = preview(x_NCHW, DataShape(3, 8, 8), across=4)
    assert picture_HWC.shape[1] > picture_HWC.shape[0] and np.allclose(picture_HWC[:3, :3], 0.25)
    assert preview(x_NCHW * 9, DataShape(3, 8, 8)).min() == 0, "clipped"
    points_NCHW, reals_NCHW = (np.full((3, 2, 1, 1), value, np.float32) for value in (0.4, -0.4))
    shape = DataShape(2, 1, 1)
    with_reals = preview(points_NCHW, shape, reals_NCHW)
    assert np.array_equal(with_reals, points_picture(points_NCHW[:, :, 0, 0], reals_NCHW[:, :, 0, 0]))
    assert not np.array_equal(with_reals, preview(points_NCHW, shape))
    assert np.array_equal(arranged(points_NCHW, shape), preview(points_NCHW, shape))


def test_a_preview_takes_tensors() -> None:
    import torch

    assert preview(torch.zeros(2, 3, 8, 8), DataShape(3, 8, 8)).max() == 1  # type: ignore[arg-type]
