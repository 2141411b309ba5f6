"""Small runs for the tests of the training engine."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gancraft.events import Event, Finished, Run, Warned
from gancraft.models import tensorfile
from gancraft.plugins import Plugins, find_plugins
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.job import train
from gancraft.training.session import Session
from gancraft.training.step import Step

OWN = Path(__file__).parent / "plugins"  # plugins of the tests
NEVER = 10**9
# Looks and sheets cost more than these tiny rounds do.
QUICK: dict[str, Any] = {
    "pictures": 640,
    "batch": 16,
    "device": "cpu",
    "precision": "float32",
    "keep.sheet": "2x1",
    "keep.sheet_every": NEVER,
    "keep.checkpoint_every": 1e6,
    "health.look_every": NEVER,
}


@functools.cache
def plugins(*more: Path) -> Plugins:
    """The bundled ones, the tests' own, and those in further folders."""
    return find_plugins([OWN, *more], strict=True)


def choose(plugin: str | None, *layers: dict[str, Any], dirs: tuple[Path, ...] = (), **settings: Any) -> TrainChoice:
    """Settings by name; `part__name` for a part's."""
    given = {name.replace("__", "."): value for name, value in settings.items()}
    return resolve_train(plugins(*dirs), [given, *layers, *([{"plugin": plugin}] if plugin else []), QUICK])


def start(choice: TrainChoice, data: Path | str, folder: Path) -> Run:
    return train(choice, str(data), folder)


def finish(choice: TrainChoice, data: Path | str, folder: Path) -> list[Event]:
    """Train to the end; all events."""
    return list(start(choice, data, folder))


def ring(folder: Path, data: Path | str = "sample:ring", plugin: str = "toy", **settings: Any) -> list[Event]:
    """Ten rounds on points."""
    return finish(choose(plugin, **{"pictures": 320, "batch": 32, **settings}), data, folder)


def end(events: list[Event]) -> Finished:
    """The last event, of a run that had no problem."""
    last = events[-1]
    assert isinstance(last, Finished) and last.problem is None, last
    return last


def warned(events: list[Event], code: str | None = None) -> list[str]:
    """Messages, of one kind or all."""
    return [event.message for event in events if isinstance(event, Warned) and code in (None, event.code)]


def pictures(folder: Path, count: int = 64, side: int = 8, classes: int = 2) -> Path:
    """Grey PNGs in a folder a class: ramps, their direction by the class, with noise."""
    ramp = np.linspace(0, 1, side)
    generator = np.random.default_rng(0)
    for number in range(count):
        kind = number % classes
        x_HW = np.broadcast_to(ramp if kind else ramp[:, None], (side, side)) * generator.uniform(0.4, 1)
        x_HW = 255 * np.clip(x_HW + generator.normal(0, 0.05, (side, side)), 0, 1)
        (folder / f"class{kind}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(x_HW.astype(np.uint8)).save(folder / f"class{kind}" / f"{number:03}.png")
    return folder


def checkpoints(folder: Path) -> list[Path]:
    """Those of the moments, oldest first; without the best ones."""
    return sorted(path for path in (folder / "checkpoints").iterdir() if path.name[0].isdigit())


def weights(folder: Path) -> dict[str, Tensor]:
    """Every tensor of the last checkpoint and of the model."""
    found = tensorfile.read(checkpoints(folder)[-1], "checkpoint")[1]
    return found | {f"model/{n}": t for n, t in tensorfile.read(folder / "model.safetensors", "model")[1].items()}


def assert_same(one: Path, other: Path) -> None:
    """Two runs ended with the same tensors, bit for bit."""
    assert_equal(weights(one), weights(other))


def assert_equal(mine: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert mine.keys() == theirs.keys()
    different = [name for name in mine if not torch.equal(mine[name], theirs[name])]
    assert not different, f"{len(different)} of {len(mine)} tensors differ: {different[:5]}"


def metrics(folder: Path) -> list[dict[str, Any]]:
    """Lines of metrics.jsonl."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def course(folder: Path) -> list[dict[str, Any]]:
    """Those lines without what the clock decides, and without the ends of its parts."""
    lines = [line for line in metrics(folder) if line["kind"] != "end"]
    for line in lines:
        del line["seconds"]
        line["values"].pop("pictures/s", None)
    return lines


@contextlib.contextmanager
def sessions() -> Iterator[list[Session]]:
    """The sessions that are made meanwhile."""
    made: list[Session] = []
    before = Session.__init__

    def init(self: Session, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        before(self, *args, **kwargs)

    Session.__init__ = init  # type: ignore[method-assign]
    try:
        yield made
    finally:
        Session.__init__ = before  # type: ignore[method-assign]


@contextlib.contextmanager
def recorded() -> Iterator[list[dict[str, Any]]]:
    """What every step reports meanwhile, averaged over the processes: its phase, and its values by name."""
    steps: list[dict[str, Any]] = []
    before = Step.__call__

    def call(self: Step) -> None:
        earlier = self.meter.sums()
        before(self)
        now = self.meter.sums()
        mean = now - earlier if len(earlier) else now
        self.ranks.mean([mean])
        values = dict(zip(self.meter.names, mean.tolist(), strict=False))
        steps.append({"phase": self.phase.name, **values})

    Step.__call__ = call  # type: ignore[method-assign]
    try:
        yield steps
    finally:
        Step.__call__ = before  # type: ignore[method-assign]
