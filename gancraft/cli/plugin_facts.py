"""What there is to tell of a plugin: plain values, and the lines that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gancraft import API_VERSION
from gancraft.cli.plugin_flags import typed
from gancraft.interfaces import Preset
from gancraft.options import Setting, settings
from gancraft.plugins import PluginInfo, Plugins, Registered
from gancraft.plugins.find import HOOKS

WORDS = {int: "whole number", float: "number", bool: "yes or no", str: "text", Path: "path"}


def facts(info: PluginInfo, entries: Sequence[Registered], plugins: Plugins) -> dict[str, Any]:
    """A plugin with these of the things that it registered, ready for JSON. plugins: all that there are."""
    return {
        "name": info.name,
        "state": info.state,
        "reason": info.reason,
        "source": info.source,
        "distribution": info.distribution,
        "version": info.version,
        "bundled": info.bundled,
        "api": info.api,
        "api_here": API_VERSION,
        "hooks": [hook for kind, hook in HOOKS.items() if any(entry.kind == kind for entry in entries)],
        "registered": [_entry(entry, plugins) for entry in entries],
    }


def _entry(entry: Registered, plugins: Plugins) -> dict[str, Any]:
    flags = typed(entry, plugins)
    own = getattr(entry.interface, "capabilities", ())
    told = {
        "kind": entry.kind,
        "name": entry.name,
        "summary": entry.summary,
        "interface": entry.interface.__name__ if entry.interface is not None else "",
        "capabilities": sorted({*entry.capabilities, *own}),
        "options": [_setting(setting, flags[setting.name]) for setting in settings(entry.options)],
    }
    if isinstance(entry.target, Preset):
        parts = {role: getattr(entry.target, role) for role in ("generator", "discriminator", "loss")}
        return {**told, **parts, "settings": {name: value for name, value in entry.target.defaults.items()}}
    name = getattr(entry.target, "__qualname__", "")
    return {**told, "target": entry.target if isinstance(entry.target, str) else f"{entry.target.__module__}:{name}"}


def _setting(setting: Setting, flag: str) -> dict[str, Any]:
    default = setting.default
    return {
        "name": setting.name,
        "flag": flag,
        "type": "list" if setting.many else setting.type.__name__,
        "default": str(default) if isinstance(default, Path) else default,
        "minimum": setting.minimum,
        "maximum": setting.maximum,
        "choices": list(setting.choices),
        "optional": setting.optional,
        "help": setting.help,
    }


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """What `facts` gave, for people."""
    yield f"plugin {told['name']}"
    yield f"  state     {told['state']}" + (f": {told['reason']}" if told["reason"] else "")
    origin = f"{told['distribution']} {told['version']}".strip()
    yield f"  source    {told['source']}" + (f", from {origin}" if origin else "")
    level = told["api"] if told["api"] is not None else "not said"
    yield f"  API       {'that of gancraft' if told['bundled'] else level}; this gancraft has level {told['api_here']}"
    if told["hooks"]:
        yield f"  hooks     {', '.join(told['hooks'])}"
    for entry in told["registered"]:
        yield ""
        yield f"{entry['kind']} {entry['name']}: {entry['summary']}"
        yield from _of_entry(entry)


def _of_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    if "generator" in entry:
        yield f"  parts     generator {entry['generator']}, discriminator {entry['discriminator']}, loss {entry['loss']}"
        for name, value in entry["settings"].items():
            yield f"  setting   {name} = {value}"
    else:
        interface = f" ({entry['interface']})" if entry["interface"] else ""
        yield f"  target    {entry['target']}{interface}"
    if entry["capabilities"]:
        yield f"  can       {', '.join(entry['capabilities'])}"
    for option in entry["options"]:
        yield f"  option    {option['flag']}  {_values(option)}"
        yield f"            {option['help']}"


def _values(option: Mapping[str, Any]) -> str:
    """What may be given, and what is where nothing is: `number from 0 to 1; 0.5`."""
    kinds = {kind.__name__: word for kind, word in WORDS.items()} | {"list": "texts with commas between them"}
    text = " | ".join(option["choices"]) or kinds[option["type"]]
    if option["minimum"] is not None:
        text += f" from {option['minimum']:g}"
    if option["maximum"] is not None:
        text += f" to {option['maximum']:g}"
    return f"{text}; {_default(option['default'])}"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value)
    return "none" if value is None else str(value)
