"""What happened in a run, as a table whose numbers stand at the marks of the charts too."""

from __future__ import annotations

from collections.abc import Sequence

from gancraft.training.report.run import EVENTS, Event
from gancraft.training.report.words import count, text

MOST_EVENTS = 100  # in the table and on the charts
NAMES = {"finding": "trouble", "remedy": "remedy", "stage": "stage", "resume": "resumed", "end": "end"}

Mark = tuple[int, Event]  # its number, from 1


def numbered(events: Sequence[Event], most: int = MOST_EVENTS) -> list[Mark]:
    """Numbered events; where there are too many, trouble before stages and the rest."""
    if len(events) > most:
        kept = sorted(events, key=lambda event: EVENTS.index(event.kind))[:most]
        events = sorted(kept, key=lambda event: event.at)
    return list(enumerate(events, start=1))


def table(marks: Sequence[Mark]) -> str:
    """HTML; nothing where nothing happened."""
    if not marks:
        return ""
    rows = "".join(
        f'<tr class="{event.kind}"><td class="n">{place}</td><td class="when">{count(event.at)}</td>'
        f"<td><i>{NAMES[event.kind]}</i></td><td>{text(event.text)}</td></tr>"
        for place, event in marks
    )
    head = '<thead><tr><th></th><th class="when">Pictures</th><th></th><th></th></tr></thead>'
    return f'<div class="events wide"><table>{head}<tbody>{rows}</tbody></table></div>'
