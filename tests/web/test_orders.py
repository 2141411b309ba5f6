"""A click's number: whatever the order in which clicks and their Stops come, what was called off never begins."""

from __future__ import annotations

import copy
import inspect
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from gancraft.web import orders as module
from gancraft.web import play
from gancraft.web.orders import Held, Orders
from gancraft.web.runs import Switch
from tests.web.run_helpers import Steps, follow, to_the_end
from tests.web.waiting import PATIENCE, until


class Line:
    """A handler as `play` has it, whose orders take their turn when the test says so."""

    def __init__(self) -> None:
        self.orders, self.runs = Orders(), list[str]()
        self._run = play._ordered(self._handler, 1)

    def _handler(self, switch: Switch, photo: str) -> Iterator[Any]:
        steps = Steps(10**6 if photo == "endless" else 3)
        for values in follow(steps, switch):
            if steps.taken and photo not in self.runs:
                self.runs.append(photo)
            yield values

    def turn(self, number: str, photo: str) -> Iterator[Any]:
        return self._run(self.orders, number, photo)


@pytest.fixture
def line() -> Line:
    return Line()


def test_what_was_stopped_in_the_line_never_runs_whatever_is_clicked_afterwards(line: Line) -> None:
    assert line.orders.stop("1") == "1"
    assert to_the_end(line.turn("2", "dog"))[-1].finished is not None
    assert to_the_end(line.turn("1", "cat")) == []
    assert to_the_end(line.turn("3", "bird"))[-1].finished is not None
    assert line.runs == ["dog", "bird"]


def test_a_stop_that_overtakes_its_click_calls_it_off(line: Line) -> None:
    assert line.orders.stop("1") == "1", "before anything is known of it"
    assert list(line.turn("1", "cat")) == [(gr.skip(),)] and line.runs == []


def test_what_is_given_up_while_it_is_prepared_changes_nothing_at_its_end() -> None:
    """Gradio tells the last thing twice."""

    def handler(switch: Switch, photo: str) -> Iterator[Any]:
        yield (f"Looking at the {photo}",)
        yield from follow(Steps(), switch)

    orders = Orders()
    run = play._ordered(handler, 1)(orders, "1", "cat")
    assert next(run) == ("Looking at the cat",)
    stopping = threading.Thread(target=orders.stop, args=("1",))
    stopping.start()
    until(lambda: orders.of("1").given_up)
    assert list(run) == [(gr.skip(),)]
    stopping.join(PATIENCE)


def test_stop_is_of_one_click_and_says_only_what_never_began(line: Line) -> None:
    left, run = line.turn("0", "endless"), line.turn("2", "endless")
    next(left)
    next(run)
    left.close()
    assert line.orders.stop("1") == "1"
    stopping = threading.Thread(target=line.orders.stop, args=("2",))
    assert line.orders.stop("") == ""
    stopping.start()
    assert to_the_end(run)[-1].finished.stopped
    stopping.join(PATIENCE)
    assert line.orders.stop("2") == "", "it has begun, and is over"


def test_without_a_number_each_is_an_order_of_its_own(line: Line) -> None:
    assert line.orders.stop("") == ""
    assert to_the_end(line.turn("", "cat"))[-1].finished is not None
    assert line.orders.of("") is not line.orders.of("")


def test_visitors_are_apart(line: Line) -> None:
    other = copy.deepcopy(line.orders)
    other.stop("1")
    assert to_the_end(line.turn("1", "cat"))[-1].finished is not None


def test_it_remembers_the_newest(line: Line) -> None:
    for number in range(1000):
        line.orders.stop(str(number))
    kept = range(1000 - module.MOST, 1000)
    assert all(line.orders.of(str(number)).given_up for number in kept)
    assert not line.orders.of("0").given_up


@pytest.mark.parametrize(
    ("sent", "taken"), [(None, ""), ("0.25", "0.25"), (["x"], "['x']"), ({}, ""), ("9" * 1000, "9" * 30)]
)
def test_whatever_is_sent_as_a_number_is_a_short_word(sent: Any, taken: str) -> None:
    with gr.Blocks(analytics_enabled=False):
        held = Held()
    assert held.preprocess(sent) == taken


def test_what_the_browser_holds_is_a_state_to_everybody_else() -> None:
    """Programs that call the API leave it out, and no file of types is written beside the module."""
    with gr.Blocks(analytics_enabled=False):
        held = Held()
    assert held.skip_api and held.get_block_name() == "state" and isinstance(held, gr.State) and not held.stateful
    assert not Path(module.__file__).with_suffix(".pyi").exists()


def test_a_handler_has_the_names_that_the_api_tells() -> None:
    def handler(switch: Switch, photo: str, size: int = 3) -> Iterator[Any]:
        """Say it."""
        yield photo, size

    run = play._ordered(handler, 2)
    assert list(inspect.signature(run).parameters) == ["switch", "number", "photo", "size"] and run.__doc__ == "Say it."
    assert list(run(Orders(), "", "cat", 4)) == [("cat", 4)]
