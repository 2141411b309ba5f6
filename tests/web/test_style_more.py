"""The Style tab beyond one painting, without a browser: which methods come first, sheets, scores and estimates."""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

import gancraft
from gancraft import defaults
from gancraft.events import Started, Warned
from gancraft.pictures import open_picture
from gancraft.plugins import Plugins
from gancraft.web import gpu
from gancraft.web.history import History
from gancraft.web.painting import paint_events
from gancraft.web.runs import Switch
from gancraft.web.settings import OWN, PUBLIC
from gancraft.web.style import begin as beginning
from gancraft.web.style.compare import METHODS, VARIED, fill_of, sheet_events, sheet_order
from gancraft.web.style.film import FilmField
from gancraft.web.style.methods import first_method, offered, takes_styles, trained
from gancraft.web.style.order import Fields, order_of
from tests.web.style_helpers import LIMITS, at_once, fields_of, values, with_networks


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return with_networks("waves", "ink")


@pytest.fixture(scope="module")
def tab(plugins: Plugins) -> tuple[Fields, FilmField]:
    return fields_of(plugins)


def test_without_a_gpu_the_first_method_paints_at_once(monkeypatch: pytest.MonkeyPatch, plugins: Plugins) -> None:
    monkeypatch.setattr(gpu, "there", lambda: False)
    first, second, *_ = offered(plugins, LIMITS).values()
    assert first.name == defaults.INSTANT_METHOD and first.can("instant") and takes_styles(first)
    assert second.can("instant")
    without = Plugins(plugins.infos, tuple(e for e in plugins.entries if e.name != defaults.INSTANT_METHOD))
    assert without.get("style", first_method(without)).can("instant")
    monkeypatch.setattr(gpu, "there", lambda: True)
    assert next(iter(offered(plugins, LIMITS))) == first_method(plugins) == defaults.STYLE_METHOD


def test_trained_networks_are_a_choice_and_a_method_without_any_is_not_offered(plugins: Plugins) -> None:
    assert "grey" in offered(plugins, LIMITS) and "grey" not in offered(with_networks(), LIMITS)
    assert trained(plugins, LIMITS) == ["waves", "ink"]


def test_no_word_of_a_visitors_opens_a_file(tab: tuple[Fields, FilmField]) -> None:
    (model,) = [control for control in tab[0].form.controls if control.setting.name == "model"]
    assert [value for _, value in model.component.choices] == ["waves", "ink"]  # type: ignore[attr-defined]
    with pytest.raises(gr.Error):
        model.component.preprocess("/etc/hostname")


def test_a_method_without_style_pictures_is_given_none(tab: tuple[Fields, FilmField], plugins: Plugins) -> None:
    history = History()
    order = order_of(plugins, tab[0], values(tab, method="grey", size=64), LIMITS)
    assert (order.styles, order.title, order.file_name) == ([], "Chelsea the cat, by grey waves", "cat-waves.png")
    *_, last = paint_events(Switch(), history, order, LIMITS)
    assert abs(open_picture(last[0]).rgb_HWC.mean() - 0.5) < 0.01
    assert last[3] == "gancraft style sample:cat --plugin grey --size 64 --model waves"
    history.close()


@pytest.mark.parametrize("text, fits", [("4GB", True), ("", True), ("5GB", False), ("lots", False)])
def test_memory_is_bounded(tab: tuple[Fields, FilmField], plugins: Plugins, text: str, fits: bool) -> None:
    given = values(tab, method=at_once(plugins), instant_memory=text)
    if fits:
        order_of(plugins, tab[0], given, LIMITS)
        return
    with pytest.raises(gancraft.UsageError, match="(?i)memory"):
        order_of(plugins, tab[0], given, LIMITS)


@pytest.mark.parametrize(
    "varied", [("strength=0.25,0.5,0.75,1", ""), ("strength=0.25,0.5,0.75,1", "style_scale=0.5,1,2")]
)
def test_a_sheet_shows_its_cells_and_each_can_be_painted(
    tab: tuple[Fields, FilmField], plugins: Plugins, varied: tuple[str, str]
) -> None:
    history = History()
    given = values(tab, method=at_once(plugins), size=64)
    *seen, last = sheet_events(Switch(), history, plugins, tab[0], given, varied, LIMITS)
    file, said, command, cells, kept = last
    count = 4 if not varied[1] else 12
    assert len(cells) == len(kept.choices) == count and "--sheet" in command and 'data-shape="sheet"' in said
    assert cells[0][1].startswith("strength 0.25") and cells[0][0].shape == cells[-1][0].shape
    assert np.abs(cells[0][0].astype(int) - cells[-1][0].astype(int)).mean() > 3
    updates = fill_of(tab[0], kept, 0, 64)
    assert updates is not None
    shown = dict(zip([id(component) for component in tab[0].form.filled], updates, strict=True))
    assert shown[id(tab[0].form.inputs["instant_strength"])] == 0.25
    assert shown[id(tab[0].form.size)] == 64
    assert fill_of(tab[0], kept, 99, 64) is None
    history.close()


def test_a_sheet_over_methods_has_those_that_can_and_their_own_defaults(
    tab: tuple[Fields, FilmField], plugins: Plugins
) -> None:
    given = values(tab, method="grey")
    _, (axis,), layers = sheet_order(plugins, tab[0], given, (METHODS, ""), LIMITS)
    assert "grey" not in axis.values and len(axis.values) >= 5
    assert not any("strength" in name for layer in layers for name in layer.values)
    _, _, layers = sheet_order(
        plugins, tab[0], given | {"method": at_once(plugins), "instant_strength": 0.3}, (METHODS, ""), LIMITS
    )
    assert [value for layer in layers for name, value in layer.values.items() if "strength" in name] == [0.3]


def test_what_a_sheet_varies_is_offered_not_typed() -> None:
    from gancraft.web.style.compare import draw_compare

    with gr.Blocks(analytics_enabled=False):
        compare = draw_compare()
    assert compare.columns.preprocess(METHODS) == METHODS and len(VARIED) >= 4
    with pytest.raises(gr.Error):
        compare.columns.preprocess("start_picture=/etc/hostname")


def test_long_runs_are_told_ahead_and_short_ones_are_not(
    monkeypatch: pytest.MonkeyPatch, tab: tuple[Fields, FilmField], plugins: Plugins, tmp_path: Path
) -> None:
    given = values(tab, method=defaults.STYLE_METHOD, size=64, optimise_iterations=1)
    order = order_of(plugins, tab[0], given, LIMITS)
    start = partial(beginning.begin, tmp_path / "out.png", order.choice, order.content, order.styles)
    assert pickle.loads(pickle.dumps(start)).func is beginning.begin
    said = [event.summary for event in start() if isinstance(event, Started)]
    assert said == [""]
    monkeypatch.setattr(beginning, "SOON", 0)
    events = list(start(max_seconds=0.001))
    (ahead,) = [event.summary for event in events if isinstance(event, Started)]
    assert ahead.startswith("About ") and ahead.endswith("GB of memory")
    assert any(isinstance(event, Warned) and "this page stops it" in event.message for event in events)


def test_scores_stand_beside_the_result(
    monkeypatch: pytest.MonkeyPatch, tab: tuple[Fields, FilmField], plugins: Plugins
) -> None:
    judged = {"style_distance": 0.421, "content_distance": 0.3, "judge": "x"}
    monkeypatch.setattr(beginning, "scores_by", lambda *given: lambda choice, x_HWC: judged)
    order = order_of(plugins, tab[0], values(tab, method=at_once(plugins), size=64, judge=True), LIMITS)
    history = History()
    *_, last = paint_events(Switch(), history, order, LIMITS)
    assert "judged: style 0.42, content 0.30 away" in last[2] and "--judge" in last[3]
    history.close()


def test_a_missing_judge_says_what_to_install(monkeypatch: pytest.MonkeyPatch, plugins: Plugins) -> None:
    def missing(plugins: Plugins) -> None:
        raise gancraft.GancraftError("it needs a package: pip install it")

    monkeypatch.setattr("gancraft.style.judge.judging_network", missing)
    assert beginning.judge_problem(plugins) == "it needs a package: pip install it"


def test_own_machines_have_no_bounds_but_the_pictures() -> None:
    assert OWN.memory == float("inf") and OWN.painted_frames > PUBLIC.painted_frames
