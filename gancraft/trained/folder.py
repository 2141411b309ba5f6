"""A folder of trained models: NAME.safetensors, and beside it NAME.md, its card. So lies what plugins ship or was pulled."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancraft.trained.card import read_text, summary

ENDING, CARD, ORIGIN = ".safetensors", ".md", ".json"


@dataclass(frozen=True)
class TrainedModel:
    """A model in a folder. summary: one line, of its card; "" without one. It can be registered by a plugin as it is."""

    name: str
    file: Path
    summary: str

    def __call__(self, options: object = None) -> Path:
        """What a hook's target is asked for: the file."""
        return self.file


def models_in(folder: Path) -> list[TrainedModel]:
    """The models in a folder, by name; none if it isn't there. A plugin registers each by its name:

    for model in gancraft.models_in(Path(__file__).parent):
        register(model.name, model, summary=model.summary)
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ENDING and path.is_file())
    except OSError:
        return []
    return [TrainedModel(file.stem, file, summary(read_text(card_of(file)))) for file in files]


def own_models() -> Path:
    """The user's folder for models: $GANCRAFT_MODELS, else gancraft/models where programs keep a user's data."""
    if own := os.environ.get("GANCRAFT_MODELS"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "gancraft" / "models"


def card_of(file: Path) -> Path:
    """Where the card of a model's file is, if it has one."""
    return file.with_suffix(CARD)


def origin_of(file: Path) -> Mapping[str, Any]:
    """What was noted when the file was pulled: "from", "revision", "sha256". Empty where nothing was."""
    try:
        said = json.loads(file.with_suffix(ORIGIN).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
