"""From an options model to controls and back, without a browser and without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import gradio as gr
import pytest

from gancraft import Options, UsageError, option
from gancraft.style.settings import OptimiseOptions
from gancraft.web.controls import Control, draw, from_page, in_words, layer, slider_step, to_page
from gancraft.web.errors import OURS, friendly


class Things(Options):
    shade: Literal["light", "dark"] = option("dark", "A shade.", basic=True)
    one_of_many: Literal["a", "b", "c", "d", "e"] = option("c", "A letter.")
    neat: bool = option(True, "Whether it is neat.", basic=True)
    count: int = option(3, "How many.", ge=0, le=9)
    share: float = option(0.25, "How much.", ge=0, le=1)
    weight: float = option(1.0, "A weight.", ge=0, le=1e6)
    rate: float = option(0.02, "A rate.", ge=1e-5, le=1)
    seed: int = option(0, "A seed.", ge=0, le=2**31 - 1)
    limit: int | None = option(None, "At most so many.", ge=1, le=10)
    layers: list[str] | None = option(None, "Names.")
    word: str = option("here", "A word.")
    file: Path | None = option(None, "A file.")


def drawn(**more: Any) -> dict[str, Control]:
    with gr.Blocks(analytics_enabled=False):
        both = [*draw("my-part", Things, basic=True, **more), *draw("my-part", Things, basic=False, **more)]
        return {control.setting.name: control for control in both}


def test_every_kind_of_setting_has_its_component() -> None:
    kinds = {name: type(control.component) for name, control in drawn().items()}
    assert kinds == {
        "shade": gr.Radio,
        "one_of_many": gr.Dropdown,
        "neat": gr.Checkbox,
        "count": gr.Slider,
        "share": gr.Slider,
        "weight": gr.Number,
        "rate": gr.Number,
        "seed": gr.Number,
        "limit": gr.Number,
        "layers": gr.Textbox,
        "word": gr.Textbox,
    }


def test_a_visitor_is_never_asked_for_a_path() -> None:
    assert "file" not in drawn()


def test_a_choice_may_be_left_out() -> None:
    assert drawn(without={"shade": ["light"]})["shade"].component.choices == [("dark", "dark")]


def test_components_open_with_the_default_and_say_the_help() -> None:
    controls = drawn()
    assert controls["share"].component.value == 0.25
    assert controls["one_of_many"].component.value == "c"
    assert controls["count"].component.info == "How many."
    assert controls["one_of_many"].component.label == "One of many"
    assert controls["shade"].parameter == "my_part_shade"


def test_a_page_may_lower_a_maximum() -> None:
    count = drawn(maxima={"count": 2})["count"].component
    assert (count.maximum, count.value) == (2, 2)


def test_untouched_controls_give_the_defaults_back() -> None:
    controls = list(drawn().values())
    parts = layer(controls, [control.component.value for control in controls])
    assert Things(**parts["my-part"]) == Things()
    with gr.Blocks(analytics_enabled=False):
        controls = [c for basic in (True, False) for c in draw("optimise", OptimiseOptions, basic=basic)]
    parts = layer(controls, [control.component.value for control in controls])
    assert OptimiseOptions(**parts["optimise"]) == OptimiseOptions()


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [("layers", " a, b:2 ,", ["a", "b:2"]), ("layers", "  ", None), ("limit", None, None), ("word", "", "here")],
)
def test_texts_become_values(name: str, value: Any, taken: Any) -> None:
    assert from_page(drawn()[name].setting, value) == taken


@pytest.mark.parametrize(
    ("name", "value", "shown"), [("layers", ["a", "b:2"], "a, b:2"), ("layers", None, ""), ("limit", None, None)]
)
def test_values_become_texts(name: str, value: Any, shown: Any) -> None:
    setting = drawn()[name].setting
    assert to_page(setting, value) == shown and from_page(setting, shown) == value


def test_words_of_the_command_line_become_those_of_the_page() -> None:
    assert in_words("try a smaller --learning-rate, or --gram.shift 0") == "try a smaller “Learning rate”, or “Shift” 0"


@pytest.mark.parametrize(
    ("low", "high", "value", "whole", "step"),
    [
        (0, 1, 0.5, False, 0.01),
        (-4, 4, 0, False, 0.1),
        (0.1, 8, 1, False, 0.1),
        (0, 8, 0, True, 1),
        (0, 2**31, 0, True, None),  # too many positions
        (1e-5, 1, 0.02, False, None),  # the bound lies between two positions
        (0, 1e6, 1.0, False, None),  # the value does
        (0, 0, 0, False, None),
    ],
)
def test_a_slider_only_where_it_helps(low: float, high: float, value: float, whole: bool, step: float | None) -> None:
    assert slider_step(low, high, value, whole) == step


def test_errors_are_one_line() -> None:
    with pytest.raises(gr.Error) as usage, friendly():
        raise UsageError("there is no such thing")
    assert usage.value.message == "there is no such thing"
    with pytest.raises(gr.Error) as invalid, friendly():
        Things(count=99)
    assert invalid.value.message.startswith("count: ") and "\n" not in invalid.value.message
    with pytest.raises(gr.Error) as ours, friendly():
        _ = 1 / 0
    assert ours.value.message == OURS
