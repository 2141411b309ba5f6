"""When something is due, by pictures seen: the clock may not decide what can change a run."""

from __future__ import annotations

SHEETS = 40  # of a run, denser at its beginning, where most happens
LOOKS = 50
LONGEST = 20_000  # pictures between two looks, so that trouble is found within 50,000 of its beginning


def look_every(asked: int, total: int, batch: int) -> int:
    """Pictures between two looks at the health."""
    return asked or max(4 * batch, min(LONGEST, total // LOOKS), 1)


def is_due(every: int, before: int, after: int) -> bool:
    """Whether a multiple of `every` was reached between two counts."""
    return after // every > before // every


def sheet_is_due(asked: int, total: int, before: int, after: int) -> bool:
    """Whether a sample sheet is to be made; without an interval the k-th of 40 comes at (k/40)^1.5 of the run."""
    if asked:
        return is_due(asked, before, after)
    return _sheet(total, after) > _sheet(total, before)


def _sheet(total: int, pictures: int) -> int:
    # A little is added so that rounding doesn't put a mark one round too late.
    return int(SHEETS * min(1.0, pictures / total) ** (2 / 3) + 1e-9)
