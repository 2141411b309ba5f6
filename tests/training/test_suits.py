"""Which method is taken where nobody names one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gancraft import DataShape, Preset, Suit
from gancraft.errors import UsageError
from gancraft.options import Options
from gancraft.pictures.dataset import open_set, survey
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.training import suits
from gancraft.training.suits import Given, pick

CPU = Given(4096, DataShape(3, 64, 64), "cpu")
FEW = replace(CPU, pictures=300)
GPU = replace(CPU, device="gpu")
LARGE = replace(CPU, shape=DataShape(3, 128, 96))
POINTS = replace(CPU, shape=DataShape(2, 1, 1))


def known(**presets: tuple[Suit, ...]) -> Plugins:
    info = PluginInfo("test", "test", "", "", False)
    entries = [
        Registered("train", name, Preset("g", "d", "l", {}, found), "", Options, Preset, frozenset(), info)
        for name, found in presets.items()
    ]
    parts = [
        Registered(kind, kind[0], object, "", Options, None, frozenset(), info)
        for kind in ("generator", "discriminator", "loss")
    ]
    return Plugins((info,), (*entries, *parts))


ANY = Suit("it is there")
SMALL = Suit("it is for few", pictures=(0, 2000), rank=1)
CARD = Suit("it needs a GPU", device="gpu", rank=2)
WIDE = Suit("it is for large ones", side=(128, 257), rank=3)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(CPU, "plain"), (FEW, "few"), (GPU, "card"), (replace(GPU, pictures=2000), "card"), (LARGE, "wide")],
)
def test_the_first_in_rank_that_suits(given: Given, expected: str) -> None:
    found = pick(known(wide=(WIDE,), plain=(ANY,), card=(CARD,), few=(SMALL,)), given)
    assert found.method == expected and found.why == dict(wide=WIDE, plain=ANY, card=CARD, few=SMALL)[expected].why


def test_classes_are_not_for_all() -> None:
    plugins = known(all=(ANY,), plain=(replace(ANY, rank=1, classes=False),))
    assert pick(plugins, CPU).method == "plain" and pick(plugins, replace(CPU, classes=True)).method == "all"


def test_bounds_hold_the_first_and_not_the_last() -> None:
    plugins = known(wide=(WIDE,))
    for side, suited in ((127, False), (128, True), (256, True), (257, False)):
        found = pick(plugins, replace(CPU, shape=DataShape(3, 64, side)))
        assert (found.why == WIDE.why) == suited


def test_equals_go_by_name_whatever_their_order() -> None:
    assert pick(known(b=(ANY,), a=(ANY,)), CPU).method == pick(known(a=(ANY,), b=(ANY,)), CPU).method == "a"


def test_points_want_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = known(dots=(Suit("points", points=True),), plain=(ANY,))
    assert pick(plugins, POINTS).method == "dots" and pick(plugins, CPU).method == "plain"


def test_where_nothing_suits_the_usual_one_or_the_first_in_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    presets = {"wide": (WIDE,), "card": (CARD,), "silent": ()}
    found = pick(known(**presets), CPU)
    assert found.method == "card" and "no method says" in found.why
    monkeypatch.setattr(suits.defaults, "TRAINING_METHOD", "silent")
    assert pick(known(**presets), CPU).method == "silent"
    assert pick(known(other=()), CPU).method == "other"
    with pytest.raises(UsageError, match="no training method"):
        pick(known(), CPU)


@pytest.mark.parametrize("kind", ["generator", "discriminator", "loss", "network"])
def test_one_whose_parts_are_blocked_is_not_taken(kind: str) -> None:
    plugins = find_plugins()
    first = pick(plugins, GPU).method
    preset = plugins.get("train", first).target
    blocked = "embedded" if kind == "network" else getattr(preset, kind)
    left = tuple(entry for entry in plugins.entries if (entry.kind, entry.name) != (kind, blocked))
    assert pick(replace(plugins, entries=left), GPU).method != first


class Needy(Options):
    """Settings that can't be made without a value."""

    needed: int


@pytest.mark.parametrize("options", [Needy, Options])
def test_one_whose_parts_do_not_work_is_not_taken(options: type[Options]) -> None:
    plugins = known(sound=(ANY,))
    info = plugins.infos[0]
    broken = Registered("discriminator", "x", object, "", options, None, frozenset({"network"}), info)
    preset = Preset("g", "x", "l", {}, (replace(ANY, rank=1),))
    bad = Registered("train", "bad", preset, "", Options, Preset, frozenset(), info)
    assert pick(replace(plugins, entries=(*plugins.entries, broken, bad)), CPU).method == "sound"


def test_what_it_says() -> None:
    assert str(pick(known(a=(SMALL,)), FEW)) == "a is chosen for 300 pictures of 64x64 on a CPU: it is for few"
    assert "4,096 points in the plane on a CPU" in str(pick(known(a=(ANY,)), POINTS))


def test_the_bundled_ones() -> None:
    plugins = find_plugins()
    small = replace(CPU, shape=DataShape(3, 16, 16))
    chosen = {
        name: pick(plugins, given).method
        for name, given in {"cpu": CPU, "gpu": GPU, "small": small, "points": POINTS}.items()
    }
    assert chosen == {"cpu": "projected-small", "gpu": "projected", "small": "dcgan", "points": "toy"}
    for entry in plugins.entries:
        for suit in entry.target.suits if isinstance(entry.target, Preset) else ():
            assert suit.why and not suit.why.endswith(".") and "\n" not in suit.why and len(suit.why) < 100


@pytest.mark.parametrize(
    ("source", "size", "count", "shape"),
    [
        ("sample:digits", None, 1797, DataShape(3, 8, 8)),
        ("sample:shapes", "32x24", 4096, DataShape(3, 24, 32)),
        ("sample:paintings", None, 4096, DataShape(3, 64, 64)),
        ("sample:ring", "64", 8192, DataShape(2, 1, 1)),
    ],
)
def test_a_survey_is_what_training_would_see(source: str, size: str | None, count: int, shape: DataShape) -> None:
    assert survey(source, size) == (count, shape)


def test_a_survey_of_a_folder(ramps: Path, tmp_path: Path) -> None:
    data = open_set(str(ramps))
    assert survey(str(ramps)) == (len(data), DataShape(3, data.shape.height, data.shape.width))
    for wrong, arguments in (("doesn't exist", (str(tmp_path / "no"),)), ("--size", ("sample:digits", "x"))):
        with pytest.raises(UsageError, match=wrong):
            survey(*arguments)


def test_a_choice_keeps_the_name_of_its_method() -> None:
    from gancraft.training.choice import resolve_train

    layers: list[dict[str, Any]] = [{"plugin": "toy"}]
    assert resolve_train(find_plugins(), layers).settings.plugin == "toy"
    assert resolve_train(find_plugins(), [{}]).settings.plugin is not None
