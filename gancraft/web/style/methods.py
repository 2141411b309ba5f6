"""The methods that the page offers: in which order, and with which trained networks.

What a method is called decides nothing here, only what it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gancraft import defaults
from gancraft.plugins import Plugins, Registered
from gancraft.style.choice import runner_of
from gancraft.trained.listing import STYLE_KIND
from gancraft.trained.style_models import style_model_names
from gancraft.web import gpu
from gancraft.web.painting import MODEL
from gancraft.web.settings import Limits


def offered(plugins: Plugins, limits: Limits) -> dict[str, Registered]:
    """By name: the one that the page opens with, then those that paint at once, then all others. One that needs a trained
    network isn't among them where there is none."""
    known = {name: plugins.get("style", name) for name in plugins.names("style")}
    shelf = trained(plugins, limits)
    there = [name for name, method in known.items() if shelf or not method.can("models")]
    first = first_method(plugins)
    there.sort(key=lambda name: (name != first, not known[name].can("instant")))
    return {name: known[name] for name in there}


def first_method(plugins: Plugins) -> str:
    """The one that the page opens with: where there is no GPU, one that paints at once in the manner of any picture."""
    names = plugins.names("style")
    at_once = [name for name in names if (method := plugins.get("style", name)).can("instant") and takes_styles(method)]
    if at_once and not gpu.there():
        return defaults.INSTANT_METHOD if defaults.INSTANT_METHOD in at_once else at_once[0]
    return defaults.STYLE_METHOD if defaults.STYLE_METHOD in names else names[0]


def trained(plugins: Plugins, limits: Limits) -> list[str]:
    """Trained style networks that go by a name; a visitor's word must not open a file here."""
    return style_model_names(plugins) if limits.computer else plugins.names(STYLE_KIND)


def takes_styles(method: Registered) -> bool:
    """Whether it paints in the manner of pictures that it is given."""
    return not method.can("styleless")


def parts_of(method: Registered) -> set[str]:
    """The parts whose settings are shown for a method."""
    runner = runner_of(method)
    return {method.name} if runner is None else {method.name, runner.name}


def choices_of(method: Registered, shelf: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Settings whose choices its options can't know."""
    return {MODEL: shelf} if method.can("models") and shelf else {}
