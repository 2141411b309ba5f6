"""Comparing before painting: a sheet of small paintings over methods or settings, of which a click paints one large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from gancraft.errors import GancraftError
from gancraft.events import Run
from gancraft.options import settings
from gancraft.pictures import Picture, save_picture
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, flatten
from gancraft.style.choice import StyleChoice
from gancraft.style.sheet_axes import Axis, axes_of
from gancraft.web import label
from gancraft.web.command import at_home, source
from gancraft.web.errors import friendly
from gancraft.web.history import History
from gancraft.web.painting import Order, gpu_seconds, levels
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import Limits
from gancraft.web.style.begin import scores_by
from gancraft.web.style.methods import offered, takes_styles
from gancraft.web.style.order import Fields, order_of, parts_given
from gancraft.web.tiles import tiles

METHODS, NOTHING = "methods", ""
VARIED = {
    "Methods": METHODS,
    "Strength": "strength=0.25,0.5,0.75,1",
    "Style scale": "style_scale=0.5,1,2",
    "Colours": "colours=all",
}
SIDE = 192  # pixels of a small painting
CAPTION = "Click one to paint it large."
SHAPE = "sheet"  # in the label: the wall shows the sheet


@dataclass(frozen=True)
class Compare:
    """The fields."""

    columns: gr.Dropdown
    rows: gr.Dropdown
    make: gr.Button


@dataclass
class Kept:
    """Of a sheet: what paints each cell at full size. Lives in a `gr.State`."""

    choices: list[StyleChoice | None] = field(default_factory=list)


def draw_compare() -> Compare:
    """Draw the drawer within the open Blocks."""
    with gr.Accordion("Compare before you paint", open=False, elem_classes="gc-more gc-compare"):
        gr.HTML("<p>Small paintings of your photo, side by side; a click paints one large.</p>", padding=False)
        with gr.Row():
            columns = gr.Dropdown(list(VARIED.items()), value=METHODS, label="Compare", min_width=120)
            rows = gr.Dropdown([("Nothing else", NOTHING), *VARIED.items()], value=NOTHING, label="And", min_width=120)
        make = gr.Button("Paint the sheet", elem_classes="gc-make")
    return Compare(columns, rows, make)


def draw_sheet() -> gr.Gallery:
    """Draw the place on the wall."""
    return tiles([], "The sheet", "gc-ways", columns=3)


def sheet_events(
    switch: Switch,
    history: History,
    plugins: Plugins,
    fields: Fields,
    given: Mapping[str, Any],
    varied: tuple[str, str],
    limits: Limits,
) -> Iterator[Outputs]:
    """Yields (file, label, command, cells, what is kept of them) as they come about."""
    with friendly(), history.place() as folder:
        order, axes, layers = sheet_order(plugins, fields, given, varied, limits)
        from gancraft.style.sheet import Sheet
        from gancraft.style.sheet_recipe import sheet_recipe

        content = order.content
        sheet = Sheet(plugins, layers, axes, (content.width, content.height), SIDE, scored=order.judged)
        kept = Kept([cell.choice for cell in sheet.cells])
        across = len(axes[0].values) if len(axes) > 1 else min(3, len(sheet.cells))
        file = folder / order.file_name.replace(".png", "-sheet.png")
        said = f"{len(sheet.cells)} ways to paint it"
        yield None, label.busy(said, "Mixing colours …", SHAPE), "", gr.Gallery([], columns=across), kept

        def draw(seen: Seen) -> Outputs:
            if seen.finished is not None:
                if seen.finished.picture_HWC is None or seen.finished.problem:
                    raise GancraftError(seen.finished.problem or "the sheet came to nothing")
                recipe = sheet_recipe(sheet, content, order.styles, order.words.get("start"), order.masks)
                save_picture(file, seen.finished.picture_HWC, recipe=recipe)
                painted, total = seen.finished.facts["painted"], len(sheet.cells)
                many = f"{total} paintings" if painted == total else f"{painted} of {total} paintings"
                facts = [CAPTION, many, label.seconds(seen.finished.seconds)]
                done = label.label("done", said, facts, SHAPE)
                return str(file), done, command, _cells(sheet, seen.finished.picture_HWC), kept
            cells = _cells(sheet, seen.preview.picture_HWC) if seen.preview and seen.fresh else gr.skip()
            return gr.skip(), label.progressing(said, seen.progress, [CAPTION], SHAPE), gr.skip(), cells, gr.skip()

        words = [word for axis in varied if axis for word in ("--sheet", axis)]
        styles = [(source(picture), weight) for picture, weight in order.styles]
        command = at_home(order.choice, source(content), styles, [*words, *order.more], order.without)
        start = partial(begin_sheet, sheet, plugins, content, order.styles, order.judged, order.masks, order.words)
        expected = sum(gpu_seconds(choice, SIDE**2 / 1e6) for choice in kept.choices if choice is not None)
        yield from watch(switch, start, draw, outputs=5, max_seconds=limits.max_seconds, expected=expected)


def sheet_order(
    plugins: Plugins, fields: Fields, given: Mapping[str, Any], varied: tuple[str, str], limits: Limits
) -> tuple[Order, list[Axis], list[Layer]]:
    """What is compared, and the settings that all have in common: those that the visitor has changed, since each method has
    its own defaults. Raises UsageError, in one line."""
    given = dict(given)
    if METHODS in varied and not takes_styles(plugins.get("style", given["method"])):
        given["method"] = next(name for name, method in fields.form.methods.items() if takes_styles(method))
    order = order_of(plugins, fields, given, limits)
    parts = parts_given(plugins, fields, given, order.arguments)
    usual = {
        (part, setting.name): setting.default
        for part, options in {**order.choice.options, "style": order.choice.settings}.items()
        for setting in settings(type(options))
    }
    changed = {
        part: {name: value for name, value in said.items() if value != usual.get((part, name))}
        for part, said in parts.items()
    }
    layers = [Layer(flatten(changed))]
    names = offered(plugins, limits)

    def can(method: Registered) -> bool:
        wanted = {*(["mask"] if order.masks else []), *(entry.capability for entry in order.arguments)}
        return method.name in names and takes_styles(method) and all(method.can(ability) for ability in wanted)

    axes = axes_of([axis for axis in dict.fromkeys(varied) if axis], plugins, layers, can)
    return order, axes, layers


def fill_of(fields: Fields, kept: Kept, index: int, size: float) -> list[Any] | None:
    """Updates that put a cell's settings in the form; None where it can't be painted."""
    choice = kept.choices[index] if index < len(kept.choices) else None
    if choice is None:
        return None
    settings = choice.to_dict()
    return fields.form.fill(choice.method.name, int(size), choice.settings.seed, settings, keep=True)


def begin_sheet(
    sheet: Any, plugins: Plugins, content: Picture, styles: Any, judged: bool, masks: Any, arguments: Mapping[str, Any]
) -> Run:
    """`gancraft.style.sheet.paint_sheet`. A module's function, so that it reaches another process."""
    from gancraft.style.sheet import paint_sheet

    scores = scores_by(plugins, content, styles, masks) if judged else None
    return paint_sheet(sheet, content, styles, masks=masks, scores=scores, **arguments)


def _cells(sheet: Any, sheet_HWC: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """The pictures of a sheet with their titles, cut out of it: the run may be in another process."""
    cells = []
    for cell in sheet.cells:
        left, top, right, bottom = cell.box
        cells.append((levels(sheet_HWC[top:bottom, left:right]), cell.title))
    return cells
