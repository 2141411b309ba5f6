"""What is said before a run: it must scale as runs do, cost little, and change nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer

from gancraft.cli import ahead
from gancraft.cli.inputs import Work
from gancraft.events import Finished
from gancraft.pictures import Picture, open_sample
from gancraft.plugins import find_plugins
from gancraft.style import estimate as module
from gancraft.style import levels, paint
from gancraft.style.choice import StyleChoice, resolve_style
from gancraft.style.estimate import Estimate, estimate, is_short
from gancraft.style.memory import used
from tests.cli_helpers import run
from tests.conftest import WritePlugin
from tests.style.test_sheet import GREYS

PLUGINS = find_plugins()
STYLES = [(open_sample("brush"), 1.0)]


def choice(**settings: object) -> StyleChoice:
    return resolve_style(PLUGINS, [{"device": "cpu", "precision": "float32", **settings}])


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of 10 ms and 1 ms for each thousand pixels."""
    monkeypatch.setattr(module, "_pace", lambda *_: (0.01, 1e-6))


@pytest.mark.parametrize(
    ("settings", "short"),
    [
        ({"size": "48", "iterations": "3"}, True),
        ({"size": "512"}, False),
        ({"size": "64", "iterations": "1000"}, False),
        ({"scale": "0.1", "iterations": "20"}, True),
        ({"scale": "0.1"}, False),
    ],
)
def test_short_runs_are_known_by_their_settings(settings: dict[str, str], short: bool) -> None:
    assert is_short(choice(**settings), (600, 400)) is short


def test_seconds_are_those_of_all_levels(paced: None) -> None:
    def steps(iterations: int) -> float:
        plan = levels.plan(512, 384, 0, iterations)
        return sum(level.steps * (0.01 + 1e-6 * module._pixels(level.width, level.height)) for level in plan)

    few, many = (estimate(choice(iterations=str(n)), (1024, 768), STYLES) for n in (100, 300))
    assert few is not None and many is not None
    assert many.seconds - few.seconds == pytest.approx(steps(300) - steps(100), rel=0.05)
    assert few.seconds > steps(100)  # styles and photo are looked at too, and the network is loaded
    large = estimate(choice(iterations="100", size="1024"), (1024, 768), STYLES)
    assert large is not None and large.bytes is not None and few.bytes is not None
    assert 1.5 * few.seconds < large.seconds and few.bytes < large.bytes


def test_memory_that_is_short_means_tiles_and_more_time(paced: None) -> None:
    import gancraft.compute

    here = used(gancraft.compute.choose("cpu", "float32"))
    free = estimate(choice(size="768"), (600, 400), STYLES)
    limit = here + 400e6
    tight = estimate(choice(size="768", memory=f"{limit / 1e6:.0f}MB"), (600, 400), STYLES)
    assert free is not None and tight is not None and free.tiles == 1 < tight.tiles
    assert tight.bytes is not None and tight.bytes < 1.15 * limit and tight.seconds > 1.2 * free.seconds


def test_it_changes_no_result() -> None:
    settings = {"size": "32", "iterations": "2", "plugin": "sliced", "start": "noise"}
    before = torch.get_rng_state()
    *_, plain = paint(choice(**settings), open_sample("cat"), STYLES)
    torch.set_rng_state(before)
    numpy_before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    assert estimate(choice(**settings), (300, 200), STYLES) is not None
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)  # type: ignore[index]
    *_, after = paint(choice(**settings), open_sample("cat"), STYLES)
    assert isinstance(plain, Finished) and isinstance(after, Finished)
    assert np.array_equal(plain.picture_HWC, after.picture_HWC)  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{}, {"optimiser": "lbfgs"}, {"colours": "oklab"}, {"plugin": "strotss"}])
def test_every_kind_can_be_timed(settings: dict[str, str]) -> None:
    found = estimate(choice(size="256", **settings), (600, 400), STYLES)
    assert found is not None and 0.5 < found.seconds < 5000 and found.tiles == 1
    assert found.bytes is not None and 1e8 < found.bytes < 1e10


def test_painting_at_once_is_timed_too() -> None:
    small, large = (estimate(choice(plugin="adain", size=size), (600, 400), STYLES) for size in ("256", "1024"))
    assert small is not None and large is not None and small.seconds < large.seconds < 300
    assert small.bytes is not None and large.bytes is not None and small.bytes < large.bytes


def test_methods_with_a_run_of_their_own_are_not_guessed(write_plugin: WritePlugin) -> None:
    plugins = find_plugins(dirs=[write_plugin("greys", GREYS)])
    assert estimate(resolve_style(plugins, [{"plugin": "grey"}]), (600, 400), STYLES) is None


@pytest.mark.slow
def test_a_real_run_takes_about_as_long() -> None:
    settings = choice(size="256", iterations="60")
    found = estimate(settings, (512, 512), STYLES)
    *_, last = paint(settings, open_sample("astronaut"), STYLES)
    assert found is not None and isinstance(last, Finished)
    assert last.seconds / 3 < found.seconds < 3 * last.seconds


def work(tmp_path: Path) -> Work:
    photo = Picture(np.zeros((400, 600, 3), np.float32), name="photo")
    return Work([("photo", tmp_path / "out.png")], STYLES, None, 100, (), {"photo": photo})


@pytest.mark.parametrize(
    ("terminal", "seconds", "yes", "asked"),
    [(True, 500, False, True), (True, 500, True, False), (True, 30, False, False), (False, 500, False, False)],
)
def test_a_person_is_asked_where_it_is_long(
    terminal: bool, seconds: float, yes: bool, asked: bool, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "estimate", lambda *_: Estimate(seconds, 1.25e9))
    questions: list[Any] = []
    monkeypatch.setattr(typer, "confirm", lambda *words, **_: bool(questions.append(words)))  # type: ignore[func-returns-value]
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
    if asked:
        with pytest.raises(typer.Exit) as left:
            ahead.told(choice(), work(tmp_path), yes=yes)
        assert left.value.exit_code == 130
    else:
        assert ahead.told(choice(), work(tmp_path), yes=yes) == Estimate(seconds, 1.25e9)
    assert bool(questions) is asked
    words = capsys.readouterr().err
    assert words.count("\n") == 1 and ("about 8 min" if seconds == 500 else "about 30 s") in words and "1.2 GB" in words


def test_what_goes_wrong_in_it_is_left_to_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Estimate:
        raise ValueError("no clock")

    monkeypatch.setattr(module, "estimate", broken)
    assert ahead.told(choice(), work(tmp_path)) is None


@pytest.mark.parametrize(
    ("seconds", "count", "says"),
    [(0.2, 1, "about 1 s"), (47, 1, "about 50 s"), (200, 1, "3 min"), (4000, 3, "3 h 20 min for 3 paintings")],
)
def test_words(seconds: float, count: int, says: str) -> None:
    assert says in ahead.line(Estimate(seconds), count)


def test_facts_compare_it_with_what_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "SHORT_WORK", 0)
    arguments = ["style", "sample:cat", "sample:brush", "--size", "48", "--iterations", "3", "-o", "out.png"]
    done = run(*arguments, "--json")
    found = json.loads(done.stdout)["estimate"]
    assert found["seconds"] >= 0 and found["actual_seconds"] >= 0 and found["actual_bytes"] > found["bytes"] / 3
    assert "gancraft: about" in done.stderr
    assert "about" not in run(*arguments, "--quiet").stderr
