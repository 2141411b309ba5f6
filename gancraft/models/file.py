"""The file of a trained model: the generator's tensors, and everything that is needed to make pictures with it again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import DataShape, Plan, Trainable
from gancraft.models import tensorfile
from gancraft.models.networks import Generator
from gancraft.plugins import Plugins, Registered

_PLUGIN = ("name", "distribution", "version")
_MOST_PIXELS, _MOST_CLASSES, _MOST_STAGES = 1 << 16, 1 << 16, 64  # of a side, of a model


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself.

    kind, name: which registered thing makes the network: a generator, or the sampler of a training method ("train").
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


@dataclass(frozen=True)
class Model:
    """A trained generator, in evaluation mode, and what its file says. fingerprint: of the weights."""

    generator: Generator
    info: ModelInfo
    fingerprint: str


def info_of(entry: Registered, options: Any, shape: DataShape, **more: Any) -> ModelInfo:
    """The description of a network that `entry` makes with these options."""
    plugin = {key: getattr(entry.plugin, key) for key in _PLUGIN}
    return ModelInfo(entry.kind, entry.name, plugin, options.model_dump(mode="json"), shape, **more)


def save_model(path: Path, generator: Generator, info: ModelInfo, half: bool = False) -> None:
    """Write a model file; see `tensorfile.write`. half: keep the weights in float16, half as large and rounded to three
    digits; what is loaded is float32 again. Raises GancraftError for weights beyond its range."""
    from gancraft import __version__

    tensors = {name: _half(name, x) if half else x for name, x in generator.state_dict().items()}
    tensorfile.write(path, "model", {"model": asdict(info), "version": __version__}, tensors)


def read_info(path: Path) -> ModelInfo:
    """What the file says of itself. Raises GancraftError where it isn't a model."""
    return _info(path, tensorfile.read_header(path, "model"))


def load_model(path: Path, plugins: Plugins) -> Model:
    """Build the generator and load its weights. Raises GancraftError in one line: a file that can't be read, a plugin that
    is gone (with what to install), or one that has changed so that the weights no longer fit."""
    header, tensors = tensorfile.read(path, "model")
    info = _info(path, header)
    generator = build(path, info, plugins)
    try:
        generator.load_state_dict(tensors)
    except RuntimeError as error:
        raise misfit(path, info) from error
    fingerprint = hashlib.sha256(str(header["digest"]).encode()).hexdigest()[:16]
    return Model(generator.eval().requires_grad_(False), info, fingerprint)


def build(path: Path, info: ModelInfo, plugins: Plugins) -> Generator:
    """The network of a description at its stage, untrained. path: for messages. Raises GancraftError as `load_model` does."""
    generator, grow = _built(path, info, plugins)
    try:
        for stage in range(1, info.stage + 1):
            grow(stage)
    except (RuntimeError, ValueError) as error:
        raise misfit(path, info) from error
    return generator


def misfit(path: Path, info: ModelInfo) -> GancraftError:
    """That the file's weights are those of another network than its description builds now."""
    plugin = f"{info.plugin['distribution'] or info.plugin['name']} {info.plugin['version']}".strip()
    return GancraftError(
        f"{path}: the weights don't fit {info.kind} '{info.name}' as it is now; they were made with {plugin}"
    )


def _half(name: str, x: Tensor) -> Tensor:
    if not x.is_floating_point():
        return x
    rounded = x.half()
    if not bool(rounded.isfinite().all()):
        raise GancraftError(f"{name} has values beyond the range of half precision; save this model in full")
    return rounded


def _info(path: Path, header: Mapping[str, Any]) -> ModelInfo:
    try:
        values = {name: header["model"][name] for name in ModelInfo.__dataclass_fields__}
        values["shape"] = DataShape(**values["shape"])
        info = ModelInfo(**{**values, "classes": tuple(values["classes"])})
    except (KeyError, TypeError) as error:
        raise GancraftError(f"{path}: its description is incomplete ({error}); take another copy") from error
    wrong = _wrong(info)
    if wrong:
        raise GancraftError(f"{path}: its description is wrong ({wrong}); take another copy")
    return info


def _wrong(info: ModelInfo) -> str:
    """What of a description can't be: the file may be anybody's, and what it says decides what is built."""
    shape, plugin = info.shape, info.plugin
    sides = (shape.channels, shape.height, shape.width)
    words = [info.kind, info.name, *info.classes]
    if not isinstance(plugin, dict) or not all(isinstance(plugin.get(key), str) for key in _PLUGIN):
        return "plugin"
    if info.kind not in ("generator", "train") or not all(isinstance(word, str) for word in words):
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


def _built(path: Path, info: ModelInfo, plugins: Plugins) -> tuple[Generator, Callable[[int], None]]:
    """The network as it is at first, and what brings it to the next stage."""
    try:
        entry = plugins.get(info.kind, info.name)
    except UsageError as error:
        package = info.plugin.get("distribution") or ""
        what = f"install it again: pip install {package}" if package else "give its folder with --plugins-dir"
        raise GancraftError(
            f"{path}: made by plugin '{info.plugin['name']}', which isn't there or has no {info.kind} '{info.name}'; {what}"
        ) from error
    try:
        options = entry.options(**info.options)
    except (ValueError, TypeError) as error:
        raise GancraftError(
            f"{path}: plugin {entry.plugin} no longer knows its settings; install the version it was made with"
        ) from error
    trainable: Trainable | None = None
    if info.kind == "generator":
        made = entry.create(options, info.shape)
    else:
        trainable = entry.create(options, Plan(info.shape, 1, 1))
        made = trainable.networks()[trainable.sampler]
    if not isinstance(made, Generator):
        raise GancraftError(f"plugin {entry.plugin}: {info.name} must be a gancraft.Generator")
    if trainable is None:
        return made, made.grow
    whole, name = trainable, trainable.sampler
    return made, lambda stage: whole.enter({name: made}, stage)
