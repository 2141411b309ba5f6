"""`gancraft train PICTURES` without a method: which one, found before the program with its flags exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gancraft.options import settings
from gancraft.resolve import Layer, validated
from gancraft.training.choice import ENGINE, GAN, TRAIN
from gancraft.training.folder import RunFolder

if TYPE_CHECKING:
    from gancraft.cli.sniff import Words

DATA = next(part for part in ENGINE if part.name == "data")
STAND_IN = "sample:paintings"
_SWITCHES = {"resume", "quiet", "q", "json", "debug", "help", "h"}  # the command's own flags without a value


@dataclass(frozen=True)
class Picked:
    """The method; says: a line on why, and how to choose another; "" where the run in --run has one."""

    method: str
    says: str


def picked(words: Words, layers: Sequence[Layer]) -> Picked:
    """The method of the run in --run; without one, what suits the pictures and the machine. Raises UsageError for pictures or
    a device that aren't there."""
    folder = words.last("--run")
    before = RunFolder(Path(folder), writes=False).description() if folder is not None else None
    if before is not None:
        return Picked(before["options"]["train"]["plugin"], "")
    from gancraft.compute import choose
    from gancraft.pictures.dataset import survey
    from gancraft.training.suits import Given, pick

    said = validated(TRAIN, [TRAIN], [Layer(_only(layer, ("size", "device")), layer.label) for layer in layers])
    count, shape = survey(pictures(words) or STAND_IN, words.last("--size") or said.size)  # type: ignore[attr-defined]
    device = choose(words.last("--device") or said.device, "float32").device.type  # type: ignore[attr-defined]
    given = Given(count, shape, "cpu" if device == "cpu" else "gpu", _labels(words, layers))
    found = pick(words.plugins, given)
    return Picked(found.method, f"{found}; --plugin chooses another (see `gancraft plugins`)")


def _labels(words: Words, layers: Sequence[Layer]) -> bool:
    """Whether classes are to be learned."""
    flags = [word for word in words.argv if word in ("--labels", "--no-labels", "--data.labels", "--data.no-labels")]
    if flags:
        return "no-" not in flags[-1]
    keys = ("labels", "data.labels")
    said = [Layer({k: layer.values[k] for k in keys if k in layer.values}, layer.label) for layer in layers]
    return bool(validated(DATA, [DATA], said).labels)  # type: ignore[attr-defined]


def pictures(words: Words) -> str | None:
    """The first word behind the command's that is neither a flag nor a flag's value."""
    switches = _SWITCHES | set(_switches(words))
    after, flags = False, True  # whether a flag wants this word; whether words may still be flags
    for word in words.argv[words.argv.index(words.command) + 1 :]:
        if word == "--" and flags:
            after = flags = False
        elif flags and word.startswith("-") and len(word) > 1:
            name = word.lstrip("-").rpartition(".")[2]
            long = word.startswith("--") or len(word) == 2  # -pNAME has its value in it
            after = long and "=" not in word and not {name, name.removeprefix("no-")} & switches
        elif after:
            after = False
        else:
            return word
    return None


def _switches(words: Words) -> Iterator[str]:
    """Names of all settings that are on or off, of the engine and of plugins."""
    models = [part.model for part in (TRAIN, *ENGINE, *GAN)] + [entry.options for entry in words.plugins.entries]
    for model in models:
        yield from (setting.flag for setting in settings(model) if setting.type is bool)


def _only(layer: Layer, names: Sequence[str]) -> dict[str, object]:
    keys = [key for name in names for key in (name, f"train.{name}")]
    return {key: layer.values[key] for key in keys if key in layer.values}
