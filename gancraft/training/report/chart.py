"""One chart as inline SVG: curves with their spread, a healthy band, marks where something happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gancraft.training.report.axis import Axis, fitted
from gancraft.training.report.curve import Column, thin
from gancraft.training.report.happened import Mark
from gancraft.training.report.panel import Panel, lines_of
from gancraft.training.report.run import Run
from gancraft.training.report.words import short, text

WIDTH, HEIGHT = 340, 172
LEFT, RIGHT, TOP, BOTTOM = 40, 332, 14, 152
APART = 10  # between the numbers of two marks

Chart = tuple[str, list[list[list[float | None]]]]


def draw(panel: Panel, run: Run, last: int, marks: Sequence[Mark], key: str) -> Chart:
    """A figure, and the places and values of its curves for whoever points at it: [[x …], [y …]] a curve.

    last: where the axis of pictures seen ends; marks: (number in the table, event); key: tells its elements' ids from those
    of other charts on the page.
    """
    lines = [(label, thin(points, last, positive=panel.log)) for _, label, points in lines_of(panel, run)]
    values = [value for _, line in lines for c in line if c.mean is not None for value in (c.low, c.mean, c.high)]
    marks = [(number, event) for number, event in marks if event.kind != "end"]
    x = Axis(0, max(last, 1), LEFT, RIGHT)
    y = fitted(values, panel.inside, BOTTOM, TOP, panel.log)
    parts = [_band(panel, y), _grid(x, y), _marks(marks, x)]
    parts.append(f'<g clip-path="url(#plot-{key})">')
    for i, (_, line) in enumerate(lines):
        parts.append(f'<g class="c{i % 6}">{_spread(line, x, y)}{_line(line, x, y)}</g>')
    parts.append("</g>")
    parts.append(_notes(panel, y, max(values)))
    best = _best(lines[0][1]) if panel.best else None
    if best is not None and best.mean is not None:
        parts.append(f'<circle class="best" cx="{x.place(best.x):.1f}" cy="{y.place(best.mean):.1f}" r="4.5"/>')
    figure = (
        f'<figure class="chart" data-chart="{key}"><h3>{text(panel.title)}</h3>{_legend(lines, best)}'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(_said(panel, lines))}">'
        f'<clipPath id="plot-{key}"><rect x="{LEFT}" y="{TOP - 2}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP + 4}"/>'
        f'</clipPath>{"".join(parts)}<line class="cursor" y1="{TOP}" y2="{BOTTOM}" hidden/></svg>'
        f"<figcaption>{text(panel.sentence)}</figcaption></figure>"
    )
    return figure, [[[round(c.x) for c in line], [_four(c.mean) for c in line]] for _, line in lines]


def layout(last: int) -> dict[str, Any]:
    """What the page's script must know to find a value below the pointer."""
    return {"width": WIDTH, "left": LEFT, "right": RIGHT, "last": max(last, 1)}


def _legend(lines: Sequence[tuple[str, list[Column]]], best: Column | None) -> str:
    items = []
    for i, (label, line) in enumerate(lines):
        means = [c.mean for c in line]
        now = "–" if means[-1] is None else short(means[-1])
        items.append(f'<span class="c{i % 6}"><i></i>{text(label)} <b data-now="{now}">{now}</b></span>')
    if best is not None and best.mean is not None:
        items.append(f"<span>best {short(best.mean)} at {short(best.x)}</span>")
    return f'<p class="legend">{"".join(items)}</p>'


def _said(panel: Panel, lines: Sequence[tuple[str, list[Column]]]) -> str:
    """The chart for whoever can't see it."""
    said = []
    for label, line in lines:
        means = [c.mean for c in line if c.mean is not None]
        said.append(f"{label} from {short(means[0])} to {short(means[-1])}")
    return f"{panel.title}: {'; '.join(said)}"


def _grid(x: Axis, y: Axis) -> str:
    parts = []
    ticks = y.ticks()
    digits = 3 if y.log or len(ticks) < 2 else _digits(ticks)
    for tick in ticks:
        at = y.place(tick)
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 3.5:.1f}" text-anchor="end">{short(tick, digits)}</text>')
    for tick in x.ticks():
        at = x.place(tick)
        anchor = "start" if at < LEFT + 8 else "end" if at > RIGHT - 12 else "middle"
        parts.append(f'<text x="{at:.1f}" y="{BOTTOM + 15}" text-anchor="{anchor}">{short(tick)}</text>')
    return "".join(parts)


def _band(panel: Panel, y: Axis) -> str:
    if panel.band is None:
        return ""
    low, high = y.place(panel.band[0]), y.place(panel.band[1])
    return f'<rect class="band" x="{LEFT}" width="{RIGHT - LEFT}" y="{high:.1f}" height="{low - high:.1f}"/>'


def _notes(panel: Panel, y: Axis, peak: float) -> str:
    """The names of band and guide, and how high a curve goes that leaves the chart; above all curves."""
    parts, notes = [], []
    if panel.band is not None:
        notes.append((y.place(panel.band[0]) - 5, "healthy"))
    if panel.guide is not None:
        at = y.place(panel.guide[0])
        parts.append(f'<line class="guide" x1="{LEFT}" x2="{RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        notes.append((at - 4, panel.guide[1]))
    if peak > y.high:
        notes.append((TOP + 9, f"peak {short(peak)}"))
    parts += [
        f'<text class="note" x="{RIGHT - 4}" y="{at:.1f}" text-anchor="end">{text(said)}</text>' for at, said in notes
    ]
    return "".join(parts)


def _marks(marks: Sequence[Mark], x: Axis) -> str:
    parts, free = [], float("-inf")
    for number, event in marks:
        at = x.place(event.at)
        name, beside = "", max(at, free)
        if beside - at <= APART:
            name, free = f'<text x="{beside:.1f}" y="{TOP - 4}" text-anchor="middle">{number}</text>', beside + APART
        parts.append(f'<g class="mark {event.kind}"><path d="M{at:.1f} {TOP}V{BOTTOM}"/>{name}</g>')
    return "".join(parts)


def _digits(ticks: Sequence[float]) -> int:
    """How many digits tell the ticks apart."""
    return max(3, math.ceil(math.log10(max(map(abs, ticks)) / (ticks[1] - ticks[0]))) + 1)


def _runs(line: Sequence[Column]) -> list[list[Column]]:
    """Stretches without a missing value."""
    runs: list[list[Column]] = [[]]
    for column in line:
        if column.mean is None:
            runs.append([])
        else:
            runs[-1].append(column)
    return [run for run in runs if run]


def _line(line: Sequence[Column], x: Axis, y: Axis) -> str:
    parts = []
    for run in _runs(line):
        places = [f"{x.place(c.x):.1f} {y.place(c.mean):.1f}" for c in run if c.mean is not None]
        if len(places) == 1:
            places.append("h0.01")  # with round ends, a dot
        parts.append("M" + places[0] + ("L" + " ".join(places[1:]) if places[1] != "h0.01" else "h0.01"))
    return f'<path class="line" d="{"".join(parts)}"/>'


def _spread(line: Sequence[Column], x: Axis, y: Axis) -> str:
    parts = []
    for run in _runs(line):
        if any(c.low < c.high for c in run):
            there = [f"{x.place(c.x):.1f} {y.place(c.high):.1f}" for c in run]
            back = [f"{x.place(c.x):.1f} {y.place(c.low):.1f}" for c in reversed(run)]
            parts.append(f"M{'L'.join(there + back)}Z")
    return f'<path class="spread" d="{"".join(parts)}"/>' if parts else ""


def _best(line: Sequence[Column]) -> Column | None:
    return min((c for c in line if c.mean is not None), key=lambda c: c.mean or 0.0, default=None)


def _four(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
