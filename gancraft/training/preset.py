"""The settings that a preset names: whose each of them is, and which there are none of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gancraft.errors import hint
from gancraft.interfaces import Preset
from gancraft.options import Options
from gancraft.resolve import flatten


def sorted_out(preset: Preset, models: Mapping[str, type[Options]]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The preset's values by part and name, and a line for each that would be passed over: that nobody has, or several."""
    values: dict[str, dict[str, Any]] = {part: {} for part in models}
    strays: list[str] = []
    first = next(iter(models))  # the run's own settings, which come before those of its parts
    for name, value in flatten(preset.defaults).items():
        part, _, setting = name.rpartition(".")
        owners = [part] if part in models else [p for p, model in models.items() if setting in model.model_fields]
        if len(owners) > 1 and owners[0] != first:
            strays.append(f"'{name}' is a setting of {', '.join(owners)}; write one of them before it")
        elif not owners or setting not in models[owners[0]].model_fields:
            strays.append(f"there is no setting '{name}'{_hint(name, models)}")
        else:
            values[owners[0]][setting] = value
    return values, strays


def _hint(name: str, models: Mapping[str, type[Options]]) -> str:
    """` (did you mean 'x'?)` for a misspelt setting, or the name of its part."""
    part, _, setting = name.rpartition(".")
    if part in models:
        return hint(setting, models[part].model_fields)
    settings = [(part, setting) for part, model in models.items() for setting in model.model_fields]
    return hint(name, [setting for _, setting in settings] + [".".join(each) for each in settings])
