"""A series thinned to what a small chart can show: a mean for each column, and how far the values spread about it."""

from __future__ import annotations

from dataclasses import dataclass

from gancraft.training.report.run import Points

COLUMNS = 150


@dataclass(frozen=True)
class Column:
    """x: pictures seen, the mean of those in the column; mean: None where no value was a number, which breaks the line."""

    x: float
    low: float
    mean: float | None
    high: float


def thin(points: Points, last: int, columns: int = COLUMNS, positive: bool = False) -> list[Column]:
    """At most `columns` columns over 0 … last. positive: what a logarithmic axis can't show counts as missing."""
    groups: list[list[tuple[int, float | None]]] = []
    latest = -1
    for x, y in points:
        at = min(columns - 1, x * columns // max(last, 1)) if len(points) > columns else len(groups)
        if at != latest:
            groups.append([])
            latest = at
        groups[-1].append((x, y if y is None or not positive or y > 0 else None))
    return [_column(group) for group in groups]


def _column(group: list[tuple[int, float | None]]) -> Column:
    values = [y for _, y in group if y is not None]
    x = sum(x for x, _ in group) / len(group)
    return Column(x, min(values), sum(values) / len(values), max(values)) if values else Column(x, 0.0, None, 0.0)
