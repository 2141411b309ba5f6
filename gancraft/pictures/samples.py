"""Bundled pictures: photos to paint and styles to paint them in."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from gancraft.errors import UsageError, did_you_mean
from gancraft.pictures.open import open_picture
from gancraft.pictures.picture import Picture


@dataclass(frozen=True)
class Sample:
    """One bundled picture. file: below the samples' folder; kind: "photo" or "style"; source: its origin."""

    name: str
    file: str
    kind: str
    title: str
    source: str
    licence: str
    description: str


def samples(kind: str | None = None) -> list[Sample]:
    """The bundled pictures of a kind ("photo" or "style"), or all; the first of a kind is the default."""
    return [sample for sample in _listed() if kind in (None, sample.kind)]


def sample_names(kind: str | None = None) -> list[str]:
    """Their names, in the same order."""
    return [sample.name for sample in samples(kind)]


def open_sample(name: str) -> Picture:
    """The bundled picture `name`. Raises UsageError if there is none."""
    for sample in _listed():
        if sample.name == name:
            data = _folder().joinpath(*sample.file.split("/")).read_bytes()
            picture = open_picture(data, name=sample.file.rpartition("/")[2])
            return dataclasses.replace(picture, sample=name)
    hint = did_you_mean(name, sample_names()) or f"; there are {', '.join(sample_names())}"
    raise UsageError(f"there is no sample picture '{name}'{hint}")


def _folder() -> Traversable:
    # Through importlib, so that an installed wheel works as a checkout does.
    return files("gancraft.pictures").joinpath("samples")


@cache
def _listed() -> tuple[Sample, ...]:
    entries = tomllib.loads(_folder().joinpath("samples.toml").read_text(encoding="utf-8"))
    names = [field.name for field in dataclasses.fields(Sample)]
    return tuple(Sample(**{name: entry[name] for name in names}) for entry in entries["sample"])
