"""What lies between a click and a result: turns, runs and their ends, errors, and the label, without a page."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from pydantic import ValidationError

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.options import Options, option
from gancraft.web import label, runs
from gancraft.web.errors import OURS, SHORT_OF_MEMORY, error, friendly, placeless
from gancraft.web.runs import Seen, Switch, watch
from gancraft.web.turns import TURNS, Share, Turns

PATIENCE = 60
PICTURE_HWC = np.zeros((2, 2, 3), np.float32)


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What visitors were shown as messages."""
    shown: list[str] = []
    monkeypatch.setattr(gr, "Warning", shown.append)
    return shown


class Steps:
    """A run of so many steps that tells what became of it."""

    def __init__(self, steps: int = 3, fails: Exception | None = None, warns: str = "", seconds: float = 0.0):
        self.steps, self.fails, self.warns, self.seconds = steps, fails, warns, seconds
        self.taken = 0
        self.closed = threading.Event()

    def __call__(self) -> Run:
        return Run(self._events)

    def _events(self, run: Run) -> Iterator[Event]:
        try:
            yield Started(self.steps)
            if self.warns:
                yield Warned(self.warns)
            for step in range(1, self.steps + 1):
                time.sleep(self.seconds)
                self.taken = step
                if self.fails is not None:
                    raise self.fails
                yield Progress(step, self.steps)
                yield Preview(PICTURE_HWC, step)
                if run.stopping:
                    break
            yield Finished(PICTURE_HWC, stopped=run.stopping)
        finally:
            self.closed.set()


def follow(start: Callable[[], Run], switch: Switch | None = None, **more: Any) -> Any:
    """The run as a tab's handler follows it: what is drawn is a copy of what was seen."""
    return watch(switch or Switch(), start, lambda seen: (Seen(**vars(seen)),), outputs=1, **more)


def to_the_end(events: Iterator[Any]) -> list[Any]:
    return [values[0] for values in events if isinstance(values[0], Seen)]


def free() -> bool:
    """Whether nobody has a turn for good."""
    got = threading.Event()

    def take() -> None:
        with TURNS.turn():
            got.set()

    threading.Thread(target=take, daemon=True).start()
    return got.wait(PATIENCE)


def test_turns_come_one_at_a_time_and_first_to_whoever_asked_first() -> None:
    turns, order, inside = Turns(), [], []

    def visitor(number: int) -> None:
        with turns.turn():
            inside.append(number)
            assert inside == [number]
            order.append(number)
            inside.remove(number)

    threads = []
    with turns.turn():
        for number in range(20):
            threads.append(threading.Thread(target=visitor, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(20))


def test_a_turn_ends_with_an_error() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        pass


class Clock:
    """Time for `turns` that passes only when told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize(("weight", "turns_of_the_short"), [(1.0, 40), (0.5, 80)])
def test_it_is_time_that_is_shared_out(monkeypatch: pytest.MonkeyPatch, weight: float, turns_of_the_short: int) -> None:
    clock = Clock()
    monkeypatch.setattr("gancraft.web.turns.time", clock)
    monkeypatch.setattr("gancraft.web.turns.GRACE", PATIENCE)
    turns, short, long = Turns(), Share(), Share(weight)
    counts = {short: 0, long: 0}
    enough = threading.Event()

    def run(share: Share, seconds: float) -> None:
        while not enough.is_set():
            with turns.turn(share):
                clock.now += seconds
                counts[share] += 1
                if counts[long] == 10:
                    enough.set()
                    clock.now += PATIENCE  # the other need not wait for this one any more

    threads = [threading.Thread(target=run, args=given) for given in ((short, 0.1), (long, 0.4))]
    with turns.turn():
        for number, thread in enumerate(threads):
            thread.start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert counts[short] == pytest.approx(turns_of_the_short, abs=0.2 * turns_of_the_short)


def test_a_newcomer_is_owed_nothing_for_the_time_before() -> None:
    turns, old, new = Turns(), Share(), Share()
    old.had = 1000.0
    with turns.turn(old):
        pass
    with turns.turn(new):
        pass
    assert new.had >= 1000.0


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
    switch, steps = Switch(), Steps(10**6)
    stopped = threading.Thread(target=switch.stop)
    drawn, last = follow(steps, switch), None
    next(drawn)
    stopped.start()
    for values in drawn:
        last = values[0]
    stopped.join(PATIENCE)
    assert isinstance(last, Seen) and last.finished is not None and last.finished.stopped
    assert 0 < steps.taken < 10**6


def test_a_run_that_was_cut_off_does_not_take_the_next_ones_stop_away() -> None:
    switch, second = Switch(), Steps(10**6)
    first = follow(Steps(1000), switch)
    next(first)
    run = follow(second, switch)
    next(run)
    first.close()
    threading.Thread(target=switch.stop).start()
    assert to_the_end(run)[-1].finished.stopped


def test_each_visitor_has_a_switch_of_their_own() -> None:
    import copy

    switch = Switch()
    signal = switch.begin()
    copy.deepcopy(switch).stop()
    assert not signal.file.exists()
    signal.end()
    assert not signal.file.parent.exists()


def test_time_is_up(toasts: list[str]) -> None:
    steps = Steps(10**6)
    drawn = to_the_end(follow(steps, max_seconds=0.0))
    assert drawn[-1].finished.stopped and steps.taken <= 2
    assert toasts == ["After 0 s this page stops a run. What there is is kept."]


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
    switch.stop()
    assert to_the_end(follow(Steps(), switch))[-1].finished is not None


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


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("/tmp/gradio/0a1b/my cat.png isn't a picture", "my cat.png isn't a picture"),
        ("'/home/user/app/x/my cat.png' is damaged", "'my cat.png' is damaged"),
        ("folder /srv/runs/3/ is full", "folder 3 is full"),
        ("--run=/srv/runs/3: holds a run", "--run=3: holds a run"),
        ("zip:/srv/data/set.zip (/srv/data/b.zip)", "zip:set.zip (b.zip)"),
        (r"C:\Users\ada\cat.png is damaged", "cat.png is damaged"),
        (r"C:/Users/ada/cat.png or \\server\share\cat.png", "cat.png or cat.png"),
        ("~/pictures/cat.png and file:///srv/x/cat.png", "cat.png and cat.png"),
        ("/srv/bilder/übung.png", "übung.png"),
        ("first\n  second\tthird", "first second third"),
        *(
            (plain, plain)
            for plain in (
                "see https://example.org/a/b/c.html?x=1/2/3, or http://localhost:7860/a/b",
                "on 2024/05/06 at 3/4 of 16/9/4",
                "before/after and/or both, w/o a/b/c",
                "1 / 2 / 3",
                "image/png",
                "runs/one/model.safetensors",
                "https://user@example.org:8080/x/y.",
                "layers conv1/relu/out",
            )
        ),
    ],
)
def test_places_of_the_server_are_left_out_and_nothing_else(message: str, shown: str) -> None:
    assert placeless(message) == shown
    assert error(message).message == shown


def test_a_very_long_message_is_cut() -> None:
    assert len(error("x" * 10**6).message) < 1000


class Knobs(Options):
    brushes: int = option(2, "How many brushes.", ge=1, le=5)


def test_errors_are_friendly_and_the_traceback_is_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gancraft.web")
    with pytest.raises(gr.Error, match="^'brushes: Input should be less than or equal to 5'$"), friendly():
        Knobs(brushes=6)
    with pytest.raises(gr.Error, match="Keep me"), friendly():
        raise gr.Error("Keep me")
    with pytest.raises(KeyboardInterrupt), friendly():
        raise KeyboardInterrupt
    assert caplog.records == []
    with pytest.raises(gr.Error) as problem, friendly():
        raise OSError(28, "No space left on device", "/srv/secret/file")
    assert problem.value.message == OURS and problem.value.__suppress_context__
    (record,) = caplog.records
    assert record.exc_info is not None and "/srv/secret/file" in str(record.exc_info[1])


def test_a_validation_error_of_the_whole_has_no_name() -> None:
    from pydantic import model_validator

    class Pair(Options):
        low: int = option(1, "Low.")

        @model_validator(mode="after")
        def refuse(self) -> Pair:
            raise ValueError("nothing will do")

    with pytest.raises(ValidationError):
        Pair()
    with pytest.raises(gr.Error) as problem, friendly():
        Pair()
    assert problem.value.message == "Value error, nothing will do"


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
