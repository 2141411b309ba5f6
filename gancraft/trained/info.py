"""What a model's file says of itself, and whether it can be so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gancraft.errors import GancraftError
from gancraft.interfaces import DataShape

PLUGIN = ("name", "distribution", "version")  # what is kept of the plugin that brought the network
TRAINER = "train-style"  # the kind of what makes a network that paints
_MOST_PIXELS, _MOST_CLASSES, _MOST_STAGES = 1 << 16, 1 << 16, 64  # of a side, of a model


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself.

    kind, name: which registered thing makes the network: a generator, or the sampler of a training method ("train") or of
    a trainer of style networks ("train-style").
    plugin: name, distribution and version of the plugin that brought it. options: settings of that thing. stage: of a
    network that grows. training: how it came about: method, data, pictures seen, seed, versions.
    """

    kind: str
    name: str
    plugin: Mapping[str, str]
    options: Mapping[str, Any]
    shape: DataShape
    classes: tuple[str, ...] = ()
    stage: int = 0
    training: Mapping[str, Any] = field(default_factory=dict)


def info_from(shown: object, header: Mapping[str, Any]) -> ModelInfo:
    """Of the header of a model's file. shown: the file, for messages. Raises GancraftError where it can't be so."""
    try:
        values = {name: header["model"][name] for name in ModelInfo.__dataclass_fields__}
        values["shape"] = DataShape(**values["shape"])
        info = ModelInfo(**{**values, "classes": tuple(values["classes"])})
    except (KeyError, TypeError) as error:
        raise GancraftError(f"{shown}: its description is incomplete ({error}); take another copy") from error
    wrong = _wrong(info)
    if wrong:
        raise GancraftError(f"{shown}: its description is wrong ({wrong}); take another copy")
    return info


def _wrong(info: ModelInfo) -> str:
    """What of a description can't be: the file may be anybody's, and what it says decides what is built."""
    shape, plugin = info.shape, info.plugin
    sides = (shape.channels, shape.height, shape.width)
    words = [info.kind, info.name, *info.classes]
    if not isinstance(plugin, dict) or not all(isinstance(plugin.get(key), str) for key in PLUGIN):
        return "plugin"
    if info.kind not in ("generator", "train", TRAINER) or not all(isinstance(word, str) for word in words):
        return "kind"
    if not all(type(side) is int and 1 <= side <= _MOST_PIXELS for side in sides):
        return "shape"
    if type(shape.classes) is not int or not 0 <= shape.classes <= _MOST_CLASSES:
        return "classes"
    if info.classes and len(info.classes) != shape.classes:
        return "classes"
    if type(info.stage) is not int or not 0 <= info.stage <= _MOST_STAGES:
        return "stage"
    return "" if isinstance(info.options, dict) and isinstance(info.training, dict) else "options"
