"""A set of pictures that are ready for training.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from gancraft.interfaces.training import DataShape


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures of one size, and what is known of them.

    x_NCHW: uint8, sRGB (3), grey (1) or RGB and alpha (4), possibly a read-only memory map; for points in the plane float32,
    N x 2 x 1 x 1. labels_N: int64, numbers of `classes`; None without labels, `classes` is () then. names: of each picture,
    for messages: its path in the folder, or "digits 17". source: as it was asked for. fingerprint: 16 hexadecimal digits
    that change with any pixel or label and with the order. notes: sentences for people, one line each, on what was left
    out or changed.
    """

    x_NCHW: np.ndarray
    labels_N: np.ndarray | None
    classes: tuple[str, ...]
    names: tuple[str, ...]
    source: str
    fingerprint: str
    notes: tuple[str, ...]

    @property
    def shape(self) -> DataShape:
        """Size of every picture."""
        _, channels, height, width = self.x_NCHW.shape
        return DataShape(channels, height, width, len(self.classes))

    def __len__(self) -> int:
        return len(self.x_NCHW)


def digests(x_NCHW: np.ndarray) -> list[bytes]:
    """One for each picture; equal where all values are."""
    return [hashlib.blake2b(np.ascontiguousarray(x_CHW).data, digest_size=16).digest() for x_CHW in x_NCHW]


def fingerprint(x_NCHW: np.ndarray, labels_N: np.ndarray | None, digests_N: list[bytes]) -> str:
    """16 hexadecimal digits for a whole set, from the digests of its pictures."""
    whole = hashlib.blake2b(f"{x_NCHW.dtype} {x_NCHW.shape}".encode(), digest_size=8)
    whole.update(b"".join(digests_N))
    if labels_N is not None:
        whole.update(labels_N.astype("<i8").tobytes())
    return whole.hexdigest()
