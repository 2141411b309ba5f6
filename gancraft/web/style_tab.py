"""The Style tab: a photo, a style, and a painting of both."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft import defaults
from gancraft.interfaces import StyleLoss
from gancraft.options import Options, settings
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, flatten
from gancraft.style.choice import STYLE, resolve_style, style_parts
from gancraft.style.settings import OptimiseOptions, StyleSettings
from gancraft.web import label
from gancraft.web.controls import Control, component, draw, errors_as_toasts, layer
from gancraft.web.painting import Outputs, Switch, open_inputs, paint_events
from gancraft.web.picker import picker
from gancraft.web.settings import AT_ONCE, QUEUE_ID, Limits

API_NAME = "style"
SMALLEST_SIDE = 64
SIDE_STEP = 32
# Settings of the computer, shown on one's own machine only; the others of `StyleSettings` have a control of their own.
COMPUTER = ("network", "device", "precision", "launch")

# On a phone the wall is below the settings.
SHOW_WALL = "if (innerWidth < 860) document.querySelector('.gc-wall').scrollIntoView({behavior: 'smooth'});"


@dataclass(frozen=True)
class _Form:
    """What the visitor fills in, beside the two pictures."""

    method: gr.Dropdown
    size: gr.Slider
    seed: Component
    controls: list[Control]


def style_tab(plugins: Plugins, limits: Limits) -> None:
    """Draw the tab within the open Blocks, with its events."""
    with gr.Row(elem_classes="gc-studio", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            content = picker("photo", "Photo")
            style = picker("style", "Style")
            with gr.Row(elem_classes="gc-act"):
                paint = gr.Button("Paint", variant="primary", size="lg", elem_classes="gc-paint")
                stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
            form = _form(plugins, limits)
        with gr.Column(scale=7, min_width=320, elem_classes="gc-wall"):
            compare = gr.ImageSlider(
                label="Before and after",
                show_label=False,
                container=False,
                buttons=["fullscreen"],
                interactive=False,
                max_height=620,
                elem_classes="gc-picture",
            )
            with gr.Row(elem_classes="gc-caption"):
                said = gr.HTML(label.idle(), label="What was painted", container=False, padding=False, scale=4)
                file = gr.DownloadButton("Download PNG", size="md", scale=1, min_width=150, elem_classes="gc-download")
            with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
                command = gr.Textbox(
                    label="Command",
                    lines=2,
                    buttons=["copy"],
                    interactive=False,
                    placeholder="Here will stand the command that paints the same picture on your own computer.",
                )

    switch = gr.State(Switch())
    inputs: list[Component] = [content, style, form.method, form.size, form.seed, *(c.component for c in form.controls)]
    # In the browser, and before the run is asked for (events of one click go in this order): a visitor in the queue must
    # see that the click was heard.
    paint.click(None, None, said, js=_says(label.waiting(), SHOW_WALL), api_visibility="private")
    painted = paint.click(
        _handler(plugins, form.controls, limits),
        [switch, *inputs],
        [file, compare, said, command],
        api_name=API_NAME,
        concurrency_id=QUEUE_ID,
        concurrency_limit=AT_ONCE,
        show_progress="minimal",
        show_progress_on=compare,
        scroll_to_output=False,
    )
    painted.failure(None, None, said, js=_says(label.failed()), api_visibility="private")
    stopped = stop.click(Switch.stop, switch, None, queue=False, show_progress="hidden", api_visibility="private")
    # After the run had its chance to end by itself: one that is still in the queue, or stuck in a step, ends here.
    stopped.then(None, None, None, cancels=painted, api_visibility="private").then(
        None,
        said,
        said,
        js=f"said => said.includes('data-busy') ? {json.dumps(label.cancelled())} : said",
        api_visibility="private",
    )


def _form(plugins: Plugins, limits: Limits) -> _Form:
    """Draw the method, its settings, size and seed. A plugin's settings come from its options model alone."""
    known = {setting.name: setting for setting in settings(StyleSettings)}
    size = gr.Slider(
        SMALLEST_SIDE,
        limits.max_side,
        limits.start_side,
        step=SIDE_STEP,
        label="Size",
        info="Long side in pixels; twice the side takes four times as long.",
    )
    methods = {name: plugins.get("style", name) for name in plugins.names("style")}
    first = defaults.STYLE_METHOD if defaults.STYLE_METHOD in methods else next(iter(methods))
    method = gr.Dropdown(list(methods), value=first, label="Method", info=methods[first].summary, elem_id="method")
    controls: list[Control] = []
    groups: dict[str, gr.Group] = {}

    def group(part: str, model: type[Options], shown: bool, more: str = "More settings") -> None:
        if not model.model_fields:
            return
        with gr.Group(visible=shown, elem_classes="gc-group") as groups[part]:
            controls.extend(draw(part, model, maxima=limits.maxima, more=more))

    group("optimise", OptimiseOptions, _optimises(methods[first]))
    for name, registered in methods.items():
        group(name, registered.options, name == first, f"More settings of {name}")
    seed = component(known["seed"])
    if limits.computer:
        with gr.Accordion("This computer", open=False, elem_classes="gc-more"):
            controls += [Control(STYLE.name, known[name], _computer(known[name], plugins)) for name in COMPUTER]

    def choose(name: str) -> list[Any]:
        shown = {name, "optimise"} if _optimises(methods[name]) else {name}
        return [gr.Dropdown(info=methods[name].summary), *(gr.Group(visible=part in shown) for part in groups)]

    method.input(
        choose, method, [method, *groups.values()], queue=False, show_progress="hidden", api_visibility="private"
    )
    return _Form(method, size, seed, controls)


def _optimises(method: Registered) -> bool:
    return method.interface is not None and issubclass(method.interface, StyleLoss)


def _computer(setting: Any, plugins: Plugins) -> Component:
    if setting.name == "network":
        return gr.Dropdown(plugins.names("network"), value=setting.default, label="Network", info=setting.help)
    return component(setting)


def _handler(plugins: Plugins, controls: list[Control], limits: Limits) -> Callable[..., Iterator[Outputs]]:
    """Paint's generator function, with one named parameter for each control."""

    def paint(
        switch: Switch, content: str | None, style: str | None, method: str, size: float, seed: float, *values: Any
    ) -> Iterator[Outputs]:
        with errors_as_toasts():
            parts = layer(controls, values)
            parts[STYLE.name] = parts.get(STYLE.name, {}) | {"plugin": method, "size": str(int(size)), "seed": seed}
            used = {part.name for part in style_parts(plugins, [Layer(flatten(parts))])[2]}
            choice = resolve_style(plugins, [{part: said for part, said in parts.items() if part in used}])
            pictures = open_inputs(content, style, limits)
        yield from paint_events(switch, choice, *pictures, limits)

    plain = [p for p in inspect.signature(paint).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    named = [inspect.Parameter(c.parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD) for c in controls]
    # Gradio reads the API's parameter names from here.
    paint.__signature__ = inspect.Signature([*plain, *named])  # type: ignore[attr-defined]
    paint.__doc__ = "Paint a photo in the manner of a style picture. Returns the PNG, with its recipe inside."
    return paint


def _says(html: str, first: str = "") -> str:
    """A function for the browser that puts `html` in the label."""
    return f"() => {{ {first} return {json.dumps(html)} }}"
