"""Finding, loading, isolating and listing plugins.

Each plugin is loaded on its own and its failure is data: one that can't be loaded is listed with its reason and harms
nothing else.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import re
import sys
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from gancraft import hookspecs
from gancraft.errors import GancraftError, UsageError, did_you_mean
from gancraft.interfaces import StyleLoss, StyleMethod
from gancraft.options import Options, settings

GROUP = "gancraft"
HOOKS = {"style": "register_style_methods", "network": "register_networks"}  # by kind of thing
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_TARGET = re.compile(r"[\w.]+:\w+")


@dataclass(frozen=True)
class PluginInfo:
    """One plugin. state: "loaded", "failed" or "blocked"; reason: one line where it isn't loaded."""

    name: str
    distribution: str
    version: str
    source: str
    bundled: bool
    state: str = "loaded"
    reason: str = ""

    def __str__(self) -> str:
        origin = f"{self.distribution} {self.version}" if self.distribution else self.source
        return f"'{self.name}' ({origin})"


@dataclass(frozen=True)
class Registered:
    """One thing that a plugin registered; see `gancraft.hookspecs.Register`. kind: "style" or "network"."""

    kind: str
    name: str
    target: Any
    summary: str
    options: type[Options]
    interface: type | None
    capabilities: frozenset[str]
    plugin: PluginInfo

    def load(self) -> Any:
        """The class or function itself, imported now. Raises GancraftError with the plugin and the reason."""
        target = self.target
        if isinstance(target, str):
            module, _, attribute = target.partition(":")
            try:
                target = getattr(importlib.import_module(module), attribute)
            except Exception as error:  # a third party's module may raise anything
                raise GancraftError(
                    f"plugin {self.plugin}: {self.target} can't be imported: {_reason(error)}"
                ) from error
        if self.interface is not None and not (isinstance(target, type) and issubclass(target, self.interface)):
            raise GancraftError(f"plugin {self.plugin}: {self.name} must be a gancraft.{self.interface.__name__}")
        return target

    def create(self, options: Options) -> Any:
        """An instance with these options."""
        return self.load()(options)


@dataclass(frozen=True)
class Plugins:
    """All that was found. `infos`: every plugin, whatever its state; `entries`: what the loaded ones registered."""

    infos: tuple[PluginInfo, ...]
    entries: tuple[Registered, ...]

    def names(self, kind: str) -> list[str]:
        return [entry.name for entry in self.entries if entry.kind == kind]

    def get(self, kind: str, name: str) -> Registered:
        """The thing of this kind and name. Raises UsageError with what there is, or why its plugin isn't loaded."""
        for entry in self.entries:
            if (entry.kind, entry.name) == (kind, name):
                return entry
        for info in self.infos:
            if info.name == name and info.state != "loaded":
                verb = "failed to load" if info.state == "failed" else "is blocked"
                raise UsageError(f"plugin {info} {verb}: {info.reason}")
        names = self.names(kind)
        word = "style method" if kind == "style" else kind
        raise UsageError(
            f"there is no {word} '{name}'{did_you_mean(name, names)}; installed: {', '.join(names) or 'none'}"
        )


@dataclass(frozen=True)
class _Candidate:
    """A plugin before it is loaded."""

    info: PluginInfo
    load: Callable[[], Any]


def find_plugins(
    dirs: Iterable[str | Path] = (),
    allow: Collection[str] | None = None,
    block: Collection[str] = (),
    strict: bool = False,
    entry_points: Iterable[metadata.EntryPoint] | None = None,
) -> Plugins:
    """Find and load every plugin.

    dirs: folders of single-file and package plugins, beside what is installed.
    allow: only plugins of these names, or all for None; block: none of these.
    strict: raise at the first failure instead of listing it.
    entry_points: instead of the installed ones.
    """
    candidates = [*_installed(entry_points), *(c for folder in dirs for c in _in_folder(Path(folder)))]
    candidates.sort(key=lambda c: (not c.info.bundled, c.info.name))
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
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
            entries += _register(manager, candidate, entries)
            infos.append(info)
        except (Exception, SystemExit) as error:
            if strict:
                raise GancraftError(f"plugin {info} failed to load: {_reason(error)}") from error
            infos.append(replace(info, state="failed", reason=_reason(error)))
    return Plugins(tuple(infos), tuple(entries))


def plugins_from_environment(
    environ: Mapping[str, str] = os.environ, dirs: Iterable[str | Path] = (), block: Collection[str] = ()
) -> Plugins:
    """`find_plugins` with GANCRAFT_PLUGINS_DIR, GANCRAFT_PLUGINS and GANCRAFT_STRICT; `dirs` come beside the former."""
    more = [folder for folder in environ.get("GANCRAFT_PLUGINS_DIR", "").split(os.pathsep) if folder]
    allow = environ.get("GANCRAFT_PLUGINS")
    names = None if allow is None else [name.strip() for name in allow.split(",") if name.strip()]
    return find_plugins([*dirs, *more], names, block, environ.get("GANCRAFT_STRICT") == "1")


def _register(manager: pluggy.PluginManager, candidate: _Candidate, taken: list[Registered]) -> list[Registered]:
    """Load one plugin and call its hooks: everything it registers, or an exception and nothing."""
    info, module = candidate.info, candidate.load()
    manager.register(module, info.name)
    try:
        manager.check_pending()  # finds misspelled hooks, which registering doesn't
        entries: list[Registered] = []
        for kind, hook in HOOKS.items():
            caller = manager.subset_hook_caller(hook, [p for p in manager.get_plugins() if p is not module])
            caller(register=_collector(kind, info, entries, taken))
    except BaseException:
        manager.unregister(name=info.name)  # a failing one would stay, and fail every later check again
        raise
    return entries


def _collector(kind: str, info: PluginInfo, entries: list[Registered], taken: list[Registered]) -> Callable[..., None]:
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
        if isinstance(target, str) and not _TARGET.fullmatch(target):
            raise UsageError(f"{name}: '{target}' is no target; write 'package.module:Class'")
        if not (isinstance(options, type) and issubclass(options, Options)):
            raise UsageError(f"{name}: options must be a subclass of gancraft.Options")
        if not summary or "\n" in summary:
            raise UsageError(f"{name}: the summary must be one line")
        list(settings(options))
        if kind == "style":
            interface = interface or (StyleMethod if _is_method(target) else StyleLoss)
        for other in [*taken, *entries]:
            if (other.kind, other.name) == (kind, name):
                raise UsageError(f"{kind} '{name}' of plugin {info} is taken by plugin {other.plugin}")
        entries.append(Registered(kind, name, target, summary, options, interface, frozenset(capabilities), info))

    return register


def _is_method(target: Any) -> bool:
    return isinstance(target, type) and issubclass(target, StyleMethod)


def _installed(entry_points: Iterable[metadata.EntryPoint] | None) -> Iterator[_Candidate]:
    """Entry points, and in a checkout that isn't installed those of its pyproject.toml."""
    points = list(metadata.entry_points(group=GROUP) if entry_points is None else entry_points)
    if entry_points is None:
        have = {point.name for point in points}
        points += [point for point in _checkout() if point.name not in have]
    for point in points:
        distribution = point.dist.name if point.dist is not None else GROUP
        version = point.dist.version if point.dist is not None else _own_version()
        info = PluginInfo(point.name, distribution, version, point.value, distribution == GROUP)
        yield _Candidate(info, point.load)


def _own_version() -> str:
    from gancraft import __version__

    return __version__


def _checkout() -> list[metadata.EntryPoint]:
    """The bundled plugins of a checkout: a Space runs from the root of the repository and installs only what it needs."""
    root = Path(__file__).parents[1]
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return []
    if project.get("name") != GROUP or not (root / "plugins").is_dir():
        return []
    folder = str(root / "plugins")
    if folder not in sys.path:
        sys.path.append(folder)
    return [metadata.EntryPoint(n, v, GROUP) for n, v in project["entry-points"][GROUP].items()]


def _in_folder(folder: Path) -> Iterator[_Candidate]:
    """Single files and packages in a folder, sorted."""
    if not folder.is_dir():
        raise UsageError(f"--plugins-dir {folder}: there is no such folder")
    for path in sorted(folder.iterdir()):
        is_package = (path / "__init__.py").is_file()
        if path.name.startswith((".", "_")) or not (is_package or path.suffix == ".py"):
            continue
        info = PluginInfo(path.stem.replace("_", "-"), "", "", str(path), False)
        yield _Candidate(info, partial(_load_path, path))


def _load_path(path: Path) -> ModuleType:
    """Import a file or package by its place. Its folder goes on the path, so that "module:Class" strings resolve."""
    file = (path / "__init__.py" if path.is_dir() else path).resolve()
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    # A file's name may be anybody's; a package must keep its own, by which its strings find it.
    name = path.stem if path.is_dir() else f"_gancraft_{hashlib.sha1(str(file).encode()).hexdigest()[:8]}_{path.stem}"
    known = sys.modules.get(name)
    if known is not None:
        if getattr(known, "__file__", None) == str(file):
            return known
        raise UsageError(f"a module called {name} is loaded already, from {getattr(known, '__file__', 'elsewhere')}")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _reason(error: BaseException) -> str:
    """One line about an exception."""
    text = " ".join(str(error).split())
    if isinstance(error, GancraftError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
