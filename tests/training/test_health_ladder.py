"""The ladder of remedies: one rung at a time, with patience, reversible, and with an end."""

from __future__ import annotations

import json

import pytest

from gancraft.training.health import Decision, Ladder
from gancraft.training.health import thresholds as t

REMEDIES = ("augment more", "penalise twice as strongly")


def ask(ladder: Ladder, looks: int, *active: str) -> list[tuple[int, Decision]]:
    """Decisions by the number of the look."""
    asked = ((i, ladder.decide(1000 * i, active)) for i in range(looks))
    return [(i, decision) for i, decision in asked if decision is not None]


def test_it_climbs_one_rung_at_a_time_and_waits() -> None:
    made = ask(Ladder(REMEDIES), 2 * t.PATIENCE, "collapse")
    assert [(i, d.rung, d.roll_back, d.rate) for i, d in made] == [(0, 1, False, 1.0), (t.PATIENCE, 2, False, 1.0)]
    assert "augment more" in made[0][1].sentence and "collapse" in made[0][1].sentence
    assert "penalise twice" in made[1][1].sentence


def test_it_does_nothing_without_trouble_and_for_what_is_not_treated() -> None:
    assert ask(Ladder(REMEDIES), 100) == []
    assert ask(Ladder(REMEDIES), 100, "stagnant", "leak", "blind") == []


def test_after_the_last_rung_it_rolls_back_and_gives_up_in_the_end() -> None:
    ladder = Ladder(REMEDIES)
    made = [d for _, d in ask(ladder, 20 * t.PATIENCE, "collapse")]
    assert [d.roll_back for d in made] == [False, False, *[True] * t.ROLL_BACKS, False]
    assert [d.rate for d in made] == [1, 1, *[0.5] * t.ROLL_BACKS, 1]
    assert {d.rung for d in made[1:]} == {2}
    assert "goes on" in made[-1].sentence
    assert [sentence for _, sentence in ladder.log] == [d.sentence for d in made]


def test_divergence_goes_straight_back() -> None:
    ladder = Ladder(REMEDIES)
    first, second = ladder.decide(1, ["collapse"]), ladder.decide(2, ["diverged"])
    assert first is not None and first.rung == 1
    assert second is not None and second.roll_back and second.rung == 1


def test_after_long_health_it_comes_down_rung_by_rung() -> None:
    ladder = Ladder(REMEDIES)
    ask(ladder, t.PATIENCE + 1, "overpowering")
    assert ladder.rung == 2
    made = ask(ladder, 5 * t.CALM)
    assert [(i, d.rung, d.roll_back, d.rate) for i, d in made] == [
        (t.CALM - 1, 1, False, 1.0),
        (2 * t.CALM - 1, 0, False, 1.0),
    ]
    assert "penalise twice" in made[0][1].sentence


def test_trouble_in_between_starts_the_calm_anew() -> None:
    ladder = Ladder(REMEDIES)
    ask(ladder, 1, "collapse")
    ask(ladder, t.CALM - 1)
    ask(ladder, 1, "collapse")
    assert ladder.rung == 2  # its patience was over
    assert ask(ladder, t.CALM - 1) == []


def test_without_remedies_only_the_way_back_is_left() -> None:
    decision = Ladder(()).decide(5, ["memorising"])
    assert decision is not None and decision.roll_back and decision.rung == 0


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_saved_ladder_goes_on_the_same(cut: int) -> None:
    def course(i: int) -> list[str]:
        return ["collapse"] if i < 18 or 36 < i < 38 else []

    whole, part = Ladder(REMEDIES), Ladder(REMEDIES)
    expected = [whole.decide(i, course(i)) for i in range(70)]
    made = [part.decide(i, course(i)) for i in range(cut)]
    part = Ladder.from_dict(json.loads(json.dumps(part.to_dict(), allow_nan=False)))
    made += [part.decide(i, course(i)) for i in range(cut, 70)]
    assert made == expected
    assert part.to_dict() == whole.to_dict()
