"""The report of a run: one page, without a network, that says in plain words how the training went."""

from gancraft.training.report.course import Course, course, style
from gancraft.training.report.run import read_run
from gancraft.training.report.words import light
from gancraft.training.report.write import write_report

__all__ = ["Course", "course", "light", "read_run", "style", "write_report"]
