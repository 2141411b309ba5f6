"""After a run: a film of how its pictures grew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gancraft.errors import GancraftError
from gancraft.web.turns import TURNS, Share
from gancraft.web.visit import Visit

SECONDS, FPS = 6.0, 20
LEAST = 4  # sheets that it takes to see something grow


def grown(visit: Visit) -> str | None:
    """The film of the run that ended last; None where there is too little to see."""
    if visit.latest is None or visit.latest not in visit.runs():
        return None
    from gancraft.training.report.sheets import sheet_files
    from gancraft.training.report.timelapse import timelapse

    folder = visit.home / visit.latest
    place = visit.folder / "films"
    place.mkdir(parents=True, exist_ok=True)
    if len(sheet_files(folder / "samples")) < LEAST:
        return None
    target = Path(tempfile.mkdtemp(dir=place)) / "growth.mp4"
    share = Share()
    try:
        events = iter(timelapse(folder, target, SECONDS, FPS))
        while True:
            with TURNS.turn(share):
                if next(events, None) is None:
                    return str(target)
    except GancraftError:
        return None
