"""The Style tab's parts, without a server: examples, history, further inputs, and the command for one's own computer."""

from __future__ import annotations

import copy
import shlex
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.components import Component

import gancraft
from gancraft.cli.main import main
from gancraft.pictures import open_sample, read_recipe, save_picture
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.resolve import flatten
from gancraft.style.choice import resolve_style
from gancraft.web import warm
from gancraft.web.command import at_home, source
from gancraft.web.examples import EXAMPLES, Example, load_examples
from gancraft.web.history import GONE, MOST, History, Shown
from gancraft.web.painting import name, paint_events, title
from gancraft.web.runs import Switch
from gancraft.web.settings import PUBLIC
from gancraft.web.style.form import draw_form
from gancraft.web.style.masks import draw_masks
from gancraft.web.style.order import Fields, order_of
from gancraft.web.style.pictures import draw_pictures

PLUGINS = find_plugins()
LISTED = load_examples(PLUGINS)


class Blank(gancraft.StyleMethod):
    """A third party's method that can start from a picture, and shows that it was given one."""

    def run(self, job: gancraft.StyleJob, run: gancraft.Run) -> Iterator[gancraft.Event]:
        assert job.start_NCHW is not None
        height, width = job.content_NCHW.shape[-2:]
        grey = float(job.start_NCHW.mean())
        yield gancraft.Finished(np.full((height, width, 3), grey, np.float32))


def with_third_party() -> Plugins:
    """The bundled plugins, and two methods of a third party: one can start from a picture, one can't."""
    info = PluginInfo("third", "gancraft-third", "1.0", "", False)
    can, cannot = (
        Registered("style", name, Blank, "Blank.", gancraft.Options, gancraft.StyleMethod, capabilities, info)
        for name, capabilities in (("blank", frozenset({"start"})), ("plain", frozenset()))
    )
    return Plugins((*PLUGINS.infos, info), (*PLUGINS.entries, can, cannot))


@pytest.fixture(scope="module")
def tab() -> Fields:
    with gr.Blocks(analytics_enabled=False):
        pictures, form = draw_pictures(PUBLIC, "cat", "swirl"), draw_form(with_third_party(), PUBLIC)
        masks = draw_masks(pictures.photo, pictures.styles[0].picker, True)
        return Fields(pictures, form, masks, gr.Checkbox(False))


def opened(tab: Fields) -> dict[str, Any]:
    """What the fields say when the page opens."""
    return {name: shown(component) for name, component in tab.inputs.items()}


def shown(component: Component) -> Any:
    """A component's value, as a handler gets it."""
    value = component.value  # type: ignore[attr-defined]
    return value["path"] if isinstance(value, dict) else value


def filled(tab: Fields, example: Example) -> dict[str, Any]:
    """What they say after a click on an example."""
    given, pictures, form = opened(tab), tab.pictures, tab.form
    names = {component: name for name, component in tab.inputs.items()}
    updates = [
        *zip(pictures.filled, pictures.fill(example.photo, example.styles), strict=True),
        *zip(form.filled, form.fill(example.method, example.size, example.seed, example.settings), strict=True),
    ]
    for component, update in updates:
        value = update.get("value", gr.skip()) if isinstance(update, dict) else update
        if component in names and value != gr.skip():
            given[names[component]] = value
    return given


@pytest.mark.parametrize("example", LISTED, ids=lambda example: Path(example.file).stem)
def test_examples_are_what_their_settings_paint(example: Example, tab: Fields) -> None:
    recipe = read_recipe(example.path)
    # As `redo` reads it: settings that came later have their defaults.
    painted = resolve_style(PLUGINS, [flatten(recipe["options"])]).to_dict()
    assert painted == example.choice(PLUGINS).to_dict()
    photo, *styles = recipe["inputs"]
    assert photo["sample"] == example.photo and photo["sha256"] == open_sample(example.photo).sha256
    assert [(entry["sample"], entry["weight"]) for entry in styles] == list(example.styles)
    order = order_of(with_third_party(), tab, filled(tab, example), PUBLIC)
    assert order.choice.to_dict() == painted
    file, pair, said, command = example.on_the_wall(PLUGINS)
    assert (order.title, order.command) == (example.title, command)
    assert all(Path(side).exists() for side in (file, *pair)) and example.title in said


def test_the_page_opens_with_the_first_examples_pictures(tab: Fields) -> None:
    order = order_of(with_third_party(), tab, opened(tab), PUBLIC)
    first = LISTED[0]
    assert order.title == first.title
    assert order.choice.settings.size == str(PUBLIC.start_side)
    options, wanted = order.choice.to_dict(), first.choice(PLUGINS).to_dict()
    options["style"] |= {name: wanted["style"][name] for name in ("size", "plugin")}
    assert options["style"] == wanted["style"]


def test_examples_are_many_and_light() -> None:
    assert len(LISTED) >= 6 and any(len(example.styles) > 1 for example in LISTED)
    assert {file.name for file in EXAMPLES.glob("*.webp")} == {example.file for example in LISTED}
    assert sum(file.stat().st_size for file in EXAMPLES.iterdir()) < 1_500_000


def test_an_example_of_a_method_that_is_not_there_is_left_out() -> None:
    assert load_examples(Plugins((), ())) == []


@pytest.mark.parametrize("example", [LISTED[0], next(e for e in LISTED if len(e.styles) > 1)], ids=["one", "blend"])
def test_the_command_paints_the_same(example: Example, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("gancraft.cli.style.paint_all", lambda choice, work, *more: seen.append((choice, work)) or 0)
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(example.on_the_wall(PLUGINS)[3])
    assert program == "gancraft"
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    choice, work = seen[0]
    assert choice.to_dict() == example.choice(PLUGINS).to_dict()
    assert [(picture.sample, weight) for picture, weight in work.styles] == list(example.styles)


def test_names_in_commands_cannot_be_read_as_anything_else() -> None:
    choice = LISTED[0].choice(PLUGINS)
    picture = replace(open_sample("cat"), sample=None, name="-p.png")
    assert source(picture) == "./-p.png"
    command = at_home(choice, "my cat.png", [("a:2", 1), ("b.png", 0.25)])
    assert shlex.split(command)[2:7] == ["my cat.png", "--style", "a:2:1", "--style", "b.png:0.25"]


def test_titles() -> None:
    assert title("Cat", ["Peacock"]) == "Cat, after Peacock"
    assert title("Cat", ["Peacock", "Waves", "Mosaic"]) == "Cat, after Peacock, Waves and Mosaic"
    cat = open_sample("cat")
    assert name(cat) == "Chelsea the cat"
    assert name(replace(cat, sample=None, name="my.cat.png")) == "my.cat"
    assert name(replace(cat, sample=None, name="clipboard.png")) == "Your picture"


def test_one_style_needs_no_weight_and_further_ones_come_one_by_one(tab: Fields) -> None:
    pictures = tab.pictures
    assert [field.place.visible for field in pictures.styles] == [True, False, False, False]
    for there, can_add in (([True, False, False], True), ([True, True, True], False), ([False, False, False], True)):
        _, *places, add, weight = pictures.arrange(there)
        assert [place["visible"] for place in places] == there
        assert (add["visible"], weight["visible"]) == (can_add, any(there))
    given = opened(tab) | {"weight": 0.3}
    assert [weight for _, weight in pictures.styles_of(given, PUBLIC)] == [1.0]


def test_a_field_is_shown_for_the_methods_that_take_it(tab: Fields) -> None:
    form = tab.form
    for called, method in form.methods.items():
        assert form.switch(called)[-1]["visible"] == method.can("start")
    assert not form.methods["plain"].can("start") and form.methods["blank"].can("start")
    start = next(control for control in form.controls if control.parameter == "optimise_start")
    assert "picture" not in start.setting.choices  # it follows from giving one


def test_basic_settings_are_in_sight_and_the_rest_is_folded_away(tab: Fields) -> None:
    for control in tab.form.controls:
        parent = control.component.parent
        while parent is not None and not isinstance(parent, gr.Accordion):
            parent = parent.parent
        folded = isinstance(parent, gr.Accordion)
        assert folded != control.setting.basic
        assert not folded or parent.open is False


def test_what_is_given_reaches_a_third_partys_method_and_only_one_that_takes_it(tab: Fields, tmp_path: Path) -> None:
    white = tmp_path / "white.png"
    save_picture(white, np.ones((20, 20, 3), np.float32))
    given = opened(tab) | {"method": "blank", "size": 64, "start_picture": str(white)}
    order = order_of(with_third_party(), tab, given, PUBLIC)
    history = History()
    *_, last = paint_events(Switch(), history, order, PUBLIC)
    assert gancraft.pictures.open_picture(last[0]).rgb_HWC.min() == 1
    assert "--start-picture white.png" in last[3]
    history.close()
    other = order_of(with_third_party(), tab, given | {"method": "plain"}, PUBLIC)
    assert other.arguments == {}
    with pytest.raises(gancraft.UsageError, match="plain can't start from a picture"):
        from gancraft.style import paint

        paint(other.choice, other.content, other.styles, start=open_sample("cat"))


def painted(history: History, number: int) -> None:
    """Keep one more painting, which is called by its number."""
    with history.place() as folder:
        file = folder / f"{number}.png"
        save_picture(file, np.full((8, 12, 3), number / 100, np.float32))
        history.keep(folder, Shown(f"No. {number}", str(file), str(file), "", ""))


def test_history_is_the_newest_first_and_bounded() -> None:
    history = History()
    for number in range(MOST + 3):
        painted(history, number)
    tiles = history.tiles()
    assert [said for _, said in tiles] == [f"No. {number}" for number in reversed(range(3, MOST + 3))]
    folders = {Path(tile).parent for tile, _ in tiles}
    assert set(next(iter(folders)).parent.iterdir()) == folders
    first = history.back(0)
    assert first is not None and first.title == f"No. {MOST + 2}" and Path(first.on_the_wall[0]).exists()
    history.close()
    assert not any(folder.exists() for folder in folders)


def test_history_is_kind_about_what_is_gone() -> None:
    history = History()
    painted(history, 1)
    shown = history.back(0)
    assert shown is not None
    Path(shown.file).unlink()
    assert history.back(0) is None and history.back(7) is None
    assert 'data-state="idle"' in GONE
    history.close()


def test_a_painting_that_came_to_nothing_leaves_nothing() -> None:
    history = History()
    with pytest.raises(RuntimeError), history.place() as folder:
        raise RuntimeError
    assert not folder.exists() and history.tiles() == []
    assert copy.deepcopy(history).tiles() == []
    history.close()


def test_getting_ready_begins_when_the_page_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    monkeypatch.setattr(warm, "BREATH", 0)
    monkeypatch.setattr(warm, "LOOK_EVERY", 0.01)
    monkeypatch.setattr("gancraft.style.job.paint", lambda choice, *more: began.set() or iter(()))
    page: Any = SimpleNamespace(is_running=False)
    thread = warm.warm_up(page, PLUGINS)
    assert thread is not None and not began.wait(0.1)
    page.is_running = True
    assert began.wait(60)
    thread.join()
