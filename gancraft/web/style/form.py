"""How a painting is made: the method, its settings, what else it takes, size and seed.

A plugin's controls come from its options model and its capabilities alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.blocks import BlockContext as Block
from gradio.components import Component

from gancraft.options import Options, settings
from gancraft.plugins import Plugins, Registered
from gancraft.style.choice import RUNNERS, STYLE
from gancraft.style.settings import StyleSettings
from gancraft.web.controls import Control, component, draw, drawn, to_page
from gancraft.web.inputs import INPUTS, Input, implied
from gancraft.web.quiet import NEW_SEED, QUIET
from gancraft.web.settings import Limits
from gancraft.web.style.methods import choices_of, offered, parts_of, trained

SMALLEST_SIDE = 64
SIDE_STEP = 32
# Settings of the computer, shown on one's own machine only; the others of `StyleSettings` have a control of their own.
COMPUTER = ("network", "device", "precision", "launch")


@dataclass(frozen=True)
class Form:
    """The fields. groups: what holds the controls of a part, by its name; places: of further inputs by capability."""

    methods: Mapping[str, Registered]
    method: gr.Dropdown
    size: gr.Slider
    seed: Component
    controls: Sequence[Control]
    groups: Sequence[tuple[str, Block]]
    fields: Mapping[str, Component]
    places: Mapping[str, gr.Accordion]

    @property
    def inputs(self) -> dict[str, Component]:
        """All that a painting is given, by name in the API."""
        return {
            "method": self.method,
            "size": self.size,
            "seed": self.seed,
            **self.fields,
            **{control.parameter: control.component for control in self.controls},
        }

    @property
    def switched(self) -> list[Any]:
        """What `switch` gives values for."""
        return [self.method, *(block for _, block in self.groups), *self.places.values()]

    @property
    def filled(self) -> list[Any]:
        """What `fill` gives values for."""
        return [
            *self.switched,
            self.size,
            self.seed,
            *self.fields.values(),
            *(c.component for c in self.controls),
        ]

    def switch(self, name: str) -> list[Any]:
        """Updates that choose a method and show what it has."""
        method = self.methods[name]
        shown = parts_of(method)
        return [
            gr.update(value=name, info=method.summary),
            *(gr.update(visible=part in shown) for part, _ in self.groups),
            *(gr.update(visible=method.can(capability)) for capability in self.places),
        ]

    def fill(
        self, method: str, size: int, seed: int, settings: Mapping[str, Mapping[str, Any]], keep: bool = False
    ) -> list[Any]:
        """Updates that put values in: those of `settings`, by part and name, and the defaults of all others. keep: further
        inputs stay as they are."""
        values = [
            _within(c, to_page(c.setting, settings.get(c.part, {}).get(c.setting.name, c.setting.default)))
            for c in self.controls
        ]
        return [
            *self.switch(method),
            min(size, self.size.maximum),
            seed,
            *(gr.skip() if keep else None for _ in self.fields),
            *values,
        ]

    def arguments(self, method: Registered, given: Mapping[str, Any], limits: Limits) -> dict[Input, Any]:
        """What was given of the further inputs that the method takes, from values by the names of `inputs`."""
        wanted = [entry for entry in INPUTS if method.can(entry.capability)]
        read = {entry: entry.read(given[entry.parameter], limits) for entry in wanted}
        return {entry: value for entry, value in read.items() if value is not None}


def draw_form(plugins: Plugins, limits: Limits) -> Form:
    """Draw the fields within the open Blocks."""
    known = {setting.name: setting for setting in settings(StyleSettings)}
    methods, shelf = offered(plugins, limits), trained(plugins, limits)
    first = next(iter(methods))
    method = gr.Dropdown(list(methods), value=first, label="Method", info=methods[first].summary, elem_id="method")
    controls: list[Control] = []
    groups: list[tuple[str, Block]] = []
    runners = {runner.name: runner.model for runner in RUNNERS.values()}
    parts: dict[str, type[Options]] = dict(runners)
    parts |= {name: registered.options for name, registered in methods.items()}
    shown = parts_of(methods[first])

    def settings_of(part: str, basic: bool, place: Callable[[bool], Block]) -> None:
        if any(setting.basic == basic for setting in drawn(parts[part])):
            with place(part in shown) as block:
                choices = choices_of(methods[part], shelf) if part in methods else {}
                more = draw(
                    part, parts[part], basic=basic, maxima=limits.maxima, without=implied(part), choices=choices
                )
                controls.extend(more)
            groups.append((part, block))

    for part in parts:
        settings_of(part, True, lambda shown: gr.Group(visible=shown, elem_classes="gc-group"))
    size = gr.Slider(
        SMALLEST_SIDE,
        limits.max_side,
        limits.start_side,
        step=SIDE_STEP,
        label="Size",
        info="Long side in pixels; twice the side takes four times as long.",
    )
    with gr.Row(elem_classes="gc-seed"):
        seed = component(known["seed"])
        die = gr.Button("New seed", elem_classes="gc-die")
    die.click(None, None, seed, js=NEW_SEED, api_visibility="private")
    for part in parts:
        more = "More settings" if part in runners else f"More settings of {part}"
        settings_of(part, False, partial(_folded, more))
    fields: dict[str, Component] = {}
    places: dict[str, gr.Accordion] = {}
    for entry in INPUTS:
        places[entry.capability] = _folded(entry.title, methods[first].can(entry.capability))
        with places[entry.capability]:
            gr.HTML(f"<p>{entry.says}</p>", padding=False)
            fields[entry.parameter] = entry.draw(entry.title)
    if limits.computer:
        with _folded("This computer"):
            controls += [Control(STYLE.name, known[name], _computer(known[name], plugins)) for name in COMPUTER]
    form = Form(methods, method, size, seed, controls, groups, fields, places)
    method.input(form.switch, method, form.switched, **QUIET)
    return form


def _within(control: Control, value: Any) -> Any:
    """A value that the control can show: the page's bounds may be tighter than the model's."""
    maximum = getattr(control.component, "maximum", None)
    return value if maximum is None or value is None else min(value, maximum)


def _folded(title: str, shown: bool = True) -> gr.Accordion:
    return gr.Accordion(title, open=False, visible=shown, elem_classes="gc-more")


def _computer(setting: Any, plugins: Plugins) -> Component:
    if setting.name == "network":
        return gr.Dropdown(plugins.names("network"), value=setting.default, label="Network", info=setting.help)
    return component(setting)
