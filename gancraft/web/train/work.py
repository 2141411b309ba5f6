"""What is to be trained, on what, and where: a new run, or one to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.latent.sheet import is_points
from gancraft.pictures.dataset import DataSample
from gancraft.pictures.dataset.size import parse_size
from gancraft.plugins import Plugins
from gancraft.resolve import Layer, flatten
from gancraft.training.choice import TRAIN, TrainChoice, resolve_train
from gancraft.training.folder import RunFolder
from gancraft.training.report import read_run
from gancraft.training.settings import DataOptions, HealthOptions
from gancraft.web.settings import Limits
from gancraft.web.train.command import train_at_home
from gancraft.web.train.fields import usual
from gancraft.web.train.pace import look_every
from gancraft.web.visit import Visit, plain


@dataclass(frozen=True)
class Work:
    """A run to be begun or gone on with. source: as the engine takes it; name: what its data are called; shape: of the
    pictures, as far as is known; command: for one's own computer; fresh: whether it begins."""

    choice: TrainChoice
    source: str
    name: str
    shape: DataShape
    command: str
    folder: Path
    fresh: bool

    @property
    def total(self) -> int:
        return self.choice.settings.pictures

    @property
    def title(self) -> str:
        return f"{self.name[:1].upper()}{self.name[1:]}, by {self.choice.method.name}"

    @property
    def sheet(self) -> str:
        """The shape of a sheet of it."""
        return "square" if is_points(self.shape) else "wide"

    @property
    def stem(self) -> str:
        """Of the files to take away."""
        return plain(f"{self.name}-{self.choice.method.name}")


def new_work(
    plugins: Plugins, limits: Limits, visit: Visit, said: Mapping[str, Mapping[str, Any]], data: DataSample | Path
) -> Work:
    """A new run. said: what the visitor said, by part and name; data: a bundled set, or where their own pictures are."""
    parts = {part: dict(values) for part, values in said.items()}
    if isinstance(data, DataSample):
        source, name, shape = data.source, data.name, data.shape
    else:
        source, name, shape = str(data), data.stem, DataShape(3, 1, 1)
        if limits.max_megapixels < DataOptions().max_megapixels:
            parts.setdefault("data", {})["max_megapixels"] = limits.max_megapixels
    if is_points(shape):
        parts[TRAIN.name]["size"] = None
    else:
        width, height = parse_size(parts[TRAIN.name]["size"])
        shape = replace(shape, width=width, height=height)
    choice = resolve_train(plugins, [parts])
    settings = choice.settings
    _check(settings.pictures, max(shape.width, shape.height), limits)
    if cast(HealthOptions, choice.options["health"]).look_every == 0:
        every = look_every(shape, settings.pictures, settings.batch)
        choice = resolve_train(plugins, [{"health.look_every": every}, parts])
    command = _command(plugins, choice, source)
    folder = visit.begin(f"{name}-{choice.method.name}")
    return Work(choice, source, name, shape, command, folder, fresh=True)


def work_on(
    plugins: Plugins, limits: Limits, visit: Visit, run: str, pictures: int | None, budget: int, more: Mapping[str, Any]
) -> Work:
    """A run to go on with. run: its name, "" for the latest; pictures: to be seen in all, or where so many were seen, as many
    again; None: as many as it was begun for, and then `budget` more. more: other settings that may change on the way."""
    folder = visit.find(run)
    known = RunFolder(folder, writes=False).description() or {}
    begun_for, seen = known["options"]["train"]["pictures"], read_run(folder).pictures
    if pictures is None:
        pictures = begun_for if begun_for > seen else seen + budget
    total = pictures if pictures > seen else seen + pictures
    if seen >= limits.train_pictures:
        raise UsageError(
            f"{seen:,} pictures is the most that this page trains on: go on at home, with the command below"
        )
    before = Layer(flatten(known["options"]), strict=False)
    now = {"train.pictures": min(total, limits.train_pictures), "keep.sheet_every": 0, **more}
    choice = resolve_train(plugins, [now, before])
    source, shape = known["data"]["source"], DataShape(**known["data"]["shape"])
    name = Path(source).stem if Path(source).is_absolute() else source.partition(":")[2]
    return Work(choice, source, name, shape, _command(plugins, choice, source), folder, fresh=False)


def _check(pictures: int, side: int, limits: Limits) -> None:
    """The controls have the same bounds, for those who use them."""
    if pictures > limits.train_pictures:
        raise UsageError(
            f"Pictures to see: {pictures:,} are more than the {limits.train_pictures:,} that this page takes"
        )
    if side > limits.train_side:
        raise UsageError(f"Size: {side} pixels are more than the {limits.train_side} that this page takes")


def _command(plugins: Plugins, choice: TrainChoice, source: str) -> str:
    """For one's own computer, where the pictures lie elsewhere."""
    roles = {role: getattr(choice.settings, role) for role in choice.roles}
    shown = Path(source).name if Path(source).is_absolute() else source
    return train_at_home(choice, usual(plugins, choice.method.name, roles), shown)
