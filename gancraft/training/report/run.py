"""What a run folder says, whatever state it is in: files may be missing, cut by a crash, or hold numbers that aren't any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

HUGE = 1e30  # no curve of training means anything beyond, or below its inverse, and sums of such numbers overflow
LONGEST = 500  # letters of a sentence
EVENTS = ("finding", "remedy", "stage", "resume", "end")

Points = list[tuple[int, float | None]]  # (pictures seen, value); None where it wasn't a number


@dataclass(frozen=True)
class Event:
    """Something that happened when `at` pictures had been seen; `kind` is one of EVENTS. value: of a stage the pictures
    over which what is new fades in."""

    at: int
    kind: str
    text: str
    value: float | None = None


@dataclass
class Run:
    """A run so far. facts: run.json; end: what its last line says, if the run has ended."""

    folder: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    series: dict[str, Points] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    end: Mapping[str, Any] | None = None
    pictures: int = 0
    seconds: float = 0.0

    def part(self, *names: str) -> Mapping[str, Any]:
        """A table within `facts`; an empty one where there is none."""
        found: Any = self.facts
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


def read_run(folder: Path) -> Run:
    """Read run.json and metrics.jsonl. What can't be read is left out."""
    run = Run(folder, facts=_facts(folder / "run.json"))
    for line in _lines(folder / "metrics.jsonl"):
        _take(run, line)
    resumes = run.facts.get("resumes")
    for resume in resumes if isinstance(resumes, list) else []:
        if isinstance(resume, Mapping) and (at := _count(resume.get("pictures"))) is not None:
            run.events.append(Event(at, "resume", _resumed(resume.get("changed"))[:LONGEST]))
    # A run that was cut off says again what it said between its last checkpoint and the cut.
    run.events = sorted(dict.fromkeys(run.events), key=lambda event: event.at)
    return run


def elsewhere(run: Run, model: str) -> Run:
    """The same run for somebody who has nothing of it but the model's file: files by their names alone."""
    data = run.part("data")
    source = str(data.get("source") or "")
    notes = data.get("notes")
    told = [str(note).replace(f"{source}/", "") for note in notes] if isinstance(notes, list) and source else notes
    facts = {**run.facts, "data": {**data, "source": PurePath(source).name, "notes": told}}
    return replace(run, folder=Path(model), facts=facts)


def number(value: Any) -> float | None:
    """A number that can be drawn, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) <= HUGE:  # nor is NaN
        return None
    return float(value) if abs(value) * HUGE >= 1 else 0.0


def _take(run: Run, line: Mapping[str, Any]) -> None:
    at, kind, values = _count(line.get("pictures")), line.get("kind"), line.get("values")
    if at is None or not isinstance(kind, str):
        return
    values = values if isinstance(values, Mapping) else {}
    run.pictures, run.seconds = at, number(line.get("seconds")) or run.seconds
    if kind in ("progress", "health"):
        run.end = None  # an ended run was taken up again
        for name, value in values.items():
            points = run.series.setdefault(name, [])
            while points and points[-1][0] >= at:  # the run went back to a checkpoint
                points.pop()
            points.append((at, number(value)))
        return
    said = {**line, **values}
    if kind in EVENTS:
        run.events.append(
            Event(at, kind, _sentence(kind, said)[:LONGEST], number(said.get("fade" if kind == "stage" else "value")))
        )
    if kind == "end":
        run.end = said


def _sentence(kind: str, said: Mapping[str, Any]) -> str:
    if kind == "end":
        how = "Stopped" if said.get("stopped") else "Ended"
        return f"{how}: {plain(said['verdict'])}" if said.get("verdict") else how
    return str(said.get("sentence") or said.get("title") or plain(said.get("code") or kind))


def _resumed(changed: Any) -> str:
    if not isinstance(changed, Mapping) or not changed:
        return "Resumed"
    return "Resumed with " + ", ".join(f"{name} = {value}" for name, value in changed.items())


def plain(code: Any) -> str:
    """A code as words: strong_discriminator → strong discriminator."""
    return str(code).replace("_", " ").replace("-", " ")


def _count(value: Any) -> int | None:
    found = number(value)
    return None if found is None or found < 0 else int(found)


def _facts(path: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        text = path.read_bytes()
    except OSError:
        return
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found
