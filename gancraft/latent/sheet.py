"""Many pictures in one: sheets, and points in the plane. NumPy only, so that whoever has pictures can use it.

Shape suffixes: N = pictures or points, C = channels, H, W = height, width; sRGB in [0, 1] unless said otherwise.
"""

from __future__ import annotations

import math

import numpy as np

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape

SMALL = 128  # pixels: pictures up to this are enlarged
WIDE = 512  # pixels that a sheet of small pictures has at least, about
GAP = 2
REACH = 1.5  # of the axes of points
_REAL, _FAKE = (0.72, 0.72, 0.74), (0.95, 0.45, 0.05)  # grey, orange
# Where points are taken for real, for made, and the line between: pale, so that the points stand out.
_TAKEN_REAL, _TAKEN_MADE, _BORDER = (0.76, 0.88, 0.92), (0.98, 0.93, 0.82), (0.42, 0.56, 0.62)


def is_points(shape: DataShape) -> bool:
    """Whether these are points in the plane rather than pictures."""
    return (shape.channels, shape.height, shape.width) == (2, 1, 1)


def sheet(x_NCHW: np.ndarray, across: int | None = None, scale: int = 0, gap: int = GAP) -> np.ndarray:
    """Pictures in rows, left to right, on white, HW3 float32.

    x_NCHW: at least one, of 1, 3 or 4 channels (4: over white). across: pictures a row; None makes the sheet about square.
    scale: whole factor by which pictures are enlarged, pixel by pixel; 0: none, or for small pictures one that makes the
    sheet about 512 pixels wide. gap: pixels between them.
    """
    x_NHWC = rgb(x_NCHW)
    count, height, width, _ = x_NHWC.shape
    across = min(across or columns(count, height, width), count)
    down = math.ceil(count / across)
    scale = scale or _auto_scale(height, width, across, gap)
    step_h, step_w = height * scale + gap, width * scale + gap
    result_HWC = np.ones((down * step_h - gap, across * step_w - gap, 3), np.float32)
    for number, x_HWC in enumerate(x_NHWC):
        top, left = number // across * step_h, number % across * step_w
        result_HWC[top : top + height * scale, left : left + width * scale] = enlarged(x_HWC, scale)
    return result_HWC


def columns(count: int, height: int, width: int) -> int:
    """Pictures a row for a sheet that is about square."""
    return max(1, min(count, math.ceil(math.sqrt(count * height / width) - 1e-9)))


def rgb(x_NCHW: np.ndarray) -> np.ndarray:
    """Grey repeated, transparent parts over white: NHW3. Raises UsageError for other numbers of channels than 1, 3 and 4."""
    x_NHWC = np.moveaxis(np.asarray(x_NCHW, np.float32), 1, -1)
    if x_NHWC.shape[-1] not in (1, 3, 4):
        raise UsageError(f"pictures of {x_NHWC.shape[-1]} channels can't be shown: 1, 3 and 4 can")
    if x_NHWC.shape[-1] == 4:
        alpha_NHW1 = x_NHWC[..., 3:]
        return x_NHWC[..., :3] * alpha_NHW1 + (1 - alpha_NHW1)
    return np.broadcast_to(x_NHWC, (*x_NHWC.shape[:3], 3))


def enlarged(x_HWC: np.ndarray, scale: int) -> np.ndarray:
    """Every pixel as a square of scale x scale."""
    return x_HWC.repeat(scale, 0).repeat(scale, 1) if scale > 1 else x_HWC


def points_picture(
    points_N2: np.ndarray,
    reals_N2: np.ndarray | None = None,
    side: int = WIDE,
    field_HW: np.ndarray | None = None,
) -> np.ndarray:
    """Points as orange dots over grey ones for the reals: a square of `side` pixels, float32.

    Both axes reach from -1.5 to 1.5, up is positive; points outside aren't drawn. field_HW: what a judge takes the places of
    `plane` for, from 0, made, over 0.5, can't tell, to 1, real. They are tinted blue where real and sand where made, with a
    line between; without a field the ground is white, with the axes.
    """
    if field_HW is None:
        result_HWC = np.ones((side, side, 3), np.float32)
        middle = side // 2
        result_HWC[middle, :] = result_HWC[:, middle] = 0.9
    else:
        result_HWC = _tinted(field_HW, side)
    radius = side / 180
    if reals_N2 is not None:
        _dots(result_HWC, reals_N2, _REAL, radius, 0.5)
    _dots(result_HWC, points_N2, _FAKE, radius, 0.8)
    return result_HWC


def plane(cells: int) -> np.ndarray:
    """Middles of the cells x cells squares that `points_picture` shows, N2 float32, row by row from the top left."""
    places = (2 * (np.arange(cells) + 0.5) / cells - 1) * REACH
    x_HW, y_HW = np.meshgrid(places, -places)
    return np.stack([x_HW.ravel(), y_HW.ravel()], 1).astype(np.float32)


def arranged(x_NCHW: np.ndarray, shape: DataShape, across: int | None = None, scale: int = 0) -> np.ndarray:
    """What a generator of this shape has made, as one picture, HW3 float32: a `sheet`, or a plot of points."""
    return points_picture(x_NCHW.reshape(-1, 2)) if is_points(shape) else sheet(x_NCHW, across, scale)


def preview(
    x_NCHW: np.ndarray,
    shape: DataShape,
    reals_NCHW: np.ndarray | None = None,
    across: int | None = None,
    field_HW: np.ndarray | None = None,
) -> np.ndarray:
    """What training has made, as one picture, HW3 float32: a `sheet`, or a plot of points with the reals.

    x_NCHW, reals_NCHW: as in training, pictures in [-1, 1] or points as they are. Reals, and the field of `points_picture`,
    are only shown with points.
    """
    if is_points(shape):
        reals_N2 = None if reals_NCHW is None else np.asarray(reals_NCHW).reshape(-1, 2)
        return points_picture(np.asarray(x_NCHW).reshape(-1, 2), reals_N2, field_HW=field_HW)
    return sheet((np.asarray(x_NCHW, np.float32) / 2 + 0.5).clip(0, 1), across)


def _auto_scale(height: int, width: int, across: int, gap: int) -> int:
    if max(height, width) > SMALL:
        return 1
    return max(1, math.ceil((WIDE - gap * (across - 1)) / (width * across) - 0.1))


def _tinted(field_HW: np.ndarray, side: int) -> np.ndarray:
    """A square of `side` pixels between whose corners the field is interpolated."""
    weights = _interpolation(len(field_HW), side)
    level_HW = 2 * np.nan_to_num(np.asarray(field_HW, np.float32), nan=0.5) - 1
    certain_HW = weights @ level_HW @ weights.T
    tint_HW1 = np.sqrt(np.abs(certain_HW))[..., None]  # so that weak opinions are seen too
    white, real, made = (np.array(colour, np.float32) for colour in ((1, 1, 1), _TAKEN_REAL, _TAKEN_MADE))
    result_HWC = white - tint_HW1 * np.where(certain_HW[..., None] > 0, white - real, white - made)
    down_HW, right_HW = np.gradient(certain_HW)
    slope_HW = np.sqrt(down_HW**2 + right_HW**2)  # a pixel
    away_HW = np.abs(certain_HW) / np.maximum(slope_HW, 1e-9)  # in pixels, from where it can't be told
    # A plane that is nearly level has no line worth drawing.
    line_HW1 = (np.clip(1.2 - away_HW, 0, 1) * np.clip(slope_HW * side, 0, 1))[..., None]
    return result_HWC + line_HW1 * (np.array(_BORDER, np.float32) - result_HWC)


def _interpolation(cells: int, side: int) -> np.ndarray:
    """Linear, from the middles of cells to those of pixels, side x cells; level beyond the outer ones."""
    places = ((np.arange(side) + 0.5) * cells / side - 0.5).clip(0, cells - 1)
    return np.maximum(1 - np.abs(places[:, None] - np.arange(cells)), 0).astype(np.float32)


def _dots(
    onto_HWC: np.ndarray, points_N2: np.ndarray, colour: tuple[float, float, float], radius: float, alpha: float
) -> None:
    """Blend a disc over each point: pixels on its edge by how much of them it covers."""
    side = len(onto_HWC)
    reach = math.ceil(radius) + 1
    inside_N2 = points_N2[(np.abs(points_N2) < REACH).all(1)]  # without what isn't a number, too
    column_N11 = ((inside_N2[:, 0] / REACH + 1) / 2 * side - 0.5)[:, None, None]
    row_N11 = ((1 - inside_N2[:, 1] / REACH) / 2 * side - 0.5)[:, None, None]
    around = np.arange(-reach, reach + 1)
    rows, columns = np.broadcast_arrays(
        np.rint(row_N11).astype(int) + around[:, None], np.rint(column_N11).astype(int) + around
    )
    cover = np.clip(radius + 0.5 - np.hypot(rows - row_N11, columns - column_N11), 0, 1) * alpha
    there = (cover > 0) & (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    # Discs of one colour: what shows through all of them is the product of what shows through each.
    through_HW = np.ones((side, side))
    np.multiply.at(through_HW, (rows[there], columns[there]), 1 - cover[there])
    paint = np.array(colour, np.float32)
    onto_HWC[:] = paint + through_HW[..., None] * (onto_HWC - paint)
