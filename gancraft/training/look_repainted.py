"""One look at a run whose network makes pictures out of pictures: held-out ones, beside what it makes of them.

Shape suffixes: N = pictures, C = channels, H, W = height, width. Pictures are in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Generator as Work

import numpy as np
import torch
from torch import Tensor

from gancraft.latent import sheet as sheets
from gancraft.pictures.dataset import PictureSet
from gancraft.training.observing import Observing, evaluating
from gancraft.training.session import Session

SHOWN = 128  # pictures at most
JUDGED = 64  # pictures on which is measured
AT_ONCE = 8  # pictures made at a time


class RepaintObserver(Observing):
    """Fixed pictures of a run: held-out ones, or where there are none some of those that are trained on."""

    def __init__(self, session: Session, data: PictureSet, train: np.ndarray, held_out: np.ndarray, seed: int):
        super().__init__(session, data)
        rows = held_out if len(held_out) else train
        chosen = rows[np.random.default_rng([seed, 1]).permutation(len(rows))]
        self.real_NCHW = self._real(chosen[:SHOWN])
        self.held_out = len(held_out)

    def sheet(self, across: int, down: int) -> np.ndarray:
        """Rows of pictures, and below each a row of what was made of them; with one row only the latter."""
        count = min(max(1, down // 2) * across, len(self.real_NCHW))
        real_NCHW = self.real_NCHW[:count]
        rows = made = torch.cat([self._made(part_NCHW) for part_NCHW in real_NCHW.split(AT_ONCE)]).cpu().split(across)
        if down > 1:
            pairs = zip(real_NCHW.cpu().split(across), made, strict=True)
            rows = tuple(_filled(row_NCHW, min(across, count)) for pair in pairs for row_NCHW in pair)
        return sheets.preview(torch.cat(rows).numpy(), self.data.shape, across=across)

    def measure(self) -> Work[None, None, dict[str, float]]:
        session, sums = self.session, dict[str, float]()
        real_NCHW = self.real_NCHW[:JUDGED]
        networks = {**session.fixed, session.trainable.sampler: session.sampler}
        for part_NCHW in real_NCHW.split(AT_ONCE):
            with torch.no_grad(), session.compute.autocast():
                found = session.trainable.judged(networks, part_NCHW)
            for name, value in found.items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(part_NCHW) / len(real_NCHW)
            yield
        return {**self.gathered(), **sums, "held_out": float(self.held_out)}

    @torch.no_grad()
    def _made(self, x_NCHW: Tensor) -> Tensor:
        sampler = self.session.sampler
        with evaluating([sampler]), self.session.compute.autocast():
            made_NCHW: Tensor = sampler(x_NCHW)
        return made_NCHW.float()


def _filled(row_NCHW: Tensor, across: int) -> Tensor:
    """A row that isn't full, with white pictures."""
    white_NCHW = torch.ones(across - len(row_NCHW), *row_NCHW.shape[1:])
    return torch.cat([row_NCHW, white_NCHW])
