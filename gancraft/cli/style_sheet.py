"""`gancraft style --sheet`: one photo in many ways on one picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gancraft.errors import GancraftError, UsageError

if TYPE_CHECKING:
    from gancraft.cli.inputs import Work
    from gancraft.plugins import Plugins, Registered
    from gancraft.resolve import Layer
    from gancraft.style.choice import StyleChoice
    from gancraft.style.sheet import Sheet
    from gancraft.style.sheet_axes import Axis


def axes(
    texts: Sequence[str], plugins: Plugins, layers: Sequence[Layer], choice: StyleChoice, masked: bool
) -> list[Axis]:
    """What varies; of `methods` those that can paint what is asked for."""
    from gancraft.style.sheet_axes import axes_of

    started = getattr(choice.options.get("optimise"), "start_picture", None) is not None

    def can(method: Registered) -> bool:
        return (
            not method.can("styleless") and (method.can("mask") or not masked) and (method.can("start") or not started)
        )

    return axes_of(texts, plugins, layers, can)


def target_of(contents: Sequence[str], styles: Sequence[str], output: str | None) -> str:
    """Where the sheet goes: a new file in the current folder where nothing is said. Raises UsageError for several photos."""
    from gancraft.cli.inputs import free, stem, weighted

    if len(contents) > 1 or any(Path(content).is_dir() for content in contents):
        raise UsageError("--sheet: paints one photo; give one")
    if output is not None:
        return output
    names = [stem(name) for name in (*contents[:1], *(weighted(style)[0] for style in styles[:1]))]
    return str(free(Path("-".join([*names, "sheet.png"])), set(), on_disk=True))


def paint_sheet_to(
    plugins: Plugins,
    layers: Sequence[Layer],
    varied: Sequence[Axis],
    work: Work,
    side: int,
    judged: bool = False,
    quiet: bool = False,
    as_json: bool = False,
    yes: bool = False,
    preview: Path | None = None,
) -> int:
    """Paint the sheet and save it, with what paints each cell. preview: a folder for the sheet as it fills. Returns the exit
    code."""
    from gancraft.cli.ahead import told
    from gancraft.cli.progress import follow
    from gancraft.cli.style import make_folder
    from gancraft.pictures import save_picture
    from gancraft.style.judge import judging_network, scorer
    from gancraft.style.sheet import Sheet, paint_sheet
    from gancraft.style.sheet_axes import PLUGIN
    from gancraft.style.sheet_recipe import sheet_recipe

    source, target = work.pictures[0]
    content = work.open(source)
    scores = scorer(judging_network(plugins), content, work.styles, work.masks) if judged else None
    sheet = Sheet(plugins, layers, varied, (content.width, content.height), side, scored=judged)
    if PLUGIN not in (axis.name for axis in varied):  # methods take as long as each of them does
        work.opened[source] = content
        told(sheet.small(sheet.cells[0]), work, quiet, yes, count=len(sheet.cells))
    if preview is not None:
        make_folder(preview, "--preview")
    run = paint_sheet(sheet, content, work.styles, start=work.start, masks=work.masks, scores=scores)
    finished = follow(run, "", quiet, preview)
    if finished.problem:
        raise GancraftError(finished.problem)
    assert finished.picture_HWC is not None
    recipe = sheet_recipe(sheet, content, work.styles, work.start, work.masks)
    stream: Any = sys.stdout.buffer if target == "-" else target
    save_picture(stream, finished.picture_HWC, recipe=recipe, format="png" if target == "-" else None)
    if as_json:
        print(json.dumps(described(sheet, target, finished)), file=sys.stderr if target == "-" else sys.stdout)
    elif target != "-":
        print(target)
    return 130 if finished.stopped else 0


def described(sheet: Sheet, target: str | Path, finished: Any) -> dict[str, Any]:
    """A sheet as plain values."""
    height, width = finished.picture_HWC.shape[:2]
    return {
        "path": str(target),
        "width": width,
        "height": height,
        "seconds": round(finished.seconds, 2),
        "stopped": finished.stopped,
        "cells": [
            {
                "name": cell.name,
                "title": cell.title,
                "box": list(cell.box),
                "seconds": round(cell.seconds, 2),
                "problem": cell.problem,
                "options": cell.choice.to_dict() if cell.choice is not None else None,
                "facts": dict(cell.facts),
            }
            for cell in sheet.cells
        ],
    }
