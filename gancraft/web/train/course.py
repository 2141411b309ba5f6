"""Below the picture: how a run goes, in words and in curves."""

from __future__ import annotations

from html import escape
from pathlib import Path

from gancraft.events import Warned
from gancraft.training.report import course, light, style
from gancraft.web.runs import Seen
from gancraft.web.train.words import told

ROOT = "gc-course"
STYLE = f"<style>{style(f'.{ROOT}')}</style>"  # once on the page


class CourseOf:
    """Of one run: drawn anew only where there is something new."""

    def __init__(self, folder: Path, total: int):
        """total: pictures to be seen."""
        self._folder, self._total = folder, total
        self._notes: list[tuple[int, Warned]] = []
        self._drawn: tuple[int, int, bool] | None = None

    def html(self, seen: Seen) -> str | None:
        """None where nothing has changed since the last time."""
        for event in seen.warned[len(self._notes) :]:
            self._notes.append((0 if event.code == "data" else seen.progress.done, event))
        state = self._size(), len(self._notes), seen.finished is not None
        if state == self._drawn:
            return None
        self._drawn = state
        found = course(self._folder, self._total, ROOT)
        # What stands in the table need not be told twice.
        notes = [(at, event.message) for at, event in self._notes if not _in_table(event, found.events)]
        items = "".join(f"<li>{f'<b>{at:,}</b> ' if at else ''}{escape(told(said))}</li>" for at, said in notes)
        listed = f'<ul class="notes">{items}</ul>' if items else ""
        return f'<div class="{ROOT}">{light(found.verdict)}{listed}{found.events}{found.charts}</div>'

    def _size(self) -> int:
        try:
            return (self._folder / "metrics.jsonl").stat().st_size
        except OSError:
            return 0


def _in_table(event: Warned, table: str) -> bool:
    return event.code == "resumed" or escape(event.message) in table
