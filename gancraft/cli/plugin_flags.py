"""How the options of a registered thing are typed: the flags that the command has when the thing is chosen."""

from __future__ import annotations

from gancraft import defaults
from gancraft.cli.flags import flag_names
from gancraft.cli.sniff import CHOOSING
from gancraft.errors import GancraftError
from gancraft.interfaces import Preset
from gancraft.options import settings
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, Part
from gancraft.training.choice import ROLES

# By kind of thing: the command that takes its options, and the setting that chooses it.
COMMANDS = {"style": ("style", "plugin"), "network": ("style", "network"), "train-style": ("train-style", "plugin")}
COMMANDS |= {"train": ("train", "plugin"), **{role: ("train", role) for role in ROLES}}


def typed(entry: Registered, plugins: Plugins) -> dict[str, str]:
    """The flag of each option by the option's name: `--size`, or `--part.size` where the command has a `--size` already."""
    names = flag_names(_parts(entry, plugins))
    own = _part(entry)
    plain = {setting.name: f"--{setting.flag}" for setting in settings(entry.options)}
    return {name: names.get((own, name), flag) for name, flag in plain.items()}


def _parts(entry: Registered, plugins: Plugins) -> list[Part]:
    """All that have settings where the thing is chosen; none where no command chooses it, or something else is missing."""
    if entry.kind not in COMMANDS:
        return []
    command, setting = COMMANDS[entry.kind]
    try:
        parts: list[Part] = CHOOSING[command][1](plugins, [Layer({**_beside(entry, plugins), setting: entry.name})])[2]
    except GancraftError:
        return []
    return parts


def _beside(entry: Registered, plugins: Plugins) -> dict[str, str]:
    """What it is chosen with: a method that looks through a network, a preset that is made of this part."""
    for other in sorted(
        plugins.entries, key=lambda e: (e.plugin.name != entry.plugin.name, e.name != defaults.STYLE_METHOD)
    ):
        if entry.kind == "network" and other.kind == "style" and other.can("network"):
            return {"plugin": other.name}
        if isinstance(other.target, Preset) and getattr(other.target, entry.kind, None) == entry.name:
            return {"plugin": other.name}
    return {}


def _part(entry: Registered) -> str:
    """What the part is called that has its settings."""
    if entry.kind in ("train", "train-style"):
        return "method"
    return entry.kind if entry.kind in ROLES else entry.name
