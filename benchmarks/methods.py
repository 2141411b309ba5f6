"""Rows of `benchmarks/train.py --plugins`: what each method's whole round costs, all its penalties and steps included."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from gancraft.compute import Compute
from gancraft.interfaces import DataShape, Plan
from gancraft.plugins import Plugins
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.ranks import Ranks
from gancraft.training.session import Session
from gancraft.training.settings import LearnOptions

FEW = 4  # pictures of a batch whose operations are counted
STRETCHES = 3


def settings_of(named: str) -> dict[str, Any]:
    """`plugin:name=value:…`"""
    plugin, *given = named.split(":")
    return {"plugin": plugin, **dict(part.split("=", 1) for part in given)}


def session_of(choice: TrainChoice, shape: DataShape, batch: int, compute: Compute) -> Session:
    """A run's inside on smooth random pictures; a network that grows stands at its full size."""
    count = max(1024, batch)
    small = torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    x_NCHW = (torch.nn.functional.interpolate(small, (shape.height, shape.width)) * 255).byte().numpy()
    session = Session(
        choice.make(Plan(shape, 10**9, batch, count)),
        (x_NCHW, None, np.arange(count)),
        compute=compute,
        ranks=Ranks(),
        seed=0,
        flip=False,
        accumulate=1,
        learn=LearnOptions(),
    )
    session.pictures = 10**9 - 1
    return session


def cycle(choice: TrainChoice, shape: DataShape, batch: int) -> int:
    """Rounds after which all phases have had their turn."""
    trainable = choice.make(Plan(shape, 10**9, batch, 1024))
    trainable.networks()
    return math.lcm(*(phase.every for phase in trainable.phases()))


def work(choice: TrainChoice, shape: DataShape, device: torch.device) -> float:
    """Operations of training for one picture, counted by torch over a whole cycle of rounds."""
    session = session_of(choice, shape, FEW, Compute(device, torch.float32, "eager"))
    rounds = cycle(choice, shape, FEW)
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _Unsorted()  # type: ignore[assignment]
    with counter:
        for _ in range(rounds):
            session.round()
    return counter.get_total_flops() / (FEW * rounds)


class _Unsorted(nullcontext[None]):
    """Operations of all modules together: torch's (2.14) sorting by modules stumbles over weights with a parametrization."""

    parents = frozenset({"Global"})


def rows(
    plugins: Plugins, named: str, side: int, batch: int, ways: list[tuple[str, Compute]], seconds: float
) -> Iterator[dict[str, Any]]:
    """A row a way of launching: pictures/s, operations a picture, memory, and what came before."""
    shape = DataShape(3, side, side)
    settings = settings_of(named) | ({"batch": batch} if batch else {})
    choice = resolve_train(plugins, [settings])
    batch = choice.settings.batch
    device = ways[0][1].device
    each = work(choice, shape, device)
    for way, compute in ways:
        if device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        with compute.training():
            began = time.perf_counter()
            session = session_of(choice, shape, batch, compute)
            turn = cycle(choice, shape, batch)
            for _ in range(3 * turn):
                session.round()
            _wait(device)
            before = time.perf_counter() - began
            rates = []
            for _ in range(STRETCHES):
                began, rounds = time.perf_counter(), 0
                while time.perf_counter() - began < seconds / STRETCHES:
                    for _ in range(turn):
                        session.round()
                    rounds += turn
                    _wait(device)
                rates.append(batch * rounds / (time.perf_counter() - began))
            memory = torch.cuda.max_memory_allocated() / 2**30 if device.type == "cuda" else 0.0
            yield {
                "plugin": named, "side": side, "batch": batch, "way": way, "pictures/s": sorted(rates)[STRETCHES // 2],
                "GFLOP": each / 1e9, "GiB": memory, "before": before,
            }  # fmt: skip
            del session


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()
