"""What is written into a contact sheet: its pictures, and for every cell what paints it at full size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gancraft.errors import UsageError
from gancraft.pictures import Picture
from gancraft.style.masks import MaskPair
from gancraft.style.recipe import recipe_of
from gancraft.style.sheet import Cell, Sheet

COMMAND = "sheet"
_OWN = ("options", "plugin", "network")  # of a painting's recipe, what differs from cell to cell


def sheet_recipe(
    sheet: Sheet,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
) -> dict[str, object]:
    """Plain values; `cell_recipe` makes a painting's recipe of them."""
    cells, common = [], dict[str, object]()
    for cell in sheet.cells:
        entry: dict[str, object] = {"name": cell.name, "title": cell.title, "box": list(cell.box)}
        if cell.choice is not None:
            common = recipe_of(cell.choice, content, styles, start, cell.facts, masks)
            entry |= {key: common.pop(key) for key in _OWN}
            common.pop("facts")
        cells.append(entry | _outcome(cell))
    return {**common, "command": COMMAND, "cells": cells}


def _outcome(cell: Cell) -> dict[str, object]:
    found: dict[str, object] = {"seconds": round(cell.seconds, 2)}
    if cell.problem is not None:
        found["problem"] = cell.problem
    scores = {name: cell.facts[name] for name in ("style_distance", "content_distance") if name in cell.facts}
    return found | scores


def is_sheet(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe is that of a sheet, in the form that is written here. Files come from anyone."""
    cells = recipe.get("cells")
    return (
        recipe.get("command") == COMMAND
        and isinstance(cells, list)
        and bool(cells)
        and all(isinstance(cell, dict) and isinstance(cell.get("name"), str) for cell in cells)
    )


def cell_recipe(recipe: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The recipe of a cell's painting at full size. name: as in B3, or its number, counted row by row from 1.

    Raises UsageError for a cell that isn't there, or can't be painted.
    """
    cells: list[dict[str, Any]] = recipe["cells"]
    names = [cell["name"] for cell in cells]
    wanted = name.strip().upper()
    if re.fullmatch(r"\d{1,6}", wanted) and 1 <= int(wanted) <= len(cells):
        wanted = names[int(wanted) - 1]
    if wanted not in names:
        raise UsageError(
            f"--cell {name}: there is no such cell; there are {names[0]} to {names[-1]}, or 1 to {len(cells)}"
        )
    cell = cells[names.index(wanted)]
    if "options" not in cell:
        raise UsageError(f"--cell {name}: can't be painted: {cell.get('problem', 'its settings are missing')}")
    rest = {key: value for key, value in recipe.items() if key != "cells"}
    return {**rest, **{key: cell.get(key) for key in _OWN}, "command": "style"}
