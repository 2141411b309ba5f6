"""Batches of real pictures on the device, in an order that the seed alone gives.

Shape suffixes: N = pictures, C = channels, H, W = height, width. Batches are float32: pictures in [-1, 1], points
as they are.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from gancraft.interfaces import Batch, Random
from gancraft.training.ranks import Ranks

AHEAD = 1 << 16  # indices that are put on the device at once
SHARE = 0.4  # of the free memory of a GPU that a set may take; a larger one stays in the computer's
IN_MEMORY = 2 << 30  # bytes of a set that is taken into memory without a GPU; of a larger one only batches are


class Feed:
    """Pictures of a set by position: position p is picture p of an endless row of shuffled passes through the set.

    x_NCHW: uint8 pictures or float32 points, possibly a memory map. `load` chooses the next pictures; `batch` makes them a
    float batch, on the device, in a way that can be captured.
    """

    def __init__(
        self,
        x_NCHW: np.ndarray,
        labels_N: np.ndarray | None,
        *,
        device: torch.device,
        local: int,
        seed: int,
        ranks: Ranks,
        random: Random,
        rows: np.ndarray | None = None,
        flip: bool = False,
        layout: torch.memory_format = torch.channels_last,
    ):
        """local: pictures of a batch in this process. rows: the pictures of the set that are trained on, by number."""
        self.x_NCHW, self.device, self.local, self.seed, self.ranks = x_NCHW, device, local, seed, ranks
        self.rows = np.arange(len(x_NCHW)) if rows is None else rows
        self.random, self.flip, self.layout = random, flip, layout
        self.position = 0
        room = SHARE * torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else IN_MEMORY
        self.resident = x_NCHW.nbytes < room
        if self.resident:
            # Rows of whole pixels: gathering them gives the layout in which convolutions are fastest.
            self.all_NHWC = torch.from_numpy(np.array(x_NCHW.transpose(0, 2, 3, 1), order="C")).to(device)
        else:
            _, channels, height, width = x_NCHW.shape
            kind = torch.uint8 if x_NCHW.dtype == np.uint8 else torch.float32
            self.some_NHWC = torch.empty(local, height, width, channels, dtype=kind, device=device)
        self.labels_N = None if labels_N is None else torch.from_numpy(labels_N.astype(np.int64)).to(device)
        self.index_N = torch.zeros(local, dtype=torch.int64, device=device)
        self._start, self._ahead = 0, torch.empty(0, dtype=torch.int64)

    def load(self) -> None:
        """Choose the next batch's pictures."""
        total = self.local * self.ranks.world
        first = self.position - self._start
        if first < 0 or first + total > len(self._ahead):
            self._start, first = self.position, 0
            row = order(len(self.rows), self.seed, self.position, max(total, AHEAD))
            self._ahead = torch.from_numpy(self.rows[row])
            if self.resident:
                self._ahead = self._ahead.to(self.device)
        mine = first + self.ranks.rank * self.local
        chosen = self._ahead[mine : mine + self.local]
        self.index_N.copy_(chosen)
        if not self.resident:
            rows_NHWC = np.ascontiguousarray(self.x_NCHW[chosen.numpy()].transpose(0, 2, 3, 1))
            self.some_NHWC.copy_(torch.from_numpy(rows_NHWC))
        self.position += total

    def batch(self, part: slice = slice(None)) -> Batch:
        """The pictures that were chosen, or a part of them."""
        index_N = self.index_N[part]
        x_NHWC = self.all_NHWC.index_select(0, index_N) if self.resident else self.some_NHWC[part]
        x_NCHW = to_float(x_NHWC.permute(0, 3, 1, 2)).contiguous(memory_format=self.layout)
        if self.flip:
            mirrored_N111 = self.random.uniform(len(x_NCHW), 1, 1, 1) < 0.5
            x_NCHW = torch.where(mirrored_N111, x_NCHW.flip(-1), x_NCHW)
        labels_N = None if self.labels_N is None else self.labels_N.index_select(0, index_N)
        return Batch(x_NCHW, labels_N)


def to_float(x_NCHW: Tensor) -> Tensor:
    """Bytes to [-1, 1]; floats as they are."""
    return x_NCHW.float() / 127.5 - 1 if x_NCHW.dtype == torch.uint8 else x_NCHW.float()


def order(count: int, seed: int, start: int, length: int) -> np.ndarray:
    """Indices at positions start … start + length of the endless row, int64. Each pass is a permutation of its own."""
    passes = range(start // count, (start + length - 1) // count + 1)
    row = np.concatenate([np.random.default_rng([seed, number]).permutation(count) for number in passes])
    offset = start - passes[0] * count
    return row[offset : offset + length].astype(np.int64)
