"""Visitors take turns with the computer."""

from __future__ import annotations

import threading
import time

import pytest

from gancraft.web.turns import Share, Turns
from tests.web.run_helpers import Clock
from tests.web.waiting import PATIENCE


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
