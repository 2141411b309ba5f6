"""Where plugins come from: installed packages, the checkout that runs, and folders."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from gancraft.errors import UsageError
from gancraft.plugins.catalogue import FILE_MODULE, PluginInfo

GROUP = "gancraft"


@dataclass(frozen=True)
class Candidate:
    """A plugin before it is loaded."""

    info: PluginInfo
    load: Callable[[], Any]


def installed(entry_points: Iterable[metadata.EntryPoint] | None) -> Iterator[Candidate]:
    """Entry points, and in a checkout that isn't installed those of its pyproject.toml."""
    points = list(metadata.entry_points(group=GROUP) if entry_points is None else entry_points)
    if entry_points is None:
        have = {point.name for point in points if point.dist is not None and point.dist.name == GROUP}
        points += [point for point in _checkout() if point.name not in have]
    for point in points:
        distribution = point.dist.name if point.dist is not None else GROUP
        version = point.dist.version if point.dist is not None else _own_version()
        info = PluginInfo(point.name, distribution, version, point.value, distribution == GROUP)
        yield Candidate(info, point.load)


def _own_version() -> str:
    from gancraft import __version__

    return __version__


def _checkout() -> list[metadata.EntryPoint]:
    """The bundled plugins of a checkout: a Space runs from the root of the repository and installs only what it needs."""
    root = Path(__file__).parents[2]
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


def from_modules(modules: Iterable[ModuleType]) -> Iterator[Candidate]:
    """Plugins that are imported already."""
    for module in modules:
        info = PluginInfo(_name(module.__name__), "", str(getattr(module, "__version__", "")), module.__name__, False)
        yield Candidate(info, partial(_itself, module))


def _name(module: str) -> str:
    """Of a plugin that no entry point names: `gancraft_brush_strokes` is brush-strokes, as its package would call it."""
    return module.removeprefix(f"{GROUP}_").replace("_", "-")


def _itself(module: ModuleType) -> ModuleType:
    return module


def in_folder(folder: Path) -> Iterator[Candidate]:
    """Single files and packages in a folder, sorted."""
    if not folder.is_dir():
        raise UsageError(f"--plugins-dir {folder}: there is no such folder")
    for path in sorted(folder.iterdir()):
        is_package = (path / "__init__.py").is_file()
        if path.name.startswith((".", "_")) or not (is_package or path.suffix == ".py"):
            continue
        info = PluginInfo(_name(path.stem), "", "", str(path), False)
        yield Candidate(info, partial(_load_path, path))


def _load_path(path: Path) -> ModuleType:
    """Import a file or package by its place. Its folder goes on the path, so that "module:Class" strings resolve."""
    file = (path / "__init__.py" if path.is_dir() else path).resolve()
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    # A file's name may be anybody's; a package must keep its own, by which its strings find it.
    digest = hashlib.sha1(str(file).encode()).hexdigest()[:8]
    name = path.stem if path.is_dir() else FILE_MODULE.format(digest) + path.stem
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
