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
        (Progress(3, 10, seconds_left=0.2), ["1 s left"], []),
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
    ("seconds", "measured", "guessed"),
    [
        (-1, "under 0.1 s", "1 s"),
        (0.03, "under 0.1 s", "1 s"),
        (0.2, "0.2 s", "1 s"),
        (3.44, "3.4 s", "3 s"),
        (9.94, "9.9 s", "10 s"),
        (9.96, "10 s", "10 s"),
        (89, "89 s", "89 s"),
        (90, "2 min", "2 min"),
        (5399, "90 min", "90 min"),
        (7300, "2 h", "2 h"),
    ],
)
def test_seconds_are_said_as_exactly_as_anyone_waits(seconds: float, measured: str, guessed: str) -> None:
    assert (label.seconds(seconds), label.about(seconds)) == (measured, guessed)


def test_code_is_code_and_nothing_else_is_html() -> None:
    said = label.coded("`a < b` & <b>bold</b> `</code><script>` and a lone `")
    assert said == (
        "<code>a &lt; b</code> &amp; &lt;b&gt;bold&lt;/b&gt; <code>&lt;/code&gt;&lt;script&gt;</code> and a lone `"
    )
