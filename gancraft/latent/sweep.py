"""The same pictures nearer to the middle and farther from it: what truncation does (Brock et al. 2019, section 3.1).

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gancraft.errors import UsageError
from gancraft.events import Run
from gancraft.latent.codes import Codes
from gancraft.latent.drawing import drawing
from gancraft.latent.table import table
from gancraft.models import Model

DEFAULT = "0,0.25,0.5,0.75,1,1.25"
LARGEST, MOST = 2.0, 50


def truncations(text: str) -> list[float]:
    """Numbers out of `0,0.5,1`, or `0..1:0.25` for all steps of 0.25 from 0 to 1. Raises UsageError."""
    try:
        numbers = _steps(text) if ".." in text else [float(word) for word in text.split(",") if word.strip()]
    except ValueError:
        numbers = []
    if not numbers or not all(math.isfinite(number) and 0 <= number <= LARGEST for number in numbers):
        raise UsageError(f"--truncation {text}: give numbers from 0 to {LARGEST:g}, such as {DEFAULT} or 0..1:0.1")
    if len(numbers) > MOST:
        raise UsageError(f"--truncation {text}: {len(numbers)} columns are too many; {MOST} are the most")
    return numbers


def _steps(text: str) -> list[float]:
    """Raises ValueError, and UsageError for a range that goes down."""
    ends, _, step = text.partition(":")
    first, last = (float(end) for end in ends.split(".."))
    size = float(step or "0.1")
    if first > last:
        raise UsageError(f"--truncation {text}: goes down; write the smaller number first: {last:g}..{first:g}")
    if not (math.isfinite(first) and math.isfinite(last) and size > 0):
        raise ValueError(text)
    return [round(first + place * size, 6) for place in range(min(MOST + 1, int((last - first) / size + 1e-6) + 1))]


def sweeping(
    model: Model, codes: Codes, titles: Sequence[str], amounts: Sequence[float], *, side: int = 0, **how: Any
) -> Run:
    """A run whose sheet has a row for each picture and a column for each truncation. how: of `drawing`."""
    columns = [f"{amount:g}" for amount in amounts]

    def arrange(x_NCHW: np.ndarray) -> np.ndarray:  # drawn column by column, so that batches are large
        by_row_NCHW = x_NCHW.reshape(len(amounts), len(codes), *x_NCHW.shape[1:]).swapaxes(0, 1)
        return table(by_row_NCHW.reshape(x_NCHW.shape), columns, titles, side=side)

    return drawing(model, [(codes, amount) for amount in amounts], arrange, **how)
