"""Bundled presets name parts and settings that there are, with values within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from gancraft import Options, Preset
from gancraft.plugins import Registered, find_plugins
from gancraft.training import settings

PLUGINS = find_plugins()
PRESETS = [entry for entry in PLUGINS.entries if isinstance(entry.target, Preset) and entry.plugin.bundled]
ENGINE: dict[str, type[Options]] = {
    "train": settings.TrainSettings,
    "data": settings.DataOptions,
    "learn": settings.LearnOptions,
    "gan": settings.GanOptions,
    "augment": settings.AugmentOptions,
    "health": settings.HealthOptions,
    "keep": settings.KeepOptions,
}


@pytest.mark.parametrize("entry", PRESETS, ids=lambda entry: entry.name)
def test_every_preset_can_be_followed(entry: Registered) -> None:
    preset = entry.target
    parts = dict(ENGINE)
    for kind in ("generator", "discriminator", "loss"):
        parts[kind] = PLUGINS.get(kind, getattr(preset, kind)).options
    given: dict[str, dict[str, Any]] = {part: {} for part in parts}
    for name, value in preset.defaults.items():
        part, _, field = name.rpartition(".")
        owners = [part] if part else [p for p, model in parts.items() if field in model.model_fields]
        assert len(owners) == 1, f"{name} is a setting of {owners}"
        given[owners[0]][field] = value
    for part, model in parts.items():
        assert model(**given[part]).model_dump().items() >= given[part].items()


def test_there_are_presets() -> None:
    names = {entry.name for entry in PRESETS}
    assert {"dcgan", "dcgan-paper", "dense", "toy", "toy-collapse", "progressive"} <= names
