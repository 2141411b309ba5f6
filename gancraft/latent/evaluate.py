"""How near a generator's pictures come to those of a data set.

Shape suffixes: N, M = pictures, D = features, C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from gancraft.compute import choose
from gancraft.events import Event, Finished, Progress, Run, Started, Warned
from gancraft.latent.codes import seeded
from gancraft.latent.generate import draw
from gancraft.latent.sheet import rgb, sheet
from gancraft.metrics.distances import frechet, kernel_distance, nearest, precision_recall
from gancraft.metrics.features import FeatureSpace, feature_batches
from gancraft.models import Model

MOST = 10_000  # pictures of a set that are compared, unless told otherwise
COPIES = 16
_BATCH = 64


@dataclass(frozen=True)
class Pictures:
    """One side of a comparison: `count` pictures, got by their numbers as x_NCHW: uint8, or float in [0, 1] (points as they
    are)."""

    count: int
    at: Callable[[Sequence[int]], np.ndarray]

    def batches(self) -> Iterator[np.ndarray]:
        for start in range(0, self.count, _BATCH):
            yield self.at(range(start, min(self.count, start + _BATCH)))


def from_model(
    model: Model,
    count: int,
    seed: int = 0,
    truncation: float = 1.0,
    device: str | torch.device = "auto",
    classes_N: np.ndarray | None = None,
    label: int | None = None,
) -> Pictures:
    """The first pictures of a seed. classes_N: of the data's pictures, taken over and over, so that the classes have the
    same shares on both sides; without it each class in turn, or all of the class `label`."""

    def at(numbers: Sequence[int]) -> np.ndarray:
        codes = seeded(model, seed, numbers, label)
        if codes.labels_N is not None and classes_N is not None:
            codes = replace(codes, labels_N=torch.from_numpy(classes_N[np.array(numbers) % len(classes_N)]))
        return torch.cat(list(draw(model, codes, truncation, device=device))).numpy()

    return Pictures(count, at)


def from_array(x_NCHW: np.ndarray, rows: np.ndarray) -> Pictures:
    """These rows of a set, which may be a memory map."""
    return Pictures(len(rows), lambda numbers: x_NCHW[rows[np.array(numbers)]])


def some_rows(count: int, most: int = MOST) -> np.ndarray:
    """Numbers of at most `most` of so many pictures: a sample that is the same every time, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).permutation(count)[:most])


def evaluation(
    made: Pictures, real: Pictures, space: FeatureSpace, device: str | torch.device = "auto", copies: bool = False
) -> Run:
    """A run that compares two sets in a feature space. Finished.facts: `frechet`, `kid_x1000`, `precision`, `recall`,
    `pictures`, `reals`, `space`, `seconds`. copies: Finished.picture_HWC shows 16 made pictures, each with the real one that
    is nearest to it in that space on its right."""

    def events(run: Run) -> Iterator[Event]:
        compute, began = choose(device, "float32"), time.monotonic()
        total = real.count + made.count
        yield Started(total, f"{made.count} pictures against {real.count} on {compute.name}")
        done, sets = 0, []
        for pictures in (real, made):
            parts = []
            for features_ND in feature_batches(space, pictures.batches(), compute.device):
                parts.append(features_ND)
                done += len(features_ND)
                yield Progress(done, total)
                if run.stopping:
                    yield Finished(stopped=True, seconds=time.monotonic() - began)
                    return
            sets.append(torch.cat(parts))
        fast = compute.device if compute.device.type == "cuda" else "cpu"  # others have no float64
        real_ND, made_MD = (x_ND.to(fast) for x_ND in sets)
        size = real_ND.shape[1]
        if min(real.count, made.count) <= size:
            yield Warned(f"no more pictures than features ({size}): the Fréchet distance is too high; trust KID more")
        precision, recall = precision_recall(real_ND, made_MD)
        facts: dict[str, Any] = {
            "frechet": frechet(real_ND, made_MD),
            "kid_x1000": 1000 * kernel_distance(real_ND, made_MD),
            "precision": precision,
            "recall": recall,
            "pictures": made.count,
            "reals": real.count,
            "space": space.title,
        }
        closest = nearest(made_MD[:COPIES], real_ND).tolist()
        picture_HWC = _pairs(made.at(range(len(closest))), real.at(closest)) if copies else None
        yield Finished(picture_HWC=picture_HWC, facts={**facts, "seconds": time.monotonic() - began})

    return Run(events)


def _pairs(left_NCHW: np.ndarray, right_NCHW: np.ndarray) -> np.ndarray:
    """A sheet of pictures side by side, HW3 in [0, 1]."""
    sides = [rgb(x / 255 if x.dtype == np.uint8 else x) for x in (left_NCHW, right_NCHW)]
    return sheet(np.moveaxis(np.concatenate(sides, axis=2), -1, 1), across=4, gap=8)
