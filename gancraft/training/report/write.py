"""Writing the report of a run folder."""

from __future__ import annotations

from pathlib import Path

from gancraft.pictures._files import write_safely
from gancraft.training.report.page import page_of
from gancraft.training.report.run import elsewhere, read_run
from gancraft.training.report.sheets import read_sheets

NAME = "report.html"


def write_report(folder: Path, to: Path | None = None, model: str = "") -> Path:
    """Read a run folder and write `report.html` in it, whole or not at all; returns its path.

    to: another file to write. model: for somebody who is given the model's file under this name and not the folder: the page
    tells what to do with that, and no place on this machine. May be called at any moment of a run: what isn't there yet, or
    was cut by a crash, is left out. The page needs neither a network nor other files, and stays below 6 MB. Raises
    UsageError where there is no such folder, GancraftError where the page can't be written.
    """
    run = read_run(folder)
    page = page_of(elsewhere(run, model) if model else run, read_sheets(folder / "samples"))
    to = to or folder / NAME
    write_safely(to, page.encode("utf-8", "replace"))
    return to
