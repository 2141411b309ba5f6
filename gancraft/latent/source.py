"""Which model a person means: a file, the folder of a run, or the name of one that a plugin ships."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open

from gancraft.errors import GancraftError, UsageError, did_you_mean
from gancraft.models import ModelInfo, read_info
from gancraft.models.tensorfile import read_header
from gancraft.plugins import Plugins, Registered

ENDING = ".safetensors"
MODEL = "model" + ENDING  # what a run calls it
SHIPPED = "model"  # the kind of registered models


@dataclass(frozen=True)
class Source:
    """Where a model is. name: what it goes by; stem: a name for what is made with it."""

    file: Path
    name: str
    stem: str


def find_model(source: Path, plugins: Plugins) -> Source:
    """A file, the model in the folder of a run, or one that a plugin ships, whose name yields to a file or folder that is
    there. Raises UsageError where there is none, GancraftError where a plugin hasn't its file."""
    if not source.exists() and _shipped(source, plugins):
        return shipped(plugins.get(SHIPPED, str(source)))
    file = source
    if source.is_dir():
        file = source / MODEL
        if not file.is_file():
            raise UsageError(
                f"{source}: there is no {MODEL} in this folder; give the folder of a run, or a model's file"
            )
    elif not source.exists():
        names = plugins.names(SHIPPED)
        or_name = f", the folder of a run, or one of {', '.join(names)}" if names else " or the folder of a run"
        close = did_you_mean(str(source), names)
        raise UsageError(f"{source}: there is no such file or folder{close}; give a model ({ENDING}){or_name}")
    return Source(file, file.name, (file.resolve().parent.name or file.stem) if file.name == MODEL else file.stem)


def shipped(entry: Registered) -> Source:
    """The model that a plugin registered. Raises GancraftError where its file isn't there."""
    file = entry.create(entry.options())
    if not isinstance(file, Path) or not file.is_file():
        raise GancraftError(f"plugin {entry.plugin}: the file of model '{entry.name}' isn't there; install it again")
    return Source(file, entry.name, entry.name)


def is_model(source: Path, plugins: Plugins) -> bool:
    """Whether this means a model, or a run that may not have one yet, rather than a set of pictures."""
    if not source.exists() and _shipped(source, plugins):
        return True
    return source.suffix.lower() == ENDING or any((source / name).is_file() for name in (MODEL, "run.json"))


def _shipped(source: Path, plugins: Plugins) -> bool:
    return str(source) in plugins.names(SHIPPED)


@dataclass(frozen=True)
class Described:
    """A model's file without its tensors. parameters: all numbers in these, buffers too; gancraft: the version that wrote it;
    size: of the file in bytes."""

    info: ModelInfo
    fingerprint: str
    parameters: int
    tensors: int
    gancraft: str
    size: int

    def as_dict(self) -> Mapping[str, Any]:
        """Plain values."""
        info, shape = self.info, self.info.shape
        return {
            "kind": info.kind,
            "name": info.name,
            "plugin": dict(info.plugin),
            "shape": {"width": shape.width, "height": shape.height, "channels": shape.channels},
            "classes": list(info.classes) or shape.classes,
            "stage": info.stage,
            "options": dict(info.options),
            "parameters": self.parameters,
            "tensors": self.tensors,
            "training": dict(info.training),
            "gancraft": self.gancraft,
            "bytes": self.size,
            "fingerprint": self.fingerprint,
        }


def describe(file: Path) -> Described:
    """What a model's file says, read from its header alone. Raises GancraftError where it is no model."""
    info, header = read_info(file), read_header(file, "model")
    with safe_open(str(file), framework="pt") as archive:
        shapes = [archive.get_slice(name).get_shape() for name in archive.keys()]  # noqa: SIM118
    parameters = sum(_product(shape) for shape in shapes)
    # As `load_model` has it, which needs the plugin.
    fingerprint = hashlib.sha256(str(header.get("digest")).encode()).hexdigest()[:16]
    return Described(info, fingerprint, parameters, len(shapes), str(header.get("version", "")), file.stat().st_size)


def _product(shape: list[int]) -> int:
    result = 1
    for side in shape:
        result *= side
    return result
