"""What lies between a click and a result: runs and their ends, without a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.web import runs
from gancraft.web.errors import OURS, SHORT_OF_MEMORY
from gancraft.web.runs import Seen, Switch, watch
from gancraft.web.turns import TURNS
from tests.web.run_helpers import Clock, Steps, follow, to_the_end
from tests.web.waiting import PATIENCE, until


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What visitors were shown as messages."""
    shown: list[str] = []
    monkeypatch.setattr(gr, "Warning", shown.append)
    return shown


def free() -> bool:
    """Whether nobody has a turn for good."""
    got = threading.Event()

    def take() -> None:
        with TURNS.turn():
            got.set()

    threading.Thread(target=take, daemon=True).start()
    return got.wait(PATIENCE)


def test_a_run_is_drawn_first_now_and_then_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(50)
    drawn = to_the_end(follow(steps))
    assert drawn[0].started == Started(50) and drawn[0].finished is None
    assert drawn[-1].finished is not None and drawn[-1].progress.done == 50
    assert len(drawn) < 10 and steps.closed.is_set()
    monkeypatch.setattr(runs, "EVERY", 0.0)
    monkeypatch.setattr(runs, "DRAWING", 0.0)
    assert len(to_the_end(follow(Steps(50)))) == 1 + 2 * 50 + 1


def test_drawing_that_is_slow_is_done_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "EVERY", 0.0)
    clock = Clock()
    monkeypatch.setattr(runs, "time", clock)

    def step() -> Run:
        def events(run: Run) -> Iterator[Event]:
            for number in range(100):
                clock.now += 1.0
                yield Progress(number, 100)
            yield Finished()

        return Run(events)

    def draw(seen: Seen) -> tuple[Seen]:
        clock.now += 1.0
        return (seen,)

    drawn = to_the_end(watch(Switch(), step, draw, outputs=1))
    assert len(drawn) - 1 == pytest.approx(100 / runs.DRAWING, abs=2)


def test_one_who_leaves_ends_the_run_after_the_step_that_it_is_in() -> None:
    steps, switch = Steps(1000), Switch()
    run = follow(steps, switch)
    while steps.taken < 2:
        next(run)
    run.close()
    assert steps.closed.wait(PATIENCE) and steps.taken == 2
    assert free()
    switch.stop()  # nothing is left to stop, and nobody waits


def test_leaving_waits_for_nobodys_turn() -> None:
    steps = Steps(1000)
    run = follow(steps)
    next(run)
    with TURNS.turn():
        run.close()  # were it to wait, this would never end
        assert not steps.closed.is_set()
    assert steps.closed.wait(PATIENCE)


def test_stop_keeps_what_there_is_and_waits_for_it() -> None:
    switch, steps, said = Switch(), Steps(10**6), []
    stopping = threading.Thread(target=lambda: said.append(switch.stop()))
    with switch.running():
        drawn = follow(steps, switch)
        next(drawn)
        stopping.start()
        last = to_the_end(drawn)[-1]
        assert said == []
    stopping.join(PATIENCE)
    assert last.finished.stopped and 0 < steps.taken < 10**6 and said == [False]


def test_stop_before_the_beginning_keeps_it_from_beginning() -> None:
    switch, steps = Switch(), Steps()
    assert switch.stop() and switch.given_up, "at once"
    with switch.running():
        assert to_the_end(follow(steps, switch)) == [] and not steps.taken


def test_stop_while_a_run_is_prepared_waits_until_it_is_given_up() -> None:
    switch, steps, said = Switch(), Steps(), []
    with switch.running():
        stopping = threading.Thread(target=lambda: said.append(switch.stop()))
        stopping.start()
        until(lambda: switch.given_up)
        assert to_the_end(follow(steps, switch)) == [] and said == []
    stopping.join(PATIENCE)
    assert said == [True] and not steps.taken


def test_stop_never_cuts_off_what_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its step takes, what there is of it is kept."""
    monkeypatch.setattr(runs, "STOP_SECONDS", 0.01)
    switch = Switch()
    with switch.running():
        run = follow(Steps(10**6), switch)
        next(run)
        assert switch.stop() is False
        assert to_the_end(run)[-1].finished.stopped


def test_a_run_leaves_no_sign_behind() -> None:
    switch = Switch()
    signal = switch.begin()
    assert signal is not None and signal.file.parent.is_dir() and not signal.file.exists()
    switch.stop()
    assert signal.file.exists()
    signal.end()
    assert not signal.file.parent.exists()
    switch.stop()


def test_time_is_up(toasts: list[str]) -> None:
    steps = Steps(10**6)
    drawn = to_the_end(follow(steps, max_seconds=0.0))
    assert drawn[-1].finished.stopped and steps.taken <= 2
    assert toasts == ["After 1 s this page stops a run. What there is is kept."]


def refuses() -> Run:
    raise UsageError("the moon is no picture")


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (refuses, "the moon is no picture"),
        (partial(int, "x"), OURS),
        (Steps(fails=GancraftError("the loss is no number")), "the loss is no number"),
        (Steps(fails=ValueError("in /root/secret/place.py")), OURS),
        (Steps(fails=MemoryError()), SHORT_OF_MEMORY),
        (lambda: Run(lambda run: iter(())), "the run ended without a result"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_frees_the_turn(start: Any, says: str) -> None:
    switch = Switch()
    with pytest.raises(gr.Error) as problem:
        to_the_end(follow(start, switch))
    assert problem.value.message == says and not problem.value.print_exception
    if isinstance(start, Steps):
        assert start.closed.is_set()
    assert free()
    assert not switch.stop(), "it had begun"


def test_drawing_that_fails_closes_the_run() -> None:
    steps = Steps(1000)
    with pytest.raises(gr.Error, match="Something went wrong"):
        list(watch(Switch(), steps, lambda seen: (1 // 0,), outputs=1))
    assert steps.closed.is_set() and steps.taken == 0 and free()


def test_warnings_are_shown_without_places(toasts: list[str]) -> None:
    to_the_end(follow(Steps(warns="/srv/app/data/cat.png was left out")))
    to_the_end(follow(Steps(warns="not shown"), toasts=False))
    assert toasts == ["cat.png was left out"]


def test_runs_of_two_visitors_give_what_each_gives_alone(tmp_path: Path) -> None:
    """Training uses torch's one state of random numbers, and so may a plugin that paints."""
    import torch
    from safetensors.torch import load_file

    from gancraft.pictures import open_sample
    from gancraft.style import paint
    from gancraft.style.choice import resolve_style
    from gancraft.training.job import train
    from tests.training.engine_helpers import choose, plugins

    settings = {"size": "64", "device": "cpu", "precision": "float32", "optimise.iterations": 12}
    choice = resolve_style(plugins(), [settings])

    def painting() -> Run:
        inner = paint(choice, open_sample("cat"), [(open_sample("brush"), 1.0)])

        def events(run: Run) -> Iterator[Event]:
            torch.manual_seed(1)
            for event in inner:
                if isinstance(event, Finished):
                    event = Finished(event.picture_HWC, facts={"random": torch.rand(3).tolist()})
                else:
                    torch.rand(1)
                yield event

        return Run(events)

    def training(name: str) -> Callable[[], Run]:
        return partial(train, choose("toy", pictures=2560, batch=16), "sample:ring", tmp_path / name)

    last: dict[str, Finished] = {}

    def visitor(name: str, start: Callable[[], Run]) -> None:
        last[name] = to_the_end(follow(start, toasts=False))[-1].finished

    visitor("painted alone", painting)
    visitor("trained alone", training("alone"))
    visitors = [
        threading.Thread(target=visitor, args=("painted together", painting)),
        threading.Thread(target=visitor, args=("trained together", training("together"))),
    ]
    for thread in visitors:
        thread.start()
    for thread in visitors:
        thread.join(PATIENCE)
    assert np.array_equal(last["painted alone"].picture_HWC, last["painted together"].picture_HWC)  # type: ignore[arg-type]
    assert last["painted alone"].facts == last["painted together"].facts
    alone, together = (load_file(tmp_path / name / "model.safetensors") for name in ("alone", "together"))
    assert alone.keys() == together.keys() and alone
    assert all(torch.equal(alone[name], together[name]) for name in alone)
