"""Everything that comes with gancraft passes the checks that it asks of others."""

from __future__ import annotations

from typing import Any

import pytest

from gancraft.plugins import PluginInfo, Registered, find_plugins
from gancraft.testing import checks_of
from gancraft.testing.core import Check, Subject, group_of, run

PLUGINS = find_plugins()
ENTRIES = [entry for entry in PLUGINS.entries if entry.plugin.bundled]
# Small networks, where a kind of thing can be made small; what isn't among a network's settings is left out.
SMALL: dict[str, Any] = {"width": 8, "max_width": 16, "latent_size": 16}
# What is quick to train for two steps, or to trace; the same checks of the others are slow tests.
QUICK = {"toy", "toy-collapse", "dense", "dcgan", "progressive", "gram", "strotss", "sliced", "embedded"}
HEAVY = {("network", "efficientnet-lite0"), ("network", "efficientnet-lite2")}


def settings(entry: Registered) -> dict[str, Any]:
    """For a quick check of it."""
    if entry.kind in ("generator", "discriminator"):
        return _known(SMALL, entry)
    if entry.kind == "train" and hasattr(entry.target, "generator"):
        parts = {role: PLUGINS.get(role, getattr(entry.target, role)) for role in ("generator", "discriminator")}
        return {f"{role}.{n}": v for role, part in parts.items() for n, v in _known(SMALL, part).items()}
    return {}


def _known(values: dict[str, Any], entry: Registered) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in entry.options.model_fields}


def cases() -> list[Any]:
    """Every check of every entry."""
    found = []
    for entry in ENTRIES:
        for check in checks_of(group_of(entry)):
            long = check.name in ("trains", "compiles") and entry.kind != "loss" and entry.name not in QUICK
            slow = long or (entry.kind, entry.name) in HEAVY
            marks = [pytest.mark.slow] if slow else []
            found.append(pytest.param(entry, check, id=f"{entry.kind}-{entry.name}-{check.name}", marks=marks))
    return found


@pytest.mark.parametrize(("entry", "check"), cases())
def test_a_bundled_thing(entry: Registered, check: Check) -> None:
    result = run(check, Subject(PLUGINS, entry.plugin, entry, settings(entry)))
    if result.state == "skipped":
        pytest.skip(result.found)
    assert result.state == "passed", str(result)


@pytest.mark.parametrize("info", [i for i in PLUGINS.infos if i.bundled], ids=lambda info: info.name)
def test_a_bundled_plugin(info: PluginInfo) -> None:
    for check in checks_of("plugin"):
        if check.name != "light":  # tests/test_light.py loads all of them in one process
            result = run(check, Subject(PLUGINS, info))
            assert result.state == "passed", str(result)


def test_what_must_be_among_them() -> None:
    losses = {"gram", "covariance", "mean-variance", "gaussian", "sliced", "strotss", "nnst"}
    assert losses <= {entry.name for entry in ENTRIES if group_of(entry) == "style loss"}
    presets = {"dcgan", "dcgan-paper", "dense", "toy", "toy-collapse", "progressive"}
    assert presets <= {entry.name for entry in ENTRIES if group_of(entry) == "preset"}


def test_every_kind_has_checks() -> None:
    assert {group_of(entry) for entry in ENTRIES} <= {
        "style loss", "style method", "instant style", "network", "generator", "discriminator", "loss",
        "preset", "trainable", "model", "style trainer", "style model",
    }  # fmt: skip
    assert all(len(checks_of(group_of(entry))) >= 3 for entry in ENTRIES)
