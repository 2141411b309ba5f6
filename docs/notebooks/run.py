"""Make the notebooks from their sources, with outputs: `python docs/notebooks/run.py [--text] [NAME …]`. With `--text` nothing
is run, and the outputs are kept: for changes of words.

A source is a Python file in cells (`# %%`, and `# %% [markdown]` for text), which is what editors open as a notebook and what
changes are made in. No Jupyter is needed: a cell runs here as it does there, and a picture as its last value is its output. Tests
run the same cells with smaller numbers in the cell that is tagged `parameters`.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PARAMETERS = "parameters"


@dataclass(frozen=True)
class Cell:
    """source: without the line that begins it. tags: of its metadata."""

    kind: str  # "code" or "markdown"
    source: str
    tags: tuple[str, ...] = ()


def cells_of(source: Path) -> list[Cell]:
    """The cells of a Python file, in order."""
    found = []
    for block in re.split(r"^# %%", source.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        tags = tuple(re.findall(r'"(\w+)"', head))
        if "[markdown]" in head:
            body = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
        found.append(Cell("markdown" if "[markdown]" in head else "code", body.strip("\n"), tags))
    return found


def execute(cells: list[Cell], given: Mapping[str, Any] | None = None) -> Iterator[list[dict[str, Any]]]:
    """Run the code cells one after the other, in one namespace; their outputs in the notebooks' format.

    given: values by name, set after the cell of parameters has run. Raises what a cell raises.
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells):
        if cell.kind != "code":
            continue
        tree = ast.parse(cell.source)
        last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(tree, f"cell {number}", "exec"), space)
            value = eval(compile(last, f"cell {number}", "eval"), space) if last is not None else None
        if PARAMETERS in cell.tags:
            space.update(given or {})
        outputs: list[dict[str, Any]] = []
        if said.getvalue():
            outputs.append(
                {"output_type": "stream", "name": "stdout", "text": said.getvalue().splitlines(keepends=True)}
            )
        if value is not None:
            outputs.append({"output_type": "display_data", "metadata": {}, "data": shown(value)})
        yield outputs


def shown(value: Any) -> dict[str, Any]:
    """A picture as PNG or JPEG, whichever is smaller; anything else as text."""
    if not hasattr(value, "_repr_png_"):
        return {"text/plain": [repr(value)]}
    files = {}
    for kind, how in (("png", {"optimize": True}), ("jpeg", {"quality": 85})):
        file = io.BytesIO()
        value.convert("RGB").save(file, kind, **how)
        files[f"image/{kind}"] = file.getvalue()
    name = min(files, key=lambda kind: len(files[kind]))
    return {name: base64.b64encode(files[name]).decode(), "text/plain": ["a picture"]}


def notebook(cells: list[Cell], outputs: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """The notebook, format 4.5. outputs: of the code cells, in their order."""
    left, made = list(outputs), []
    for number, cell in enumerate(cells):
        entry: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{number:02}",
            "metadata": {"tags": list(cell.tags)} if cell.tags else {},
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.kind == "code":
            entry |= {"execution_count": None, "outputs": left.pop(0)}
        made.append(entry)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def main(words: list[str]) -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    names = [word for word in words if word != "--text"]
    for source in [HERE / f"{name}.py" for name in names] or sorted(HERE.glob("*-*.py")):
        cells, target = cells_of(source), source.with_suffix(".ipynb")
        if "--text" in words:
            before = json.loads(target.read_text(encoding="utf-8"))["cells"]
            outputs = [cell["outputs"] for cell in before if cell["cell_type"] == "code"]
        else:
            outputs = run(cells)
        text = json.dumps(notebook(cells, outputs), indent=1, ensure_ascii=False) + "\n"
        target.write_text(text, encoding="utf-8")
        print(target, f"{len(text) / 1000:.0f} kB")


def run(cells: list[Cell]) -> list[list[dict[str, Any]]]:
    """Outputs of the code cells, which run in an empty folder, with the example packages' plugins."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.environ["GANCRAFT_PLUGINS_DIR"] = str(ROOT / "docs" / "examples" / "gancraft-vae")
        return list(execute(cells))


if __name__ == "__main__":
    main(sys.argv[1:])
