"""Trained style networks, as style methods are given them.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import Plan
from gancraft.models import tensorfile
from gancraft.models.file import ModelInfo, entry_of, fingerprint_of, loaded
from gancraft.plugins import Plugins
from gancraft.trained.info import TRAINER, info_from
from gancraft.trained.style_models import find_style_model, style_model_names


@dataclass(frozen=True)
class StyleModel:
    """A trained style network, in evaluation mode, and what its file says. It is called with pictures NCHW in [-1, 1] and
    gives as many of the same size. fingerprint: of the weights. stride: what their sides must be multiples of elsewhere than
    in torch."""

    network: nn.Module
    info: ModelInfo  # what the file says: plugin, options, size
    fingerprint: str
    stride: int = 1


class StyleModels:
    """Opens style networks by name, file, or folder of a run."""

    def __init__(self, plugins: Plugins):
        self._plugins = plugins

    def names(self) -> list[str]:
        """Of those that go by a name."""
        return style_model_names(self._plugins)

    def open(self, word: str, trainer: str) -> StyleModel:
        """Load one. word: a name, a file, or the folder of a run; trainer: the name of what must have trained it. Raises
        UsageError for what isn't there, with what is; GancraftError for a file that can't be used."""
        path = find_style_model(word, self._plugins)
        model = load_style_model(path, self._plugins)
        if model.info.name != trainer:
            raise UsageError(
                f"{word}: was trained by {model.info.name}, not by {trainer}: paint with --plugin {model.info.name}"
            )
        return model


def load_style_model(path: Path, plugins: Plugins) -> StyleModel:
    """Build the network and load its weights. Raises GancraftError as `load_model` does, and for one that doesn't paint."""
    header, tensors = tensorfile.read(path, "model")
    info = info_from(path, header)
    if info.kind != TRAINER:
        raise GancraftError(f"{path}: makes pictures of its own, and paints none: see `gancraft sample`")
    entry, options = entry_of(path, info, plugins)
    trainable = entry.create(options, Plan(info.shape, 1, 1), None)
    network: nn.Module = trainable.networks()[trainable.sampler]
    return StyleModel(loaded(network, path, info, tensors), info, fingerprint_of(header), trainable.stride)
