"""The notebooks run, are in step with their sources, and lead nowhere that isn't there."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
sys.path.insert(0, str(FOLDER))
from run import Cell, cells_of, execute  # noqa: E402

LARGEST = 300_000  # bytes
QUICK: dict[str, dict[str, Any]] = {
    "train-a-gan": {"SIZE": 8, "BY_HAND": 12, "SEEN": 512, "RING": 1024},
    "style-from-noise": {"SMALL": 24, "LARGE": 32, "STEPS": 4, "MORE": 2, "SHOW": (0, 1, 2, 4), "ITERATIONS": 4},
}
NAMES = sorted(QUICK)


def kept(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))


def test_every_source_has_a_notebook() -> None:
    assert (
        sorted(path.stem for path in FOLDER.glob("*-*.py")) == NAMES == sorted(p.stem for p in FOLDER.glob("*.ipynb"))
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_in_step_with_its_source(name: str) -> None:
    """`python docs/notebooks/run.py` makes it so."""
    made = [
        Cell(cell["cell_type"], "".join(cell["source"]), tuple(cell["metadata"].get("tags", ())))
        for cell in kept(name)["cells"]
    ]
    assert made == cells_of(FOLDER / f"{name}.py")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_small_and_has_outputs(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    assert path.stat().st_size < LARGEST
    outputs = [output for cell in kept(name)["cells"] for output in cell.get("outputs", ())]
    assert sum(any(kind.startswith("image/") for kind in output.get("data", ())) for output in outputs) >= 5
    assert not re.search(r"/tmp/|/home/|/root/", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_one_by_the_formats_rules(name: str) -> None:
    pytest.importorskip("nbformat").validate(kept(name))


@pytest.mark.parametrize("name", NAMES)
def test_its_links_lead_somewhere(name: str) -> None:
    prose = "\n".join(cell.source for cell in cells_of(FOLDER / f"{name}.py") if cell.kind == "markdown")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", prose)
    assert targets and [t for t in targets if "://" not in t and not (FOLDER / t).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_its_questions_have_hidden_answers(name: str) -> None:
    prose = "\n".join(cell.source for cell in cells_of(FOLDER / f"{name}.py") if cell.kind == "markdown")
    before, _, after = prose.partition("## After")
    for part in (before, after):
        assert len(re.findall(r"<details><summary>\d+\. [^<]+\?</summary>[^<]{10,}</details>", part)) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With smaller numbers, and every code cell."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(FOLDER.parent / "examples" / "gancraft-vae"))
    cells = cells_of(FOLDER / f"{name}.py")
    outputs = list(execute(cells, QUICK[name]))
    assert len(outputs) == sum(cell.kind == "code" for cell in cells)
    assert sum(any("image" in kind for kind in output.get("data", ())) for made in outputs for output in made) >= 5
