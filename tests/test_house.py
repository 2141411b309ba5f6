"""The house's rules that a machine can check."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gancraft
from gancraft.plugins import find_plugins

ROOT = Path(__file__).parents[1]
SCAFFOLD = ROOT / "gancraft" / "scaffold"  # plugins that aren't made yet
CORE = sorted(p for p in (ROOT / "gancraft").rglob("*.py") if p.name != "defaults.py" and SCAFFOLD not in p.parents)
TEMPLATES = sorted(SCAFFOLD.glob("*/gancraft_template_name/*.py"))
PLUGINS = sorted((ROOT / "plugins").rglob("*.py")) + TEMPLATES


def strings(path: Path) -> Iterator[str]:
    """String constants of a file that aren't docstrings."""
    tree = ast.parse(path.read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_the_core_names_no_method() -> None:
    bundled = [entry for entry in find_plugins().entries if entry.plugin.bundled]
    names = {entry.name for entry in bundled}
    # A trained model may be called like the pictures that it learned from.
    sets = {entry.name for entry in bundled if entry.kind == "model"}
    found = [
        (str(path.relative_to(ROOT)), text)
        for path in CORE
        for text in strings(path)
        if text in names and not (text in sets and path.parent.name == "dataset")
    ]
    assert found == []


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: str(path.relative_to(ROOT)))
def test_bundled_plugins_import_only_public_names(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gancraft":
            assert node.module == "gancraft", f"{path}: import from gancraft itself, not from {node.module}"
            assert {alias.name for alias in node.names} <= set(gancraft.__all__)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("gancraft.") for alias in node.names)


def test_every_public_name_is_there() -> None:
    for name in gancraft.__all__:
        assert getattr(gancraft, name) is not None


def test_no_pickle_is_written_or_read_unsafely() -> None:
    for path in [*CORE, *PLUGINS, ROOT / "app.py"]:
        text = path.read_text()
        assert "weights_only=False" not in text and "pickle.load" not in text and "torch.save(" not in text, path


def test_the_tree_is_small_enough() -> None:
    weights = ROOT / "plugins" / "gancraft_embedded" / "embedded.safetensors"
    samples = sum(p.stat().st_size for p in (ROOT / "gancraft" / "pictures" / "samples").rglob("*") if p.is_file())
    shipped = [entry for entry in find_plugins().entries if entry.kind == "model" and entry.plugin.bundled]
    models = sum(entry.create(entry.options()).stat().st_size for entry in shipped)
    assert weights.stat().st_size <= 5_000_000
    assert models <= 14_000_000
    assert samples <= 3_000_000
