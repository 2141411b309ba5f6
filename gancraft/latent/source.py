"""Which model a person means: a file, the folder of a run, or the name of one that a plugin ships or that was pulled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gancraft.errors import UsageError, hint
from gancraft.plugins import Plugins, Registered
from gancraft.trained.folder import ENDING, models_in, own_models
from gancraft.trained.listing import KIND, STYLE_KIND, own_model, shipped_file
from gancraft.trained.style_models import is_style_model

MODEL = "model" + ENDING  # what a run calls it


@dataclass(frozen=True)
class Source:
    """Where a model is. name: what it goes by; stem: a name for what is made with it."""

    file: Path
    name: str
    stem: str


def find_model(source: Path, plugins: Plugins) -> Source:
    """A file, the model in the folder of a run, or one by its name, which yields to a file or folder that is there: one that
    a plugin ships, else one of the user's own. Raises UsageError where there is none, GancraftError where a plugin hasn't
    its file."""
    if not source.exists() and (named := _named(str(source), plugins)):
        return named
    file = source
    if source.is_dir():
        file = source / MODEL
        if not file.is_file():
            raise UsageError(
                f"{source}: there is no {MODEL} in this folder; give the folder of a run, or a model's file"
            )
    elif not source.exists():
        names = model_names(plugins)
        or_name = f", the folder of a run, or one of {', '.join(names)}" if names else " or the folder of a run"
        close = hint(str(source), names)
        raise UsageError(f"{source}: there is no such file or folder{close}; give a model ({ENDING}){or_name}")
    return Source(file, file.name, (file.resolve().parent.name or file.stem) if file.name == MODEL else file.stem)


def shipped(entry: Registered) -> Source:
    """The model that a plugin registered. Raises GancraftError where its file isn't there."""
    return Source(shipped_file(entry), entry.name, entry.name)


def model_names(plugins: Plugins) -> list[str]:
    """Of all models that make pictures and go by a name."""
    own = [model.name for model in models_in(own_models()) if not is_style_model(model.file)]
    return list(dict.fromkeys([*plugins.names(KIND), *own]))


def is_model(source: Path, plugins: Plugins) -> bool:
    """Whether this means a model, or a run that may not have one yet, rather than a set of pictures."""
    if not source.exists() and str(source) in model_names(plugins):
        return True
    return source.suffix.lower() == ENDING or any((source / name).is_file() for name in (MODEL, "run.json"))


def _named(name: str, plugins: Plugins) -> Source | None:
    for kind in (KIND, STYLE_KIND):  # one that paints is told about, and sent, like any other
        if name in plugins.names(kind):
            return shipped(plugins.get(kind, name))
    own = own_model(name)
    return None if own is None else Source(own.file, own.name, own.name)
