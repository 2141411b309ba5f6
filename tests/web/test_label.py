"""The label says what a run is doing."""

from __future__ import annotations

import pytest

from gancraft.events import Progress
from gancraft.web import label


def test_a_label_escapes_what_it_is_told() -> None:
    said = label.label("done", "<script>", ["a & b", "c"])
    assert "&lt;script&gt;" in said and "a &amp; b · c" in said and "data-busy" not in said


@pytest.mark.parametrize(
    ("progress", "has", "lacks"),
    [
        (Progress(0, 10), ["Getting ready", "data-busy"], ["aria-valuenow"]),
        (Progress(3, 10, seconds_left=14.2), ["3 of 10", "14 s left", 'aria-valuenow="30"'], []),
        (Progress(3, None), ["3 steps", 'role="progressbar"'], ["aria-valuenow"]),
        (Progress(1200, 1000), ["1,200 of 1,000", 'aria-valuenow="100"'], []),
        (Progress(3, 10, seconds_left=float("inf")), ["3 of 10"], [" left"]),
        (Progress(3, 10, seconds_left=float("nan")), ["3 of 10"], [" left"]),
    ],
)
def test_a_label_of_something_on_its_way(progress: Progress, has: list[str], lacks: list[str]) -> None:
    said = label.progressing("Cat", progress)
    assert all(part in said for part in has) and not any(part in said for part in lacks)


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 s"), (0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7300, "2 h")]
)
def test_seconds_are_said_as_exactly_as_anyone_waits(seconds: float, said: str) -> None:
    assert label.seconds(seconds) == said
