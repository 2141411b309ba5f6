"""Points in the plane over what a judge takes the plane for."""

from __future__ import annotations

import numpy as np
import pytest

from gancraft.interfaces import DataShape
from gancraft.latent.sheet import plane, points_picture, preview

NONE = np.zeros((0, 2), np.float32)
REAL, MADE, WHITE = (0.76, 0.88, 0.92), (0.98, 0.93, 0.82), (1.0, 1.0, 1.0)


def test_the_plane_goes_row_by_row_from_the_top_left() -> None:
    places = plane(4)
    assert places.dtype == np.float32 and places.shape == (16, 2)
    assert places[0] == pytest.approx((-1.125, 1.125)) and places[3] == pytest.approx((1.125, 1.125))
    assert places[-1] == pytest.approx((1.125, -1.125))


@pytest.mark.parametrize("turned", [False, True])
def test_where_points_are_taken_for_real_it_is_blue_and_sand_elsewhere(turned: bool) -> None:
    wall = plane(8)[:, 1 if turned else 0] < 0  # left of the middle, or below it
    picture_HWC = points_picture(NONE, side=64, field_HW=wall.astype(np.float32).reshape(8, 8))
    real_HWC, made_HWC = (picture_HWC[36:], picture_HWC[:28]) if turned else (picture_HWC[:, :28], picture_HWC[:, 36:])
    assert picture_HWC.dtype == np.float32
    assert np.allclose(real_HWC, REAL, atol=1e-6) and np.allclose(made_HWC, MADE, atol=1e-6)


def test_a_line_stands_where_it_cant_be_told() -> None:
    slope_HW = np.broadcast_to(np.linspace(0.1, 0.9, 16), (16, 16))
    picture_HWC = points_picture(NONE, side=160, field_HW=slope_HW)
    dark_W = picture_HWC[80].sum(-1)
    assert dark_W.argmin() in (79, 80) and np.allclose(picture_HWC[0], picture_HWC[159], atol=1e-4)
    assert dark_W[:70].min() > dark_W.min() + 0.5 and dark_W[90:].min() > dark_W.min() + 0.5


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_who_can_only_guess_leaves_it_white(value: float) -> None:
    assert np.array_equal(points_picture(NONE, side=32, field_HW=np.full((4, 4), value)), np.ones((32, 32, 3)))


def test_tints_grow_with_certainty_and_are_pale() -> None:
    tints = [points_picture(NONE, side=8, field_HW=np.full((2, 2), p))[4, 4] for p in (0.5, 0.55, 0.7, 1.0)]
    assert [t[0] for t in tints] == sorted((t[0] for t in tints), reverse=True)
    assert tints[1][0] < 0.95, "weak opinions are seen"
    assert min(tints[-1]) > 0.7


def test_points_stand_before_the_field() -> None:
    field_HW = np.ones((4, 4))
    picture_HWC = points_picture(np.array([[1.0, 1.0]]), np.array([[-1.0, 1.0]]), side=300, field_HW=field_HW)
    assert picture_HWC[50, 250, 2] < 0.4 and np.ptp(picture_HWC[50, 50]) < 0.12
    assert np.allclose(picture_HWC[250], REAL, atol=1e-6), "and there are no axes"


def test_dots_that_overlap_are_blended_one_after_the_other() -> None:
    once, twice = (points_picture(np.array([[0.7, 0.7]] * n), side=256)[68, 187] for n in (1, 2))
    orange = np.array((0.95, 0.45, 0.05))
    assert np.allclose(once, orange + 0.2 * (np.ones(3) - orange), atol=1e-6)
    assert np.allclose(twice, orange + 0.04 * (np.ones(3) - orange), atol=1e-6)


def test_a_preview_has_the_field_with_points_only() -> None:
    field_HW, points_NCHW = np.ones((4, 4)), np.full((3, 2, 1, 1), 0.4, np.float32)
    shown = preview(points_NCHW, DataShape(2, 1, 1), field_HW=field_HW)
    assert np.array_equal(shown, points_picture(points_NCHW[:, :, 0, 0], field_HW=field_HW))
    pictures_NCHW = np.zeros((2, 3, 8, 8), np.float32)
    with_field = preview(pictures_NCHW, DataShape(3, 8, 8), field_HW=field_HW)
    assert np.array_equal(with_field, preview(pictures_NCHW, DataShape(3, 8, 8)))
