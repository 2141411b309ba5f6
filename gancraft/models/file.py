"""The file of a trained model: the generator's tensors, and everything that is needed to make pictures with it again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor, nn

from gancraft.errors import GancraftError
from gancraft.interfaces import DataShape, Plan, Trainable
from gancraft.models import tensorfile
from gancraft.models.networks import Generator
from gancraft.options import Options
from gancraft.plugins import Plugins, Registered
from gancraft.trained.info import PLUGIN, TRAINER, ModelInfo, info_from

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Model:
    """A trained generator, in evaluation mode, and what its file says. fingerprint: of the weights."""

    generator: Generator
    info: ModelInfo
    fingerprint: str


def info_of(entry: Registered, options: Any, shape: DataShape, **more: Any) -> ModelInfo:
    """The description of a network that `entry` makes with these options."""
    plugin = {key: getattr(entry.plugin, key) for key in PLUGIN}
    return ModelInfo(entry.kind, entry.name, plugin, options.model_dump(mode="json"), shape, **more)


def save_model(path: Path, network: nn.Module, info: ModelInfo, half: bool = False) -> None:
    """Write a model file of a generator, or of another network that makes pictures; see `tensorfile.write`. half: keep the
    weights in float16, half as large and rounded to three digits; what is loaded is float32 again. Raises GancraftError for
    weights beyond its range."""
    from gancraft import __version__

    tensors = {name: _half(name, x) if half else x for name, x in network.state_dict().items()}
    tensorfile.write(path, "model", {"model": asdict(info), "version": __version__}, tensors)


def read_info(path: Path) -> ModelInfo:
    """What the file says of itself. Raises GancraftError where it isn't a model."""
    return info_from(path, tensorfile.read_header(path, "model"))


def load_model(path: Path, plugins: Plugins) -> Model:
    """Build the generator and load its weights. Raises GancraftError in one line: a file that can't be read, a plugin that
    is gone (with what to install), or one that has changed so that the weights no longer fit."""
    header, tensors = tensorfile.read(path, "model")
    info = info_from(path, header)
    generator = loaded(build(path, info, plugins), path, info, tensors)
    return Model(generator, info, fingerprint_of(header))


def loaded(network: Network, path: Path, info: ModelInfo, tensors: Mapping[str, Tensor]) -> Network:
    """The network with these weights, in evaluation mode. Raises GancraftError where they don't fit."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise misfit(path, info) from error
    return network.eval().requires_grad_(False)


def fingerprint_of(header: Mapping[str, Any]) -> str:
    """Of the weights."""
    return hashlib.sha256(str(header["digest"]).encode()).hexdigest()[:16]


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


def entry_of(path: Path, info: ModelInfo, plugins: Plugins) -> tuple[Registered, Options]:
    """What makes the network of a description, and its settings. Raises GancraftError where it isn't there."""
    entry = plugins.made_with(info.kind, info.name, info.plugin, str(path))
    try:
        return entry, entry.options(**info.options)
    except (ValueError, TypeError) as error:
        raise GancraftError(
            f"{path}: plugin {entry.plugin} no longer knows its settings; install the version it was made with"
        ) from error


def _built(path: Path, info: ModelInfo, plugins: Plugins) -> tuple[Generator, Callable[[int], None]]:
    """The network as it is at first, and what brings it to the next stage."""
    if info.kind == TRAINER:
        raise GancraftError(
            f"{path}: is a style network, which paints pictures: see `gancraft style --plugin {info.name}`"
        )
    entry, options = entry_of(path, info, plugins)
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
