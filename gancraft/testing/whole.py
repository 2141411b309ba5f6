"""Checks of a plugin as a whole."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import gancraft
from gancraft.testing.core import Broken, NotForThis, Subject, check, expect

HEAVY = ("torch", "torchvision", "numpy", "PIL", "gradio")


@check("The plugin loads, and registers something.")
def loads(subject: Subject) -> None:
    info = subject.info
    expect(info.state == "loaded", f"it {'is blocked' if info.state == 'blocked' else 'failed'}: {info.reason}.")
    expect(any(e.plugin.name == info.name for e in subject.plugins.entries), "none of its hooks called `register`.")


@check(f"Loading it imports none of {', '.join(HEAVY)}: the module of an entry point is light.")
def light(subject: Subject) -> None:
    _loaded(subject)
    source, path = subject.info.source, _path(subject)
    if path is not None:
        load = f"find_plugins([{str(path.parent)!r}], allow=[{subject.info.name!r}], strict=True)"
    else:
        load = f"importlib.import_module({source!r})"
    program = (
        f"import importlib, sys\nsys.path[:0] = {sys.path!r}\nfrom gancraft.plugins import find_plugins\n"
        f"before = set(sys.modules)\n{load}\n"
        f"print('LOADED', *[m for m in {HEAVY} if m in sys.modules and m not in before])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    if not lines:
        raise Broken(f"in a process of its own it can't be loaded: {done.stderr.strip().splitlines()[-1:]}.")
    heavy = lines[-1].split()[1:]
    expect(not heavy, f"it imports {', '.join(heavy)}; register 'package.module:Class' and import them there.")


@check("The plugin's module has a docstring, whose first line says what it brings.")
def described(subject: Subject) -> None:
    file = _file(subject)
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    expect(bool(text and text.strip()), f"{file.name} has none.")


@check("From gancraft only public names are imported: those of gancraft.__all__, and gancraft.testing in tests.")
def public_names(subject: Subject) -> None:
    file = _file(subject)
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    for path in files:
        for name in _private(ast.parse(path.read_text(encoding="utf-8"))):
            raise Broken(f"{path.name} imports {name}, which may change with any release.")


def _loaded(subject: Subject) -> None:
    if subject.info.state != "loaded":
        raise NotForThis("it isn't loaded")


def _path(subject: Subject) -> Path | None:
    """Where it lies, if it was found in a folder; None for a module that is imported by its name, though a folder of that
    name may be here: an author stands in the package's own."""
    path = Path(subject.info.source)
    imported = subject.info.distribution or subject.info.source in sys.modules
    return None if imported or not path.exists() else path


def _file(subject: Subject) -> Path:
    """The plugin's own module."""
    _loaded(subject)
    path = _path(subject)
    if path is not None:
        return path / "__init__.py" if path.is_dir() else path
    file = import_module(subject.info.source).__file__
    assert file is not None
    return Path(file)


def _private(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "gancraft":
                yield from (a.name for a in node.names if a.name not in {*gancraft.__all__, "testing", "__version__"})
            elif node.module.startswith("gancraft.") and node.module != "gancraft.testing":
                yield node.module
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("gancraft.") and a.name != "gancraft.testing")
