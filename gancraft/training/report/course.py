"""How a run goes, in pieces of HTML for a page that isn't the report. They hold no script and fetch nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gancraft.training.report.chart import draw
from gancraft.training.report.happened import numbered, table
from gancraft.training.report.panel import panels
from gancraft.training.report.run import read_run
from gancraft.training.report.words import Verdict, verdict_of

CHARTS, EVENTS = 4, 20  # as many as somebody takes in while a run goes on


@dataclass(frozen=True)
class Course:
    """verdict: how it went, or goes; events: a table of what happened, "" if nothing did; charts: figures, "" before the
    first look; pictures: seen so far."""

    verdict: Verdict
    events: str
    charts: str
    pictures: int


def course(folder: Path, planned: int, key: str) -> Course:
    """Read a run's folder, whatever state it is in. planned: pictures at which the axes end; key: a word that makes the
    elements' ids differ from those of other charts on the same page."""
    run = read_run(folder)
    marks = numbered([event for event in run.events if event.kind != "end"], EVENTS)  # the verdict tells the end
    known, rest = panels(run)
    last = max(planned, run.pictures)
    charts = [draw(panel, run, last, marks, f"{key}-{i}")[0] for i, panel in enumerate([*known, *rest][:CHARTS])]
    grid = f'<div class="grid">{"".join(charts)}</div>' if charts else ""
    return Course(verdict_of(run, live=True), table(marks), grid, run.pictures)


def style(scope: str) -> str:
    """The stylesheet of these pieces, for elements below the selector `scope`, which gives the colours."""
    css = re.sub(r"/\*.*?\*/", "", asset("course.css"), flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)(\{[^{}]*\})", css)
    return "".join(
        f"{', '.join(f'{scope} {one.strip()}' for one in names.split(','))} {body}\n" for names, body in rules
    )


def asset(name: str) -> str:
    """A file beside this one."""
    return files("gancraft.training.report").joinpath(name).read_text(encoding="utf-8")
