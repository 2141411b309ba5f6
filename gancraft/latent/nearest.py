"""The training pictures that are nearest to a model's: whether it copies.

Shape suffixes: N = made pictures, M = real ones, D = features, K = neighbours, C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.latent.evaluate import Pictures
from gancraft.latent.kept import Kept
from gancraft.latent.table import table
from gancraft.metrics.features import FeatureSpace, feature_batches

QUANTILE = 0.1
_BLOCK = 512
_TWIN = 1e-3  # of the typical distance: what is nearer is the same picture twice


@dataclass(frozen=True)
class Closeness:
    """How near made pictures come to real ones. copied: how many are nearer to a real picture than all but the nearest tenth
    of the real ones are to another, whereby pictures that are there twice don't count. typical, real: median distance of a
    made and of a real picture to the nearest (other) real one."""

    pictures: int
    copied: int
    typical: float
    real: float

    def sentence(self) -> str:
        """For people."""
        percent = 100 * self.copied / self.pictures
        return (
            f"{self.copied} of {self.pictures} pictures ({percent:.0f} %) are nearer to a training picture than nine in ten "
            f"training pictures are to the next; of pictures as new as the training pictures it would be "
            f"{100 * QUANTILE:.0f} %"
        )


def closest(made_ND: Tensor, real_MD: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k nearest real pictures of each made one, and their distances: NK and NK, nearest first."""
    middle_D = real_MD.mean(0)  # distances of what is far from 0 lose digits
    numbers = torch.cat(
        [
            torch.cdist(made_ND[at : at + _BLOCK] - middle_D, real_MD - middle_D).topk(k, largest=False).indices
            for at in range(0, len(made_ND), _BLOCK)
        ]
    )
    far_NK, order_NK = (made_ND[:, None] - real_MD[numbers]).norm(dim=2).sort(dim=1)
    return numbers.gather(1, order_NK), far_NK


def apart(real_MD: Tensor) -> Tensor:
    """Of each picture the distance to the nearest other one, M."""
    middle_D, numbers = real_MD.mean(0), []
    for at in range(0, len(real_MD), _BLOCK):
        far = torch.cdist(real_MD[at : at + _BLOCK] - middle_D, real_MD - middle_D)
        own = torch.arange(len(far), device=far.device)
        far[own, at + own] = torch.inf
        numbers.append(far.argmin(1))
    return (real_MD - real_MD[torch.cat(numbers)]).norm(dim=1)


def closeness(nearest_N: Tensor, apart_M: Tensor) -> Closeness:
    """From the distances of made pictures to the nearest real one, and of real ones to the nearest other."""
    once_M = apart_M[apart_M > _TWIN * apart_M.median()]
    real_M = once_M if len(once_M) else apart_M
    copied = int((nearest_N < real_M.quantile(QUANTILE)).sum())
    return Closeness(len(nearest_N), copied, float(nearest_N.median()), float(real_M.median()))


def comparing(
    made: Pictures,
    real: Pictures,
    space: FeatureSpace,
    *,
    k: int = 5,
    rows: int = 8,
    kept: Kept | None = None,
    side: int = 0,
    device: str | torch.device = "auto",
) -> Run:
    """A run whose sheet has the made pictures that are nearest to a real one, `rows` of them, with the k nearest real ones on
    the right of each and the distance under these. Finished.facts: those of a `Closeness`, and `sentence`, `space`.

    kept: where features of the reals are, or are to be kept. Raises UsageError for fewer than k + 1 reals.
    """
    if real.count <= k:
        raise UsageError(f"--neighbours {k}: there are {real.count} training pictures only")

    def events(run: Run) -> Iterator[Event]:
        compute, began = choose(device, "float32"), time.monotonic()
        known_MD = kept.read(real.count) if kept is not None else None
        total = made.count + (0 if known_MD is not None else real.count)
        yield Started(total, f"{made.count} pictures among {real.count} on {compute.name}")
        sets, done = [], 0
        for pictures in (made,) if known_MD is not None else (made, real):
            parts = []
            for features_ND in feature_batches(space, pictures.batches(), compute.device):
                parts.append(features_ND)
                done += len(features_ND)
                left = (time.monotonic() - began) / done * (total - done)
                yield Progress(done, total, seconds_left=left)
                if run.stopping:
                    yield Finished(stopped=True, seconds=time.monotonic() - began)
                    return
            sets.append(torch.cat(parts))
        if known_MD is None and kept is not None:
            kept.write(sets[1])
        made_ND, real_MD = (x_ND.to(compute.device) for x_ND in (sets[0], sets[1] if known_MD is None else known_MD))
        numbers_NK, far_NK = closest(made_ND, real_MD, k)
        found = closeness(far_NK[:, 0], apart(real_MD))
        shown = far_NK[:, 0].argsort()[:rows].tolist()
        picture_HWC = _sheet(made, real, shown, numbers_NK[shown].tolist(), far_NK[shown].tolist(), side)
        facts: dict[str, Any] = {**vars(found), "sentence": found.sentence(), "space": space.title}
        yield Finished(picture_HWC, seconds=time.monotonic() - began, facts=facts)

    return Run(events)


def _sheet(
    made: Pictures, real: Pictures, shown: list[int], numbers: list[list[int]], far: list[list[float]], side: int
) -> np.ndarray:
    left_NCHW, below, cells = _levels(made.at(shown)), [], []
    for row, own_CHW in enumerate(left_NCHW):
        cells += [own_CHW[None], _levels(real.at(numbers[row]))]
        below += [f"number {shown[row]}", *(f"{distance:.2f}" for distance in far[row])]
    columns = ["made", "nearest", *(f"{place}." for place in range(2, 1 + len(numbers[0])))]
    return table(np.concatenate(cells), columns, below=below, side=side)


def _levels(x_NCHW: np.ndarray) -> np.ndarray:
    return x_NCHW / np.float32(255) if x_NCHW.dtype == np.uint8 else x_NCHW
