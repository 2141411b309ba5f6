"""Trained style networks: those that plugins ship, the user's own, those in files and folders of runs. No torch here."""

from __future__ import annotations

from pathlib import Path

from gancraft.errors import GancraftError, UsageError, hint
from gancraft.plugins import Plugins
from gancraft.trained.folder import ENDING, TrainedModel, models_in, own_models
from gancraft.trained.header import read_model
from gancraft.trained.info import TRAINER
from gancraft.trained.listing import STYLE_KIND, shipped_file

MODEL = "model" + ENDING  # what a run calls it


def is_style_model(file: Path) -> bool:
    """Whether a file is a style network, by its header."""
    try:
        return read_model(file).info.kind == TRAINER
    except GancraftError:
        return False


def own_style_models() -> list[TrainedModel]:
    """Of the user's folder."""
    return [model for model in models_in(own_models()) if is_style_model(model.file)]


def style_model_names(plugins: Plugins) -> list[str]:
    """Of all style networks that go by a name."""
    return list(dict.fromkeys([*plugins.names(STYLE_KIND), *(own.name for own in own_style_models())]))


def find_style_model(word: str, plugins: Plugins) -> Path:
    """The file that is meant: a file, that of a run's folder, or one by name, which yields to a file or folder that is there.
    Raises UsageError, in a line that lists what there is, GancraftError where a plugin hasn't its file."""
    path = Path(word).expanduser()
    if path.is_dir():
        if not (path / MODEL).is_file():
            raise UsageError(f"{word}: there is no {MODEL} in this folder; give the folder of a run, or a model's file")
        return path / MODEL
    if path.exists():
        return path
    if word in plugins.names(STYLE_KIND):
        return shipped_file(plugins.get(STYLE_KIND, word))
    if (own := next((own for own in own_style_models() if own.name == word), None)) is not None:
        return own.file
    names = style_model_names(plugins)
    there = f"there are {', '.join(names)}" if names else "none is installed: train one with `gancraft train-style`"
    raise UsageError(
        f"there is no style network '{word}'{hint(word, names)}; {there}; a file or the folder of a run will do too"
    )
