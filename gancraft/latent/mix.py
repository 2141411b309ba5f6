"""Mixing styles: the coarse ones of one picture, the fine ones of another (Karras, Laine & Aila 2019, section 3.1).

Shape suffixes: N = pictures, K = styles of a picture, S = style size; R, Q = rows, columns of a sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from gancraft.errors import UsageError
from gancraft.events import Run
from gancraft.latent.codes import Codes, styled, styled_generator
from gancraft.latent.drawing import drawing
from gancraft.latent.named import joined
from gancraft.latent.table import table
from gancraft.models import Model

BANDS = ("coarse", "middle", "fine")


def chosen_layers(text: str, layers: int) -> list[int]:
    """Numbers of layers, from 0, out of `coarse`, `middle`, `fine` (a third each) or `3-7`, `0,2-4`. Raises UsageError."""
    numbers: set[int] = set()
    for word in (word.strip() for word in text.split(",")):
        if word in BANDS:
            place = BANDS.index(word)
            numbers |= set(range(round(place * layers / 3), round((place + 1) * layers / 3)))
            continue
        first, _, last = word.partition("-")
        ends = [end.strip() for end in (first, last or first)]
        if not all(end.isascii() and end.isdecimal() and len(end) < 6 for end in ends):
            raise UsageError(f"--layers {text}: give coarse, middle or fine, or numbers such as 3-7 or 0,2-4")
        low, high = map(int, ends)
        if not low <= high < layers:
            raise UsageError(f"--layers {text}: this model has layers 0 to {layers - 1}")
        numbers |= set(range(low, high + 1))
    return sorted(numbers)


def mixed(model: Model, base: Codes, other: Codes, layers: Sequence[int]) -> Codes:
    """Styles of `base` but for these layers, which are those of `other`; as many of both. Raises UsageError for a model
    without styles."""
    base, other = styled(model, base), styled(model, other)
    w_NKS = base.values.clone()
    w_NKS[:, list(layers)] = other.values[:, list(layers)]
    return base.with_values(w_NKS)


def mixing(
    model: Model,
    rows: tuple[Codes, Sequence[str]],
    columns: tuple[Codes, Sequence[str]],
    layers: Sequence[int],
    *,
    truncation: float = 1.0,
    side: int = 0,
    **how: Any,
) -> Run:
    """A run whose sheet has pictures on the left and on top, and where a row meets a column the row's picture with the styles
    of the column's in `layers`. rows, columns: codes and titles; how: of `drawing`. Raises UsageError for a model without
    styles."""
    styled_generator(model)
    (base, row_titles), (other, column_titles) = rows, columns
    base, other = styled(model, base), styled(model, other)
    parts = [other]
    for place in range(len(base)):
        row = base[[place] * len(other)]
        parts += [base[[place]], mixed(model, row, other, layers)]
    arrange = partial(_arranged, row_titles, column_titles, side)
    return drawing(model, [(joined(model, parts), truncation)], arrange, **how)


def _arranged(rows: Sequence[str], columns: Sequence[str], side: int, x_NCHW: np.ndarray) -> np.ndarray:
    return table(x_NCHW, ["", *columns], ["", *rows], blank=True, side=side)
