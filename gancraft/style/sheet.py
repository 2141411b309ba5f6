"""A contact sheet: one photo painted small in many ways, each of which can be run at full size.

Shape suffixes: N = pictures, H, W = height, width, C = 3 channels; sRGB in [0, 1].
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.latent.table import layout, table
from gancraft.pictures import Picture, fit_size
from gancraft.plugins import Plugins
from gancraft.plugins.catalogue import one_line
from gancraft.resolve import Layer
from gancraft.style.choice import RUNNERS, StyleChoice, resolve_style
from gancraft.style.job import Styles, paint
from gancraft.style.judge import Scores
from gancraft.style.masks import MaskPair
from gancraft.style.sheet_axes import PLUGIN, Axis

SIDE = 192  # pixels of a cell's longer side
WAITING, FAILED, INK = 0.96, 0.88, (110, 110, 114)  # greys of cells without a picture


@dataclass
class Cell:
    """One way of painting. name: as in a spreadsheet, B3 is the second column's third; box: left, top, right, bottom in
    pixels of the sheet; choice: what paints it at full size, None where its settings can't be; the rest: what came out."""

    name: str
    title: str
    box: tuple[int, int, int, int]
    choice: StyleChoice | None
    problem: str | None = None
    picture_HWC: np.ndarray | None = None
    seconds: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)
    caption: str = ""


class Sheet:
    """The cells of a sheet and how they lie. Painted by `paint_sheet`; `picture` shows what there is."""

    def __init__(
        self,
        plugins: Plugins,
        layers: Sequence[Layer],
        axes: Sequence[Axis],
        content_size: tuple[int, int],
        side: int = SIDE,
        scored: bool = False,
    ):
        """axes: of `axes_of`, columns and rows; one axis alone is laid out in several rows. layers: of the run otherwise.
        content_size: (width, height) of the photo. scored: whether there will be scores below the cells.

        Raises UsageError for values that no cell can have, and for any where all cells are of one method.
        """
        columns, rows = axes[0], axes[1] if len(axes) > 1 else None
        across = len(columns.values) if rows else _across(len(columns.values), *content_size)
        combined = list(product(rows.values if rows else ("",), columns.values))
        made = [
            _resolved(plugins, layers, {columns.name: value, **({rows.name: other} if rows else {})})
            for other, value in combined
        ]
        problems = [problem for _, problem in made if problem is not None]
        several = PLUGIN in (axis.name for axis in axes)
        if problems and (not several or len(problems) == len(made)):
            raise problems[0]
        first = next(choice for choice, _ in made if choice is not None).settings
        width, height, _ = fit_size(first.size, first.scale, *content_size)
        factor = side / max(width, height)
        self.width, self.height = (max(16, round(length * factor)) for length in (width, height))
        self.single, self.scored = rows is None, scored
        if rows:
            self.columns = [f"{_letter(n)}  {columns.title(value)}" for n, value in enumerate(columns.values)]
            self.rows: list[str] | None = [f"{n}  {rows.title(value)}" for n, value in enumerate(rows.values, 1)]
        else:
            self.columns, self.rows = [""] * across, None
        self.layout = layout(len(made), self.width, self.height, self.columns, self.rows, below=self.single + scored)
        self.cells = []
        for place, ((other, value), (choice, problem)) in enumerate(zip(combined, made, strict=True)):
            left, top = self.layout.corner(place)
            self.cells.append(
                Cell(
                    name=f"{_letter(place % across)}{place // across + 1}",
                    title=columns.title(value) + (f", {rows.title(other)}" if rows else ""),
                    box=(left, top, left + self.width, top + self.height),
                    choice=choice,
                    problem=str(problem) if problem is not None else None,
                )
            )

    def small(self, cell: Cell) -> StyleChoice:
        """The choice that paints a cell at its size."""
        assert cell.choice is not None
        settings = cell.choice.settings.model_copy(update={"size": f"{self.width}x{self.height}", "scale": None})
        return replace(cell.choice, settings=settings)

    def picture(self) -> np.ndarray:
        """The sheet as it stands, HW3."""
        x_NCHW = np.stack([np.moveaxis(self._shown(cell), -1, 0) for cell in self.cells])
        below = [self._below(cell) for cell in self.cells] if self.single or self.scored else None
        return table(x_NCHW, self.columns, self.rows, below=below, side=max(self.width, self.height))

    def _below(self, cell: Cell) -> str:
        return "\n".join([f"{cell.name}  {cell.title}"] * self.single + [cell.caption] * self.scored)

    def _shown(self, cell: Cell) -> np.ndarray:
        if cell.picture_HWC is not None:
            return cell.picture_HWC
        grey = FAILED if cell.problem is not None else WAITING
        image = Image.new("RGB", (self.width, self.height), (round(grey * 255),) * 3)
        if cell.problem is not None:
            font = ImageFont.load_default(14)
            ImageDraw.Draw(image).text((self.width // 2, self.height // 2), "failed", INK, font, anchor="mm")
        return np.asarray(image, np.float32) / 255


def paint_sheet(
    sheet: Sheet,
    content: Picture,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    scores: Scores | None = None,
) -> Run:
    """Paint every cell, as `paint` would; a Preview of the sheet after each. A cell that fails is warned of and stays empty.
    A run that was stopped finishes with what there is. scores: of a painting, put below it and into its facts.
    """

    def events(run: Run) -> Iterator[Event]:
        began, total = time.monotonic(), len(sheet.cells)
        yield Started(total, f"{total} paintings of {sheet.width}x{sheet.height}")
        for done, cell in enumerate(sheet.cells):
            if cell.problem is None:
                yield from _painted(cell, run, done)
            if cell.problem is not None:
                yield Warned(f"{cell.name} ({cell.title}) is empty: {cell.problem}", "cell")
            left = (time.monotonic() - began) / (done + 1) * (total - done - 1)
            yield Progress(done + 1, total, seconds_left=left)
            yield Preview(sheet.picture(), done + 1)
            if run.stopping and done + 1 < total:
                break
        painted = sum(cell.picture_HWC is not None and cell.problem is None for cell in sheet.cells)
        yield Finished(
            sheet.picture(),
            stopped=run.stopping,
            problem=f"no cell could be painted: {sheet.cells[0].problem}" if not painted and not run.stopping else None,
            seconds=time.monotonic() - began,
            facts={"cells": total, "painted": painted, "failed": sum(cell.problem is not None for cell in sheet.cells)},
        )

    def _painted(cell: Cell, run: Run, done: int) -> Iterator[Event]:
        choice, inner = sheet.small(cell), None
        try:
            inner = paint(choice, content, styles, start=start, masks=masks)
            for event in inner:
                inner.stopping = run.stopping
                if isinstance(event, Progress):
                    yield Progress(done, len(sheet.cells), values=event.values)
                elif isinstance(event, Warned):
                    yield Warned(f"{cell.name}: {event.message}", event.code)
                elif isinstance(event, Finished):
                    _finish(cell, event)
            if scores is not None and cell.picture_HWC is not None:
                found = scores(choice, cell.picture_HWC)
                cell.facts = {**cell.facts, **found}
                cell.caption = " / ".join(f"{value:.2f}" for value in found.values() if isinstance(value, float))
        except Exception as error:  # of a plugin too
            cell.problem = one_line(error)
        finally:
            if inner is not None:
                inner.close()

    return Run(events)


def _finish(cell: Cell, event: Finished) -> None:
    cell.seconds, cell.facts = event.seconds, dict(event.facts)
    if event.picture_HWC is not None and event.problem is None:
        cell.picture_HWC = event.picture_HWC
    cell.problem = event.problem


def _resolved(
    plugins: Plugins, layers: Sequence[Layer], values: Mapping[str, str]
) -> tuple[StyleChoice | None, UsageError | None]:
    """With these values before all else. Where methods vary, settings that one doesn't have are passed over, and those of a
    runner go to whichever runner is in use."""
    if PLUGIN in values:
        layers = [replace(layer, values=_loose(layer.values), shared=True) for layer in layers]
    try:
        return resolve_style(plugins, [Layer(values, "--sheet {key}="), *layers]), None
    except UsageError as error:
        return None, error


def _loose(values: Mapping[str, object]) -> dict[str, object]:
    heads = [f"{part.name}." for part in RUNNERS.values()]
    return {next((key.removeprefix(h) for h in heads if key.startswith(h)), key): v for key, v in values.items()}


def _letter(number: int) -> str:
    """0 is A, 26 is AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _across(count: int, width: int, height: int) -> int:
    """Columns of a sheet of one axis: one row of up to four, then rows of three, then about square."""
    return min(count, 4 if count <= 4 else 3 if count <= 6 else max(1, round((count * height / width) ** 0.5 + 0.49)))
