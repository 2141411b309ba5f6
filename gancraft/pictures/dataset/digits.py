"""Handwritten digits of 8 x 8 pixels: the smallest set of real pictures, which comes with the package.

The test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository,
CC BY 4.0): how much of each of 64 squares of a form was covered by ink, from 0 to 16.
"""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np

from gancraft.pictures.dataset.arrays import from_grey
from gancraft.pictures.dataset.origin import Origin

FULL = 16  # of ink


def digits_origin(labels: bool) -> Origin:
    """1,797 grey pictures of 10 classes."""
    with as_file(files("gancraft.pictures.dataset") / "digits.npz") as path, np.load(path, allow_pickle=False) as found:
        x_NHW, labels_N = found["x_NHW"] / FULL, found["labels_N"]
    names = tuple(f"digits {number}" for number in range(len(x_NHW)))
    return Origin(
        where="sample:digits",
        names=names,
        open=lambda number: from_grey(x_NHW[number], names[number]),
        measure=lambda number: (8, 8),
        stamp="digits",
        label=(lambda number: int(labels_N[number])) if labels else None,
        classes=tuple(str(digit) for digit in range(10)) if labels else (),
    )
