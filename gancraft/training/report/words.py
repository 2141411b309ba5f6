"""Numbers and verdicts as people read them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gancraft.training.health.words import NOT_WATCHED, TOO_FEW, TOO_SHORT
from gancraft.training.report.run import Run, plain

# Beginnings of verdicts that mean the result is of little use; every other one but "healthy" is a warning.
GRAVE = ("collaps", "diverg", "copy", "memor", "fail")
SILENT = (TOO_SHORT, TOO_FEW, NOT_WATCHED)  # those that say neither good nor bad


def text(value: Any) -> str:
    """Anything as text that is safe between tags and in attributes."""
    return html.escape(str(value), quote=True)


def count(value: float) -> str:
    """25600 → 25,600."""
    return f"{value:,.0f}"


def short(value: float, digits: int = 3) -> str:
    """A number in a few characters: 0.0002, 1.24, 25.6k, 1M, 3e-5."""
    sizes = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
    size, letter = next((pair for pair in sizes if 1e12 > abs(value) >= 0.9995 * pair[0]), (1.0, ""))
    return f"{value / size:.{digits}g}{letter}".replace("e-0", "e-").replace("e+", "e")


def duration(seconds: float) -> str:
    """200 → 3 min 20 s."""
    whole = max(0, round(seconds))
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    for (size, name), (smaller, second) in zip(units, units[1:], strict=False):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {second}" if rest else "")
    return f"{whole} s"


def shape_of(shape: Mapping[str, Any]) -> str:
    """{"channels": 3, "height": 64, "width": 64} → 64 × 64, colour."""
    if "width" not in shape or "height" not in shape:
        return ""
    kinds = {1: "grey", 3: "colour", 4: "colour with transparency"}
    channels = shape.get("channels")
    kind = kinds.get(channels, f"{channels} channels") if isinstance(channels, int) else ""
    classes = f"{shape['classes']} classes" if shape.get("classes") else ""
    return ", ".join(part for part in (f"{shape['width']} × {shape['height']}", kind, classes) if part)


@dataclass(frozen=True)
class Verdict:
    """tone: good, warn, bad or quiet, the colour of the light; word: in large letters; sentence: why."""

    tone: str
    word: str
    sentence: str


def light(verdict: Verdict) -> str:
    """A verdict as HTML, with a light of its colour."""
    return (
        f'<div class="verdict {verdict.tone}"><i></i><p><strong>{text(verdict.word)}</strong> {text(verdict.sentence)}</p>'
        "</div>"
    )


LIVE = Verdict("quiet", "No trouble so far", "")


def verdict_of(run: Run, live: bool = False) -> Verdict:
    """How the run went, in a word and a sentence. live: it goes on, unless it has ended."""
    if run.end is None and live:
        return Verdict("warn", "Trouble was seen", _last_trouble(run)) if run.of("finding") else LIVE
    if not run.series and run.end is None and not run.of("finding"):
        return Verdict("quiet", "Nothing yet", "No numbers have been written so far; open this page again later.")
    findings, seen = run.of("finding"), count(run.pictures)
    times = "once" if len(findings) == 1 else f"{len(findings)} times"
    if run.end is None:
        if findings:
            return Verdict("warn", "Not ended; trouble was seen", _last_trouble(run))
        return Verdict("quiet", "Not ended", f"No trouble up to {seen} pictures. The run goes on, or was cut off.")
    how = f"Stopped at {seen} pictures" if run.end.get("stopped") else f"Ended after {seen} pictures"
    verdict = str(run.end.get("verdict") or "")
    if verdict.lower() == "healthy":
        trouble = f"trouble came up {times} on the way and was over in the end" if findings else "no trouble was seen"
        return Verdict("good", "Healthy", f"{how}; {trouble}.")
    if not verdict:
        return Verdict("quiet", "Ended", f"{how}. {_last_trouble(run)}".strip())
    begins = verdict.lower().startswith
    tone = "bad" if begins(GRAVE) else "quiet" if begins(SILENT) else "warn"
    return Verdict(tone, plain(verdict).capitalize(), f"{how}. {_last_trouble(run)}".strip())


def _last_trouble(run: Run) -> str:
    """The newest finding, and what was done about it."""
    if not (findings := run.of("finding")):
        return ""
    last = findings[-1]
    said = f"At {count(last.at)} pictures: {_closed(last.text)}"
    done = [event for event in run.of("remedy") if event.at >= last.at]
    return f"{said} Then: {_closed(done[0].text)}" if done else said


def _closed(sentence: str) -> str:
    return sentence if sentence.rstrip().endswith((".", "!", "?")) else f"{sentence.rstrip()}."
