"""Sheets with words."""

from __future__ import annotations

import numpy as np
import pytest

from gancraft.latent.table import table

GREY = np.full((6, 3, 32, 32), 0.5, np.float32)


def squares(picture_HWC: np.ndarray, level: float = 0.5) -> np.ndarray:
    """Where the pictures are, HW."""
    return (np.abs(picture_HWC - level) < 1e-2).all(-1)


def runs(line: np.ndarray) -> list[int]:
    """Lengths of the stretches that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def longest(picture_HWC: np.ndarray, axis: int) -> list[int]:
    """Of the row or column that meets most pictures, their lengths there."""
    there_HW = squares(picture_HWC)
    lines = there_HW if axis == 1 else there_HW.T
    return runs(lines[lines.sum(1).argmax()])


def test_pictures_stand_in_rows_and_columns() -> None:
    picture_HWC = table(GREY, ["a", "b", "c"])
    assert longest(picture_HWC, 1) == [128] * 3 and longest(picture_HWC, 0) == [128] * 2
    assert picture_HWC.dtype == np.float32 and picture_HWC.max() == 1


def test_pictures_come_row_by_row() -> None:
    x_NCHW = np.linspace(0.2, 0.8, 6, dtype=np.float32).reshape(6, 1, 1, 1) * np.ones((1, 3, 8, 8), np.float32)
    picture_HWC = table(x_NCHW, ["", "", ""], side=8)
    places = [(14 + row * 12, 14 + column * 12) for row in range(2) for column in range(3)]
    levels = [float(picture_HWC[y, x, 0]) for y, x in places]
    assert levels == pytest.approx(np.linspace(0.2, 0.8, 6).tolist(), abs=1 / 255)


def test_the_corner_may_stay_empty() -> None:
    there_HW = squares(table(GREY[:5], ["", "b", "c"], ["", "two"], blank=True))
    rows = [runs(row) for row in there_HW if row.any()]
    assert [128, 128] in rows and [128, 128, 128] in rows


def test_titles_are_written_where_they_belong() -> None:
    blank, titled = table(GREY, ["", "", ""], ["", ""]), table(GREY, ["", "b", ""], ["", ""])
    ink_HW = (titled[: titled.shape[0] - blank.shape[0] + 10] < 0.9).any(-1)
    middle = titled.shape[1] / 2
    assert ink_HW.any() and abs(np.flatnonzero(ink_HW.any(0)).mean() - middle) < 12
    below = table(GREY, ["", "", ""], ["", ""], below=["x", "", "", "", "", ""])
    assert below.shape[0] > blank.shape[0] and (below[138:156, 20:138] < 0.9).any()


def test_long_titles_stay_within_their_place() -> None:
    short = table(GREY[:2], ["a", "b"], ["x"], side=32)
    long = table(GREY[:2], ["a" * 90, "b"], ["x"], side=32)
    assert long.shape == short.shape and longest(long, 1) == [32, 32]
    assert table(GREY[:2], ["a", "b"], ["x" * 900], side=32).shape[1] < 400


def test_groups_of_columns_are_set_apart() -> None:
    there_HW = squares(table(GREY, list("abcdef"), blocks=2, side=32))
    gaps = runs(~there_HW[there_HW.sum(1).argmax()])[1:-1]
    assert gaps == [4, 4, 20, 4, 4]


@pytest.mark.parametrize(
    ("size", "side", "made"), [((32, 32), 0, 128), ((32, 32), 96, 96), ((300, 300), 0, 300), ((300, 200), 64, 64)]
)
def test_pictures_are_brought_to_a_side(size: tuple[int, int], side: int, made: int) -> None:
    picture_HWC = table(np.full((1, 1, *size), 0.5, np.float32), [""], side=side)
    there_HW = squares(picture_HWC)
    assert max(runs(there_HW[:, there_HW.any(0).argmax()])) == made


def test_transparent_parts_lie_on_white() -> None:
    x_NCHW = np.concatenate([np.zeros((1, 3, 8, 8)), np.full((1, 1, 8, 8), 0.5)], 1).astype(np.float32)
    assert squares(table(x_NCHW, [""], side=8)).sum() == 64
