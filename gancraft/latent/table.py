"""Sheets with words: pictures in rows and columns, with a title above each column and beside each row.

Shape suffixes: N = pictures, C = channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gancraft.latent.sheet import enlarged, rgb

SIDE = 128  # pixels of a picture's longer side, about, unless told otherwise
_GAP, _BLOCK_GAP, _MARGIN = 4, 20, 10
_TEXT, _SIZE, _INK = 22, 14, (70, 70, 74)  # height of a line and of its letters; grey
_LONGEST = 24  # letters of a title


@dataclass(frozen=True)
class Layout:
    """Where pictures of one size lie on a table, in pixels. lefts: of the columns; top: of the first row; step: to the next
    row; margin: left of the first column, where rows have their titles; size: of it all."""

    lefts: Sequence[int]
    top: int
    step: int
    margin: int
    size: tuple[int, int]

    def corner(self, place: int) -> tuple[int, int]:
        """Left and top of the picture at a place, counted row by row from 0."""
        return self.lefts[place % len(self.lefts)], self.top + place // len(self.lefts) * self.step


def layout(
    places: int,
    width: int,
    height: int,
    columns: Sequence[str],
    rows: Sequence[str] | None = None,
    *,
    blocks: int = 1,
    below: int = 0,
) -> Layout:
    """Of so many places for pictures of width x height, with so many lines below each; the rest as for `table`."""
    across = len(columns)
    down = -(-places // across)
    font = ImageFont.load_default(_SIZE)
    margin = _MARGIN + max((round(font.getlength(_short(text))) + 10 for text in rows or ()), default=0)
    top = _MARGIN + (_TEXT if any(columns) else 0)
    step = height + _GAP + _TEXT * below
    per_block = across // blocks
    lefts = [margin + place * (width + _GAP) + place // per_block * (_BLOCK_GAP - _GAP) for place in range(across)]
    return Layout(lefts, top, step, margin, (lefts[-1] + width + _MARGIN, top + down * step - _GAP + _MARGIN))


def table(
    x_NCHW: np.ndarray,
    columns: Sequence[str],
    rows: Sequence[str] | None = None,
    *,
    blank: bool = False,
    blocks: int = 1,
    below: Sequence[str] | None = None,
    side: int = 0,
) -> np.ndarray:
    """Pictures row by row, HW3 float32 on white.

    x_NCHW: of 1, 3 or 4 channels (4: over white). columns, rows: a title for each; rows None: none have one. blank: the
    first place, in the corner, stays empty and has no picture. blocks: into so many equal groups columns are set apart.
    below: a text under each picture, as many as there are pictures, all of as many lines. side: pixels of their longer side,
    small ones by whole factors; 0: about 128, larger pictures as they are.
    """
    x_NHWC = [_sized(x_HWC, side) for x_HWC in rgb(x_NCHW)]
    height, width = x_NHWC[0].shape[:2]
    lines = below[0].count("\n") + 1 if below else 0
    laid = layout(len(x_NHWC) + blank, width, height, columns, rows, blocks=blocks, below=lines)
    font = ImageFont.load_default(_SIZE)
    canvas = Image.new("RGB", laid.size, "white")
    draw = ImageDraw.Draw(canvas)

    def write(text: str, x: int, y: int, anchor: str, room: int) -> None:
        draw.text((x, y), _within(text, font, room), _INK, font, anchor=anchor)

    for place, text in enumerate(columns):
        write(text, laid.lefts[place] + width // 2, laid.top - _TEXT // 2 - 2, "mm", width + _GAP)
    for place, text in enumerate(rows or ()):
        write(text, laid.margin - 8, laid.top + place * laid.step + height // 2, "rm", laid.margin)
    for place, x_HWC in enumerate(x_NHWC, int(blank)):
        x, y = laid.corner(place)
        canvas.paste(Image.fromarray(x_HWC), (x, y))
        for line, text in enumerate(below[place - blank].split("\n") if below else ()):
            write(text, x + width // 2, y + height + _TEXT // 2 + line * _TEXT, "mm", width + _GAP)
    return np.asarray(canvas, np.float32) / 255


def _sized(x_HWC: np.ndarray, side: int) -> np.ndarray:
    """uint8, its longer side about `side` pixels: enlarged by a whole factor, or reduced."""
    levels_HWC = (np.clip(x_HWC, 0, 1) * 255 + 0.5).astype(np.uint8)
    height, width = levels_HWC.shape[:2]
    longer = max(height, width)
    wanted = side or max(SIDE, longer)
    if wanted >= longer:
        return enlarged(levels_HWC, max(1, round(wanted / longer)))
    size = (max(1, round(width * wanted / longer)), max(1, round(height * wanted / longer)))
    return np.asarray(Image.fromarray(levels_HWC).resize(size, Image.Resampling.LANCZOS))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _within(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room: int) -> str:
    """As much of a title as there is room for."""
    text = _short(text)
    while len(text) > 1 and font.getlength(text) > room:
        text = text[:-2] + "…" if text.endswith("…") else text[:-1] + "…"
    return text
