"""The page: everything about a run in one HTML file that needs no network and no other file."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from gancraft.training.report.chart import Chart, draw, layout
from gancraft.training.report.course import asset
from gancraft.training.report.happened import NAMES, Mark, numbered, table
from gancraft.training.report.panel import panels
from gancraft.training.report.run import Run, number
from gancraft.training.report.settings import settings_section
from gancraft.training.report.sheets import Sheet
from gancraft.training.report.words import count, duration, light, shape_of, short, text, verdict_of

MOST_NOTES = 20


def page_of(run: Run, sheets: Sequence[Sheet]) -> str:
    """HTML of the whole report."""
    style, script = asset("course.css") + asset("report.css"), asset("report.js")
    marks = numbered(run.events)
    last = max([run.pictures, *(event.at for event in run.events), *(sheet.at for sheet in sheets)])
    known, rest = panels(run)
    charts = [draw(panel, run, last, marks, str(index)) for index, panel in enumerate([*known, *rest])]
    data = {
        **layout(last),
        "curves": [curves for _, curves in charts],
        "events": [[event.at, NAMES[event.kind], event.text] for _, event in marks],
        "sheets": [[sheet.at, _uri(sheet)] for sheet in sheets[:-1]],
        "newest": sheets[-1].at if sheets else None,  # its picture stands in the page itself
    }
    # Scripts are known by their hash: even text that slipped through unescaped could run nothing and fetch nothing.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{text(_data(run))}: report of a training run</title>
<style>
{style}</style>
</head>
<body>
<main>
{_head(run)}
{_wall(run, sheets)}
{_curves(charts[: len(known)], charts[len(known) :])}
{_events(run, marks)}
{_use(run)}
{settings_section(run)}
</main>
<script type="application/json" id="data">{_json(data)}</script>
<script>{script}</script>
</body>
</html>
"""


def _head(run: Run) -> str:
    method = run.facts.get("method")
    by = f" <span>by {text(method)}</span>" if method else ""
    facts = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in _facts(run) if value)
    notes = run.part("data").get("notes")
    notes = list(map(str, notes)) if isinstance(notes, list) else []
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"and {len(notes) - MOST_NOTES} more, in run.json"]
    items = "".join(f"<li>{text(note)}</li>" for note in notes)
    return (
        f'<header><p class="house">gan<em>craft</em> · report of a training run</p><h1>{text(_data(run))}{by}</h1>'
        f'{light(verdict_of(run))}<dl class="facts">{facts}</dl>{f"<ul class=notes>{items}</ul>" if items else ""}</header>'
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    data, machine, plugin = run.part("data"), run.part("machine"), run.part("plugin")
    planned = number(run.part("options", "train").get("pictures"))
    seen = count(run.pictures) + (f" of {count(planned)}" if planned else "")
    sizes = [f"{name} {short(size)}" for name, found in run.part("parameters").items() if (size := number(found))]
    pictures, held_out = number(data.get("pictures")), number(data.get("held_out"))
    held = f", {count(held_out)} held out" if held_out else ""
    return [
        ("Data", f"{count(pictures)} pictures{held}" if pictures else ""),
        ("Size", shape_of(run.part("data", "shape"))),
        ("Pictures seen", f"{seen}, in {duration(run.seconds)}" if run.seconds else seen),
        ("Parameters", ", ".join(sizes)),
        ("Machine", _machine(machine)),
        ("Plugin", " ".join(str(plugin[key]) for key in ("distribution", "version") if plugin.get(key))),
    ]


def _machine(facts: Mapping[str, Any]) -> str:
    """The device, in whose name the precision may stand already, and how steps were launched."""
    device, precision, launch = (str(facts.get(key) or "") for key in ("device", "precision", "launch"))
    return ", ".join(
        filter(None, (device, precision if precision not in device else "", launch and f"launch {launch}"))
    )


def _wall(run: Run, sheets: Sequence[Sheet]) -> str:
    if not sheets:
        return '<section class="wall"><p class="none">No sample sheets yet.</p></section>'
    newest, last = sheets[-1], len(sheets) - 1
    controls = (
        '<button type="button" id="play" hidden>Play</button>'
        f'<input type="range" id="when" min="0" max="{last}" value="{last}" aria-label="Moment of the run" hidden>'
    )
    image = (
        f'<img id="sheet" src="{_uri(newest)}" alt="Sample sheet" width="{newest.width}" height="{newest.height}" '
        f'style="--shape: {newest.width / newest.height:.4f}">'
    )
    return (
        f'<section class="wall"><div class="frame">{image}</div><div class="under"><p class="label">'
        f'<strong id="at">{count(newest.at)} pictures seen</strong>'
        f"<span>{len(sheets)} sheet{'s, each' if last else ''} from the same random numbers</span></p>"
        f"{controls if last else ''}</div></section>"
    )


def _curves(known: Sequence[Chart], rest: Sequence[Chart]) -> str:
    if not known and not rest:
        return ""
    more = "".join(figure for figure, _ in rest)
    fold = f'<details><summary>Everything else ({len(rest)})</summary><div class="grid">{more}</div></details>'
    return (
        '<section id="curves"><h2>Curves</h2><p class="hint">From left to right: real pictures seen. Upright lines are '
        "the numbered events of the table below. Point at a curve for the values and the sheet of that moment.</p>"
        f'<div class="grid">{"".join(figure for figure, _ in known)}</div>{fold if rest else ""}</section>'
    )


def _events(run: Run, marks: Sequence[Mark]) -> str:
    if not marks:
        return '<section id="events"><h2>What happened</h2><p>Nothing out of the ordinary.</p></section>'
    left = len(run.events) - len(marks)
    more = f"<p>And {left} more, in metrics.jsonl.</p>" if left else ""
    return f'<section id="events"><h2>What happened</h2>{table(marks)}{more}</section>'


def _use(run: Run) -> str:
    folder = shlex.quote(str(run.folder))
    steps = []
    if run.pictures:
        data = shlex.quote(str(run.part("data").get("source") or "PICTURES"))
        steps += [
            ("Make new pictures", f"gancraft sample {folder}"),
            ("Make a film that walks from one to the next", f"gancraft walk {folder}"),
            ("Measure how good they are", f"gancraft evaluate {folder} --data {data}"),
        ]
    command = run.facts.get("command")
    if isinstance(command, str) and command:
        steps.append(("Train the same again", command))
    if not steps:
        return ""
    items = "".join(f"<li>{name}<pre><code>{text(command)}</code></pre></li>" for name, command in steps)
    return f'<section id="use"><h2>What to do with it</h2><ol>{items}</ol></section>'


def _data(run: Run) -> str:
    """The name of the data, without the folders that it lies in."""
    source = str(run.part("data").get("source") or "")
    return PurePath(source).name or source or run.folder.resolve().name


def _uri(sheet: Sheet) -> str:
    return f"data:image/webp;base64,{base64.b64encode(sheet.data).decode()}"


def _json(data: Mapping[str, Any]) -> str:
    """JSON that can't end the element it stands in."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
