"""Loading each plugin on its own, and checking what it registers."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from gancraft import API_VERSION, hookspecs
from gancraft.errors import GancraftError, UsageError, did_you_mean, hint
from gancraft.interfaces import AdversarialLoss, InstantStyle, Preset, StyleLoss, StyleMethod, StyleTrainable, Trainable
from gancraft.options import Options, settings
from gancraft.plugins.catalogue import PluginInfo, Plugins, Registered, one_line
from gancraft.plugins.sources import GROUP, from_modules, in_folder, installed
from gancraft.plugins.trace import Trace

HOOKS = {  # by kind of thing
    "style": "register_style_methods",
    "network": "register_networks",
    "train": "register_training_methods",
    "generator": "register_generators",
    "discriminator": "register_discriminators",
    "loss": "register_losses",
    "model": "register_trained_models",
    "train-style": "register_style_trainers",
    "style-model": "register_style_models",
}
ENGINE_PARTS = {"style", "optimise", "instant"}  # settings of the engine's own go by these names in files and recipes
STYLE_INTERFACES: tuple[type, ...] = (StyleLoss, InstantStyle, StyleMethod)
INTERFACES = {
    "train": Trainable,
    "train-style": StyleTrainable,
    "loss": AdversarialLoss,
}  # where a kind has one, and torch isn't needed to say it
LEVEL = "GANCRAFT_API"  # what a plugin's module may say: the level of the API that it was written for
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_TARGET = re.compile(r"[\w.]+:\w+")


_PACKAGES: dict[str, str] = {}  # of plugins that were loaded in this process, and what they are called


def plugin_at_fault(error: BaseException) -> str | None:
    """The plugin in whose code an error was raised, or whose code called where it was raised; None where it was nobody's."""
    found, trace = None, error.__traceback__
    while trace is not None:
        found = _PACKAGES.get(trace.tb_frame.f_globals.get("__name__", "").partition(".")[0], found)
        trace = trace.tb_next
    return found


def find_plugins(
    dirs: Iterable[str | Path] = (),
    allow: Collection[str] | None = None,
    block: Collection[str] = (),
    strict: bool = False,
    entry_points: Iterable[metadata.EntryPoint] | None = None,
    modules: Iterable[ModuleType] = (),
    trace: Trace | None = None,
) -> Plugins:
    """Find and load every plugin.

    dirs: folders of single-file and package plugins, beside what is installed.
    allow: only plugins of these names, or all for None; block: none of these.
    strict: raise at the first failure instead of listing it.
    entry_points: instead of the installed ones.
    modules: plugins that are imported already, beside the others.
    trace: is told of every hook call.
    """
    candidates = [*installed(entry_points), *(c for folder in dirs for c in in_folder(Path(folder)))]
    candidates += from_modules(modules)
    candidates.sort(key=lambda c: (not c.info.bundled, c.info.name))
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    if trace is not None:
        trace.watch(manager)
    infos: list[PluginInfo] = []
    entries: list[Registered] = []
    for candidate in candidates:
        info = candidate.info
        if info.name in block:
            infos.append(replace(info, state="blocked", reason="by --no-plugin"))
            continue
        if allow is not None and info.name not in allow:
            infos.append(replace(info, state="blocked", reason="it isn't among GANCRAFT_PLUGINS"))
            continue
        try:
            if info.name in [i.name for i in infos if i.state == "loaded"]:
                other = next(i for i in infos if i.name == info.name)
                raise UsageError(f"another plugin has this name: {other} from {other.source}")
            module = candidate.load()
            info = replace(info, api=_level(module))
            if trace is not None:
                trace.about(info)
            entries += _register(manager, info, module, entries, trace)
            infos.append(info)
            _PACKAGES[module.__name__.partition(".")[0]] = info.name
        except (Exception, SystemExit) as error:
            if strict:
                raise GancraftError(f"plugin {info} failed to load: {one_line(error)}") from error
            infos.append(replace(info, state="failed", reason=one_line(error)))
    return Plugins(tuple(infos), tuple(entries))


def plugins_from_environment(
    environ: Mapping[str, str] = os.environ, dirs: Iterable[str | Path] = (), block: Collection[str] = ()
) -> Plugins:
    """`find_plugins` with GANCRAFT_PLUGINS_DIR, GANCRAFT_PLUGINS, GANCRAFT_STRICT and GANCRAFT_TRACE; `dirs` come beside the
    first of them.

    Raises UsageError for a folder that isn't there, or a name in `block` that no plugin has.
    """
    more = [folder for folder in environ.get("GANCRAFT_PLUGINS_DIR", "").split(os.pathsep) if folder]
    allow = environ.get("GANCRAFT_PLUGINS")
    names = None if allow is None else [name.strip() for name in allow.split(",") if name.strip()]
    trace = Trace(sys.stderr) if environ.get("GANCRAFT_TRACE") == "1" else None
    plugins = find_plugins([*dirs, *more], names, block, environ.get("GANCRAFT_STRICT") == "1", trace=trace)
    known = [info.name for info in plugins.infos]
    for name in block:
        if name not in known:
            there = ", ".join(known)
            raise UsageError(f"--no-plugin {name}: no such plugin{hint(name, known)}; there are: {there}")
    return plugins


def _level(module: Any) -> int | None:
    """The level of gancraft's API that a plugin says it was written for; None where it says nothing. Raises UsageError for
    one that isn't there yet: older ones go on working (docs/api-policy.md)."""
    level = getattr(module, LEVEL, None)
    if level is None:
        return None
    if not isinstance(level, int) or isinstance(level, bool) or level < 1:
        raise UsageError(f"{LEVEL} = {level!r} is no level: write a whole number from 1 to {API_VERSION}")
    if level > API_VERSION:
        raise UsageError(
            f"it needs level {level} of gancraft's API, and this gancraft has {API_VERSION}: upgrade gancraft"
        )
    return level


def _register(
    manager: pluggy.PluginManager, info: PluginInfo, module: Any, taken: list[Registered], trace: Trace | None
) -> list[Registered]:
    """Call a plugin's hooks: everything it registers, or an exception and nothing."""
    manager.register(module, info.name)
    try:
        _known_hooks(manager, module)
        if not manager.get_hookcallers(module):
            raise UsageError(f"it has no hook: put @gancraft.hookimpl on {' or '.join(HOOKS.values())}")
        entries: list[Registered] = []
        for kind, hook in HOOKS.items():
            caller = manager.subset_hook_caller(hook, [p for p in manager.get_plugins() if p is not module])
            caller(register=_collector(kind, info, entries, taken, trace))
    except BaseException:
        manager.unregister(name=info.name)  # a failing one would stay, and fail every later check again
        raise
    return entries


def _known_hooks(manager: pluggy.PluginManager, module: Any) -> None:
    """Raise UsageError for a misspelt hook, which registering lets pass."""
    hooks = list(HOOKS.values())
    for name in dir(module):
        options = manager.parse_hookimpl_opts(module, name)
        if name not in hooks and options is not None and not options["optionalhook"]:
            close = did_you_mean(name, hooks) or f"; there are: {', '.join(hooks)}"
            raise UsageError(f"there is no hook '{name}'{close}")


def _collector(
    kind: str, info: PluginInfo, entries: list[Registered], taken: list[Registered], trace: Trace | None
) -> Callable[..., None]:
    """The `register` callback of one hook of one plugin."""

    def register(
        name: str,
        target: Any,
        *,
        summary: str,
        options: type[Options] = Options,
        interface: type | None = None,
        capabilities: Collection[str] = (),
    ) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise UsageError(f"'{name}' is no name: lower-case letters, digits, - and _, starting with a letter")
        if name in ENGINE_PARTS:
            raise UsageError(f"'{name}' is the engine's own name for its settings; choose another")
        if isinstance(target, str) and not _TARGET.fullmatch(target):
            raise UsageError(f"{name}: '{target}' is no target; write 'package.module:Class'")
        if kind == "train" and isinstance(target, Preset):
            interface = Preset
        elif not isinstance(target, str) and not callable(target):
            raise UsageError(f"{name}: the target must be a class, a function or 'package.module:Class'")
        if isinstance(capabilities, str):
            raise UsageError(f"{name}: capabilities must be a collection of strings, not one string")
        if not (isinstance(options, type) and issubclass(options, Options)):
            raise UsageError(f"{name}: options must be a subclass of gancraft.Options")
        if not summary or "\n" in summary:
            raise UsageError(f"{name}: the summary must be one line")
        list(settings(options))
        if kind == "style":
            interface = interface or _style_interface(target)
            if interface not in STYLE_INTERFACES:
                *some, last = (f"gancraft.{kind.__name__}" for kind in STYLE_INTERFACES)
                raise UsageError(f"{name}: interface must be {', '.join(some)} or {last}")
        if kind in INTERFACES:
            interface = interface or INTERFACES[kind]
        for other in [*taken, *entries]:
            if (other.kind, other.name) == (kind, name):
                raise UsageError(f"{kind} '{name}' of plugin {info} is taken by plugin {other.plugin}")
        entry = Registered(kind, name, target, summary, options, interface, frozenset(capabilities), info)
        entries.append(entry)
        if trace is not None:
            trace.registered(entry)

    register.__qualname__ = "register"  # as messages about wrong arguments call it
    return register


def _style_interface(target: Any) -> type:
    """Which of them a class has; the first, where that can't be told yet."""
    known = target if isinstance(target, type) else StyleLoss
    return next((kind for kind in STYLE_INTERFACES if issubclass(known, kind)), StyleLoss)
