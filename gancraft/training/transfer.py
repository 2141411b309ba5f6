"""Beginning with a model that has learned something else: which settings it brings. Its weights come in `transfer_weights`.

Transfer learning of GANs (Wang et al. 2018): both networks begin where another run ended. This module needs no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import Preset
from gancraft.latent.source import find_model
from gancraft.plugins import Plugins
from gancraft.resolve import Layer, flatten
from gancraft.trained.header import Header, read_model
from gancraft.training.folder import RunFolder

NETWORKS = ("generator", "discriminator")  # parts whose options decide what weights fit


@dataclass(frozen=True)
class Ancestor:
    """What a run begins with. word: as it was asked for; file: the model; folder: of the run that made it, where it is that
    that was given: it has the other networks too."""

    word: str
    file: Path
    folder: Path | None

    @property
    def header(self) -> Header:
        return read_model(self.file, f"--from {self.word}")

    @property
    def options(self) -> Mapping[str, Any]:
        """By part; those of the sampler alone where there is no run."""
        if self.folder is not None and (run := RunFolder(self.folder, writes=False).description()):
            return run["options"]  # type: ignore[no-any-return]
        info = self.header.info
        return {"generator" if info.kind == "generator" else "method": dict(info.options)}


def find_ancestor(plugins: Plugins, word: str) -> Ancestor:
    """Raises UsageError where there is no such model."""
    path = Path(word).expanduser()
    try:
        file = find_model(path, plugins).file
    except GancraftError as error:
        raise UsageError(f"--from {error}") from error
    return Ancestor(word, file, path if path.is_dir() else None)


def inherited(plugins: Plugins, ancestor: Ancestor, layers: Sequence[Layer]) -> Layer:
    """The settings that a run must share with the model it begins with; weaker than whatever is said. Raises UsageError where
    a method or a generator is said that such a model is of no use to, GancraftError for a file that is no model."""
    info, options = ancestor.header.info, ancestor.options
    sampler, train = info.kind == "generator", options.get("train", {})
    method = train.get("plugin") or (info.training.get("method") if sampler else info.name)
    if method not in plugins.names("train"):
        method = None
    said = _said(layers, "plugin")
    values: dict[str, Any] = {"plugin": said or method or _with_generator(plugins, info.name)}
    shape = info.shape
    if (shape.height, shape.width) != (1, 1):
        values |= {"size": f"{shape.width}x{shape.height}", "data.channels": str(shape.channels)}
    if shape.classes:
        values["data.labels"] = True
    if said in (None, method):
        values |= {name: train.get(name) for name in ("generator", "discriminator", "loss") if name in train}
        values |= flatten({part: options[part] for part in (*NETWORKS, "loss", "method") if part in options})
        if "gan" in options:
            values["gan.spectral_norm"] = options["gan"].get("spectral_norm", False)
    else:
        values |= flatten({part: options[part] for part in ("generator", "method") if part in options})
    if sampler:
        own = _generator_of(plugins, values["plugin"])
        wanted = _said(layers, "generator") or (own if said and said != method else None)
        if wanted not in (None, info.name):
            flag = "--generator" if _said(layers, "generator") else "--plugin"
            raise UsageError(
                f"--from {ancestor.word}: its generator is {info.name}, and {flag} asks for {wanted}; leave {flag} out"
            )
        if own != info.name:
            values["generator"] = info.name
    elif said not in (None, info.name):
        raise UsageError(f"--from {ancestor.word}: was trained by {info.name}, not by {said}; leave --plugin out")
    return Layer(
        {n: v for n, v in values.items() if v is not None}, f"--from {ancestor.word}: {{key}} = ", strict=False
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any], parts: Sequence[str] = NETWORKS) -> list[str]:
    """Options of networks that are others than they were, for people."""
    return list(_differences(before, now, parts))


def _differences(before: Mapping[str, Any], now: Mapping[str, Any], parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        old, new = before.get(part, {}), now.get(part, {})
        for name in old:
            if name in new and old[name] != new[name]:
                yield f"--{part}.{name.replace('_', '-')} was {old[name]}, now {new[name]}"


def _said(layers: Sequence[Layer], name: str) -> Any:
    keys = (name, f"train.{name}")
    return next((layer.values[key] for layer in layers for key in keys if layer.values.get(key) is not None), None)


def _generator_of(plugins: Plugins, method: str) -> str | None:
    target = plugins.get("train", method).target
    return target.generator if isinstance(target, Preset) else None


def _with_generator(plugins: Plugins, name: str) -> str | None:
    """The first method that trains such a generator."""
    return next((m for m in plugins.names("train") if _generator_of(plugins, m) == name), None)
