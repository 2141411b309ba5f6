"""Going on with a run: only as the run that it was. What was changed is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gancraft.errors import UsageError
from gancraft.resolve import flatten

# What may change: how far, where and how fast it is computed, what stays on disk, and the factor of the rates.
FREE = {"train.pictures", "train.device", "train.launch", "train.fit_batch", "train.accumulate", "learn.rate_factor"}
FREE_PARTS = {"keep"}


def changed(
    before: Mapping[str, Any], now: Mapping[str, Any], where: str, defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Options that differ and may. Raises UsageError that names those that may not.

    before, now: options by part, as in run.json; where: the folder, for the message. defaults: stand in for options that
    a newer version has gained since.
    """
    old, new = {**flatten(defaults or {}), **flatten(before)}, flatten(now)
    old = {key: value for key, value in old.items() if key in new or key in flatten(before)}
    different = {key: (old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)}
    refused = {key: pair for key, pair in different.items() if not (key in FREE or key.split(".")[0] in FREE_PARTS)}
    if refused:
        # Other parts bring other settings with them, which would only hide what was changed.
        chosen = [
            key for key in ("train.plugin", "train.generator", "train.discriminator", "train.loss") if key in refused
        ]
        told = [f"{_flag(key)} was {_said(refused[key][0])}, now {_said(refused[key][1])}" for key in chosen or refused]
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        raise UsageError(
            f"{where}: holds a run with other settings ({'; '.join(told[:3])}{more}): give the same, or another --run"
        )
    return {key: new.get(key) for key in different}


def _flag(key: str) -> str:
    part, _, name = key.partition(".")
    return f"--{name.replace('_', '-')}" if part == "train" else f"--{part}.{name.replace('_', '-')}"


def _said(value: Any) -> str:
    return "not set" if value is None else str(value)
