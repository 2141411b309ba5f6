"""Things that are made with a perceptual network which their settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import gancraft
from gancraft import DataShape, GancraftError, UsageError
from gancraft.plugins import PluginInfo, Plugins, Registered

INFO = PluginInfo("own", "own", "1.0", "", False)
SHAPE = DataShape(3, 8, 8)


class Named(gancraft.Options):
    network: str = gancraft.option("tiny", "Which.")


class Sees:
    """Remembers what it was made with."""

    def __init__(self, *made_with: Any):
        self.made_with = made_with


def entry(kind: str, name: str, target: Any, options: Any = gancraft.Options, can: str = "") -> Registered:
    return Registered(kind, name, target, "", options, None, frozenset([can] if can else []), INFO)


def network(options: gancraft.Options) -> nn.Linear:
    return nn.Linear(2, 2)


SEES = entry("discriminator", "sees", Sees, Named, "network")
PLUGINS = Plugins((INFO,), (entry("network", "tiny", network), entry("network", "large", network), SEES))


def test_it_is_made_with_the_network_that_its_options_name() -> None:
    for name in ("tiny", "large"):
        found = PLUGINS.seeing(SEES, Named(network=name))
        assert found.network is PLUGINS.get("network", name) and found.name == "sees"
    options = Named()
    *given, sight = PLUGINS.seeing(SEES, options).create(options, SHAPE).made_with
    assert given == [options, SHAPE] and isinstance(sight, nn.Linear)


@pytest.mark.parametrize("kind", ["generator", "discriminator", "loss"])
def test_others_are_made_as_ever(kind: str) -> None:
    plain = entry(kind, "plain", Sees, Named)
    assert PLUGINS.seeing(plain, Named()) is plain
    assert plain.create(Named(), SHAPE).made_with == (Named(), SHAPE)


def test_style_methods_have_theirs_by_the_runs_own_option() -> None:
    style = entry("style", "style", Sees, can="network")
    assert PLUGINS.seeing(style, gancraft.Options()) is style


def test_a_network_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"there is no network 'tinny' \(did you mean 'tiny'"):
        PLUGINS.seeing(SEES, Named(network="tinny"))


def test_a_plugin_without_the_setting_is_told_so() -> None:
    blind = entry("discriminator", "blind", Sees, can="network")
    with pytest.raises(GancraftError, match="plugin 'own' .*blind has no setting 'network'"):
        PLUGINS.seeing(blind, gancraft.Options())


def test_its_weights_are_there_where_others_are_only_counted() -> None:
    """Weights that are read from a file can't be made on torch's meta device."""
    with torch.device("meta"):
        *_, sight = PLUGINS.seeing(SEES, Named()).create(Named(), SHAPE).made_with
        assert torch.empty(1).is_meta
    assert sight.weight.device.type == "cpu"


@pytest.mark.parametrize("role", ["discriminator", "network"])
def test_trouble_with_either_is_one_line(role: str, tmp_path: Path) -> None:
    def fails(*made_with: Any) -> None:
        raise ValueError("no\nfile")

    fine = {"discriminator": Sees, "network": network}
    parts = {name: entry(name, name, fails if name == role else fine[name], Named, "network") for name in fine}
    found = Plugins((INFO,), tuple(parts.values())).seeing(parts["discriminator"], Named(network="network"))
    with pytest.raises(GancraftError, match=f"plugin 'own' .*: {role} can't be made: ValueError: no file"):
        found.create(Named(), SHAPE)
