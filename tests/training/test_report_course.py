"""How a run goes, in pieces for other pages than the report."""

from __future__ import annotations

import re
from pathlib import Path

from gancraft.training.report import course, style
from tests.training.test_report import NASTY, line, parsed, run_folder, said


def ids(html: str) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', html))


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    lines = [
        line(i * 10, discriminator=1.0, generator=2.0, diversity=0.9, distance=9.0, separation=0.8) for i in range(9)
    ]
    found = course(run_folder(tmp_path, lines, {}), 1000, "a")
    assert (found.pictures, found.events, found.verdict.word) == (80, "", "No trouble so far")
    for title in ("Losses", "Diversity", "Distance to the data", "Strength of the discriminator"):
        assert f"<h3>{title}</h3>" in found.charts
    assert found.charts.count("<figure") == 4 and "1k" in said(
        f"<body>{found.charts}"
    )  # the axis ends at what is planned
    parsed(found.charts)


def test_what_happened_is_numbered_as_in_the_charts(tmp_path: Path) -> None:
    lines = [line(10, generator=1.0), line(15, "finding", sentence=NASTY, code="collapse"), line(20, generator=1.0)]
    found = course(run_folder(tmp_path, lines, {}), 100, "a")
    assert "1 15 trouble" in said(f"<body>{found.events}") and "<img src=x" not in found.events + found.charts
    assert '<g class="mark finding">' in found.charts and found.verdict.tone == "warn"
    (tmp_path / "metrics.jsonl").write_text("\n".join([*lines, line(20, "end", verdict="healthy", stopped=True)]))
    assert "Stopped at 20 pictures" in course(tmp_path, 100, "a").verdict.sentence
    parsed(found.events)


def test_a_run_without_the_usual_numbers_and_one_without_any(tmp_path: Path) -> None:
    run_folder(tmp_path, [line(1, reconstruction=1.0, **{f"n{i}": 1.0 for i in range(9)})], {})
    assert course(tmp_path, 10, "a").charts.count("<figure") == 4
    empty = course(tmp_path / "nowhere", 10, "a")
    assert (empty.charts, empty.events, empty.pictures, empty.verdict.word) == ("", "", 0, "No trouble so far")


def test_two_on_a_page_share_no_ids(tmp_path: Path) -> None:
    run_folder(tmp_path, [line(1, generator=1.0, diversity=0.5)], {})
    first, second = course(tmp_path, 10, "a").charts, course(tmp_path, 10, "b").charts
    assert ids(first) and not ids(first) & ids(second)
    assert set(re.findall(r"url\(#([^)]+)\)", first)) == ids(first)


def test_every_rule_of_the_style_stays_below_its_element() -> None:
    css = style(".mine")
    selectors = [one.strip() for names in re.findall(r"([^{}]+)\{", css) for one in names.split(",")]
    assert len(selectors) > 30 and all(one.startswith(".mine ") for one in selectors)
    assert css.count("{") == css.count("}") and "/*" not in css and ".mine svg .line" in css
