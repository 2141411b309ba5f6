"""Shapes of pictures that generators and discriminators are tried on, and what they are shown there.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape, Preset
from gancraft.models import BatchRandom, Discriminator, Generator, Output
from gancraft.testing.core import Broken, NotForThis, Subject, expect
from gancraft.testing.probes import seeded, shaken

POINTS = DataShape(2, 1, 1)
# Tried in this order for the one shape that most checks use; what takes none of them can't be checked.
USUAL = (DataShape(3, 16, 16), DataShape(3, 32, 32), DataShape(3, 28, 28), DataShape(3, 64, 64), POINTS)
# Those that a network should take, or refuse by UsageError.
MORE = (DataShape(1, 28, 28), DataShape(3, 20, 12), DataShape(4, 12, 28), DataShape(3, 24, 40))
N = 4  # pictures


def usual(subject: Subject, classes: int = 0) -> DataShape:
    """The first shape that it takes. Raises Broken where it takes none, NotForThis where it takes no classes."""
    reasons = []
    for shape in USUAL:
        shape = DataShape(shape.channels, shape.height, shape.width, classes)
        try:
            made(subject, shape)
        except UsageError as error:
            reasons.append(str(error))
            continue
        return shape
    if classes:
        raise NotForThis(f"it takes no classes: {reasons[0]}")
    raise Broken(f"it takes none of {', '.join(map(str, USUAL))}: {reasons[0]}.")


def made(subject: Subject, shape: DataShape, stage: int | None = None, seed: int = 0) -> Any:
    """A new network from the seed, at the stage given, or its last. Raises UsageError for a shape that isn't
    possible."""
    with seeded(seed):
        network = subject.make(shape)
        base = Generator if subject.thing.kind == "generator" else Discriminator
        expect(isinstance(network, base), f"it made a {type(network).__name__}, which is no gancraft.{base.__name__}.")
        last = len(network.stages(1000)) - 1
        for following in range(1, (last if stage is None else stage) + 1):
            network.grow(following)
    return network


def alive(subject: Subject, shape: DataShape, stage: int | None = None) -> Any:
    """The same with its weights moved off their start, where some are 0."""
    network = made(subject, shape, stage)
    with seeded(1):
        shaken(network)
    return network


def labels(shape: DataShape, n: int = N) -> Tensor | None:
    return torch.arange(n) % shape.classes if shape.classes else None


def latents(generator: Generator, n: int = N, seed: int = 0) -> Tensor:
    return generator.latent(BatchRandom(generator=torch.Generator().manual_seed(seed)), n)


def pictures(shape: DataShape, n: int = N, seed: int = 1) -> Tensor:
    """Noise in [-1, 1]."""
    size = (n, shape.channels, shape.height, shape.width)
    return torch.rand(size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def outputs(output: Output) -> Sequence[Tensor]:
    """A generator's picture in all the sizes that it gives."""
    return [output] if isinstance(output, Tensor) else list(output)


def counterpart(subject: Subject, shape: DataShape, stage: int | None = None) -> Generator | None:
    """The generator that a preset puts beside this discriminator; None where no preset names it."""
    for entry in subject.plugins.entries:
        if isinstance(entry.target, Preset) and entry.target.discriminator == subject.thing.name:
            other = subject.plugins.get("generator", entry.target.generator)
            given = {n: v for n, v in subject.settings.items() if n in other.options.model_fields}
            generator: Generator = made(Subject(subject.plugins, other.plugin, other, given), shape, stage)
            return generator
    return None


def same_state(one: nn.Module, other: nn.Module) -> bool:
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[n], theirs[n]) for n in mine)
