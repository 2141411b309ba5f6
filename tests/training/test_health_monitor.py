"""The monitor on courses of values made by hand: what it names, when, and what it leaves alone."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator

import pytest

from gancraft.interfaces import LossHealth
from gancraft.training.health import Finding, Look, Monitor
from gancraft.training.health import thresholds as t

BCE = LossHealth(overpowering=0.05, blind=2 * math.log(2), sign=True)
EVERY = 20_000

Course = Callable[[int], dict[str, float]]


def healthy(pictures: int) -> dict[str, float]:
    """Grey pictures first, then ever better and more varied ones, with an even game and some noise."""
    k = pictures / 100_000
    wave = math.sin(pictures / 7_000)
    return {
        "diversity": min(1.0, 0.01 + 0.6 * k) * (1 + 0.08 * wave),
        "distance": 10 + 600 * math.exp(-1.5 * k) * (1 + 0.05 * wave) + 3 * wave,
        "copying": 1.5 + 0.3 * wave,
        "held_out_gap": 0.1 * wave,
        "held_out": 190.0,
        "latent_use": min(1.0, 0.01 + k),
        "discriminator": 0.6 + 0.4 * wave,
        "generator": 1.5,
        "separation": 0.95,
        "sign": 0.7,
        "gradient/generator": 4 + wave,
        "gradient/discriminator": 3 + wave,
        "nonfinite": 0.0,
        "augment": 0.2 + 0.1 * wave,
    }


def looks(course: Course, start: int, end: int, every: int = EVERY) -> Iterator[Look]:
    for pictures in range(start, end, every):
        yield Look(pictures, course(pictures))


def run(
    course: Course, total: int = 1_000_000, health: LossHealth = BCE, every: int = EVERY
) -> tuple[Monitor, list[Finding]]:
    monitor = Monitor(health, total)
    return monitor, [finding for look in looks(course, 0, total, every) for finding in monitor.look(look)]


def with_values(begin: int, end: int, values: dict[str, float]) -> Course:
    """The healthy course, with these values from `begin` until `end`."""
    return lambda pictures: healthy(pictures) | (values if begin <= pictures < end else {})


TROUBLES = [
    ("collapse", {"diversity": 0.21, "distance": 120.0}, "diversity 0.21"),
    ("collapse", {"diversity": 0.5, "distance": 90.0}, "diversity 0.5"),
    ("latents-ignored", {"latent_use": 0.004}, "0.004"),
    ("overpowering", {"discriminator": 0.003, "gradient/generator": 0.01}, "its loss is 0.003"),
    ("memorising", {"held_out_gap": 0.72}, "0.72"),
    ("copying", {"copying": 0.2}, "0.20"),
    ("diverged", {"nonfinite": 3.0}, "not numbers"),
    ("diverged", {"generator": math.nan}, "not numbers"),
    ("diverged", {"gradient/discriminator": 1e5}, "times"),
]


@pytest.mark.parametrize(("code", "values", "number"), TROUBLES)
def test_a_trouble_is_named_once_soon_and_with_its_number(code: str, values: dict[str, float], number: str) -> None:
    monitor, found = run(with_values(400_000, 1_000_000, values))
    assert [finding.code for finding in found] == [code]
    assert number in found[0].sentence
    assert 400_000 <= found[0].pictures <= 400_000 + (50_000 if code not in ("memorising", "copying") else 100_000)
    assert monitor.active == (code,)
    assert f"{found[0].pictures:,}" in monitor.verdict() and "stayed so" in monitor.verdict()


@pytest.mark.parametrize(("code", "values", "number"), TROUBLES)
def test_its_end_is_told_too(code: str, values: dict[str, float], number: str) -> None:
    monitor, found = run(with_values(400_000, 600_000, values))
    assert [finding.code for finding in found] == [code, f"recovered:{code}"]
    assert 600_000 <= found[1].pictures <= 700_000
    assert monitor.active == ()
    assert monitor.verdict().startswith("recovered: ") and f"to {found[1].pictures:,} pictures" in monitor.verdict()


@pytest.mark.parametrize("every", [2_000, 5_000, 20_000])
def test_a_healthy_course_is_not_accused(every: int) -> None:
    monitor, found = run(healthy, every=every)
    assert found == [] and monitor.active == () and monitor.verdict() == "healthy"


@pytest.mark.parametrize("every", [4_000, 10_000, 20_000])
def test_a_collapse_is_named_within_fifty_thousand_pictures(every: int) -> None:
    """It comes gradually, over a hundred thousand pictures; its onset is where diversity has fallen below 0.4."""

    def course(pictures: int) -> dict[str, float]:
        fall = min(max((pictures - 300_000) / 100_000, 0.0), 1.0)
        values = healthy(pictures)
        return values | {
            "diversity": values["diversity"] * (1 - 0.78 * fall),
            "distance": values["distance"] + 110 * fall,
        }

    onset = next(p for p in range(300_000, 400_000, 1000) if course(p)["diversity"] < 0.4)
    _, found = run(course, every=every)
    assert found[0].code == "collapse" and found[0].pictures <= onset + 50_000


def test_one_bad_look_proves_nothing() -> None:
    monitor, found = run(
        with_values(400_000, 400_001, {"diversity": 0.02, "distance": 300, "held_out_gap": 2, "copying": 0.01})
    )
    assert found == []


def test_a_generator_that_never_gets_diverse_is_named_after_its_grace() -> None:
    _, found = run(lambda p: healthy(p) | {"diversity": 0.02, "distance": 500.0})
    assert [finding.code for finding in found] == ["collapse"]
    assert t.GRACE <= found[0].pictures <= 2 * t.GRACE
    assert "from the start" in found[0].sentence


def test_a_short_run_that_did_not_get_diverse_says_so_in_the_end() -> None:
    monitor, found = run(lambda p: healthy(p) | {"diversity": 0.02}, total=20_000, every=1_000)
    assert found == [] and "did not become varied" in monitor.verdict()


@pytest.mark.parametrize(
    ("total", "every", "verdict"),
    [
        (0, 1, "too short to tell (there was no look at its health)"),
        (1, 1, "too short to tell (0 pictures at the last of 1 look at its health)"),
        (150_000, 75_000, "too few looks to tell (75,000 pictures at the last of 2 looks at its health)"),
        (8_000, 2_000, "too short to tell (6,000 pictures at the last of 4 looks at its health)"),
        (12_000, 2_000, "healthy"),
    ],
)
def test_a_run_too_short_to_show_trouble_is_not_called_healthy(total: int, every: int, verdict: str) -> None:
    varied = {"diversity": 0.6, "distance": 500.0}  # noise as an untrained generator may make it
    monitor, found = run(lambda p: healthy(p) | varied, total=total, every=every)
    assert found == [] and monitor.verdict() == verdict


def test_what_learns_soon_is_healthy_after_a_few_looks() -> None:
    monitor, _ = run(lambda p: healthy(900_000 + p), total=3_000, every=1_000)
    assert monitor.verdict() == "healthy"
    without, _ = run(lambda p: {"discriminator": 1.0}, total=3_000, every=1_000)  # nothing that could be varied
    assert without.verdict() == "healthy"


def test_noise_is_not_taken_for_variety() -> None:
    """An untrained generator may make noise, all different; what it learns first are alike pictures."""

    def course(pictures: int) -> dict[str, float]:
        return healthy(pictures) | ({"diversity": 1.2, "distance": 650.0} if pictures < 5_000 else {})

    assert run(course, every=4_000)[1] == []


@pytest.mark.parametrize(
    "values",
    [
        {"discriminator": 0.01},  # low, but pictures get better
        {"discriminator": 2 * math.log(2), "distance": 2.0},  # blind because there is nothing left to tell
        {"augment": 1.0},  # constant: somebody's choice
        {"copying": 0.1, "held_out_gap": 0.9, "held_out": 5.0},  # five held-out pictures tell nothing
        {"sign": 1.0, "separation": 1.0},
    ],
)
def test_what_looks_like_trouble_and_is_none(values: dict[str, float]) -> None:
    assert run(lambda p: healthy(p) | values, total=400_000)[1] == []


def test_an_overpowered_generator_may_be_seen_by_its_pictures_alone() -> None:
    def course(pictures: int) -> dict[str, float]:
        return {"discriminator": 0.003, "distance": 300.0 + pictures / 10_000, "diversity": 0.5}

    assert "overpowering" in [finding.code for finding in run(course)[1]]
    bare = run(lambda _: {"discriminator": 0.003})[1]
    assert [finding.code for finding in bare] == ["overpowering"]
    assert bare[0].pictures == (t.LOSS_ALONE_LOOKS - 1) * EVERY


def test_thresholds_are_the_losses_own() -> None:
    starved = with_values(400_000, 900_000, {"discriminator": 0.003, "gradient/generator": 0.01})
    assert run(starved, health=LossHealth())[1] == []
    assert [f.code for f in run(starved, health=LossHealth(overpowering=0.001))[1]] == []


def test_a_blind_discriminator_is_named_where_pictures_are_bad() -> None:
    course = with_values(0, 1_000_000, {"discriminator": 1.386, "distance": 250.0, "diversity": 0.5})
    assert [finding.code for finding in run(course)[1]][:1] == ["blind"]


def test_swings_and_standstill() -> None:
    swinging = run(lambda p: healthy(p) | {"distance": 180.0 + (p // EVERY % 3 == 0) * 200}, total=400_000)[1]
    assert [finding.code for finding in swinging] == ["unstable"]
    still = run(lambda p: healthy(p) | {"distance": max(healthy(p)["distance"], 80.0)})[1]
    assert [finding.code for finding in still] == ["stagnant"]


def test_a_network_that_repaints_may_be_thrown_back() -> None:
    def course(pictures: int) -> dict[str, float]:
        return {"distance": 80 - pictures / 20_000 + (20 if 300_000 <= pictures < 500_000 else 0), "held_out": 50.0}

    monitor, found = run(course)
    assert [finding.code for finding in found] == ["thrown-back", "recovered:thrown-back"]
    assert found[0].pictures == 300_000 and found[1].pictures == 500_000
    assert monitor.verdict().startswith("recovered: training was thrown back")
    assert run(lambda pictures: course(pictures) | {"diversity": 0.8})[1] == []  # of a GAN's distances that is common
    assert run(lambda pictures: {"distance": 80 - pictures / 20_000})[0].verdict() == "healthy"


def test_augmentation_near_its_ceiling_may_leak() -> None:
    found = run(lambda p: healthy(p) | {"augment": min(0.85, p / 500_000)})[1]
    assert [finding.code for finding in found] == ["leak"] and "0.8" in found[0].sentence


def test_the_best_look_is_no_fluke() -> None:
    monitor = Monitor(BCE, 1000)
    best = []
    for i, distance in enumerate([50.0, 40.0, 45.0, 5.0, 44.0, 30.0, 29.0, 28.0, 90.0]):
        monitor.look(Look(i, {"distance": distance}))
        best += [i] if monitor.is_best else []
    # The 5 is alone and counts as the 40 beside it; at the 90 the median of three is still good.
    assert best == [0, 1, 3, 5, 7]
    assert monitor.best == (7, 29.0)
    monitor.look(Look(9, {}))
    assert not monitor.is_best


def test_any_value_may_be_missing_or_broken() -> None:
    monitor = Monitor(BCE, 100_000)
    for i, name in enumerate(healthy(0)):
        assert monitor.look(Look(i, {name: healthy(0)[name]})) == []
    assert monitor.look(Look(99, {"diversity": math.nan, "distance": math.inf, "copying": math.nan})) == []
    assert Monitor(BCE, 0).look(Look(0)) == []


@pytest.mark.parametrize("cut", [0, 1, 7, 21, 24, 33, 49])
def test_a_saved_monitor_goes_on_the_same(cut: int) -> None:
    def course(pictures: int) -> dict[str, float]:
        values = {"diversity": 0.1 + 1e-17, "distance": 1 / 3} if 400_000 <= pictures < 600_000 else {}
        return (
            healthy(pictures) | values | ({"generator": math.inf, "copying": math.nan} if pictures == 700_000 else {})
        )

    whole, _ = run(course)
    monitor = Monitor(BCE, 1_000_000)
    seen = list(looks(course, 0, 1_000_000))
    for look in seen[:cut]:
        monitor.look(look)
    monitor = Monitor.from_dict(json.loads(json.dumps(monitor.to_dict(), allow_nan=False)))
    for look in seen[cut:]:
        monitor.look(look)
    assert json.dumps(monitor.to_dict(), allow_nan=False) == json.dumps(whole.to_dict(), allow_nan=False)
    assert monitor.verdict() == whole.verdict() and monitor.findings == whole.findings and len(whole.findings) == 4
