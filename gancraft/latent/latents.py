"""Latents and labels by number: picture i of seed s is the same however many are made, and in whatever batches.

Shape suffixes: N = pictures, L = latent size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gancraft.errors import UsageError, hint
from gancraft.models import Generator, ModelInfo


class PictureRandom:
    """`gancraft.interfaces.Random` for one picture, from (seed, number) alone.

    By NumPy's generator, whose seed is of any length: torch's on the CPU reads 32 bits of its seed, in which the pictures of
    one seed would meet those of another.
    """

    def __init__(self, seed: int, number: int):
        self._random = np.random.default_rng((seed, number))

    def normal(self, n: int, *shape: int) -> Tensor:
        return torch.from_numpy(self._random.standard_normal((n, *shape), dtype=np.float32))

    def uniform(self, n: int, *shape: int) -> Tensor:
        return torch.from_numpy(self._random.random((n, *shape), dtype=np.float32))

    def integers(self, n: int, high: int) -> Tensor:
        return torch.from_numpy(self._random.integers(high, size=n))


def latents(generator: Generator, seed: int, numbers: Sequence[int]) -> Tensor:
    """Latents of the pictures of these numbers, NL on the CPU. seed, numbers: 0 or more."""
    return torch.cat([generator.latent(PictureRandom(seed, number), 1) for number in numbers])


def labels(info: ModelInfo, numbers: Sequence[int], chosen: int | None = None) -> Tensor | None:
    """The classes of the pictures of these numbers, N int64: `chosen` for all, or each class in turn. None for a model
    without classes."""
    if not info.shape.classes:
        return None
    return torch.tensor([number % info.shape.classes if chosen is None else chosen for number in numbers])


def class_number(info: ModelInfo, name: str) -> int:
    """The number of a class by its name, or by its number as text. Raises UsageError with what there is."""
    count = info.shape.classes
    if not count:
        raise UsageError(f"--class {name}: this model has no classes")
    if name in info.classes:
        return info.classes.index(name)
    if name.isdecimal() and int(name) < count:
        return int(name)
    known = info.classes or tuple(map(str, range(count)))
    shown = ", ".join(known[:20]) + (f" and {count - 20} more" if count > 20 else "")
    raise UsageError(f"--class {name}: no such class{hint(name, known)}; there are: {shown}")
