"""How often a run shows itself. It is a matter of pictures seen, never of the clock, so that a run can be repeated."""

from __future__ import annotations

from gancraft.interfaces import DataShape
from gancraft.training import marks

# Pixels that a usual network is trained on by two cores in about two seconds, and in the time that a look at the health is
# worth, which takes much longer than a sheet: measured at 8, 16, 32 and 64 pixels a side.
SHEET, LOOK = 1 << 17, 1 << 22
MOST = 1000  # sheets of a run: they stay in its folder


def sheet_every(shape: DataShape, total: int, batch: int) -> int:
    """Pictures from one sheet to the next, where the processor computes."""
    often = min(SHEET // (shape.width * shape.height), total // marks.SHEETS)
    return max(batch, often, total // MOST)


def look_every(shape: DataShape, total: int, batch: int) -> int:
    """Pictures from one look to the next; 0 where the engine looks as often by itself."""
    own = marks.look_every(0, total, batch)
    every = max(4 * batch, LOOK // (shape.width * shape.height))
    return every if every < own else 0
