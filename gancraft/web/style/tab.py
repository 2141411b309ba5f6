"""The Style tab: a photo, a style, and a painting of both."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from gancraft.pictures import samples
from gancraft.plugins import Plugins
from gancraft.resolve import Layer, flatten
from gancraft.style.choice import STYLE, resolve_style, style_parts
from gancraft.web import gpu
from gancraft.web.context import Context
from gancraft.web.controls import layer
from gancraft.web.errors import friendly
from gancraft.web.examples import draw_examples, load_examples
from gancraft.web.history import History, draw_history, wire_history
from gancraft.web.painting import SAYINGS, Order, paint_events
from gancraft.web.play import SHOW_WALL, play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.settings import Limits
from gancraft.web.style.form import Form, draw_form
from gancraft.web.style.pictures import Pictures, draw_pictures

API_NAME = "style"


def style_tab(context: Context) -> None:
    """Draw the tab within the open Blocks, with its events."""
    plugins, limits = context.plugins, context.limits
    examples = load_examples(plugins)
    photo, style = (examples[0].photo, examples[0].styles[0][0]) if examples else _first_samples()
    with gr.Row(elem_classes="gc-studio gc-style", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            tiles = draw_examples(examples)
            pictures = draw_pictures(limits, photo, style)
            with gr.Row(elem_classes="gc-act"):
                paint = gr.Button("Paint", variant="primary", size="lg", elem_classes="gc-paint")
                stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
            form = draw_form(plugins, limits)
        with gr.Column(scale=7, min_width=320, elem_classes="gc-wall"):
            file, pair, said, command = (
                examples[0].on_the_wall(plugins) if examples else (None, None, SAYINGS.html("idle"), "")
            )
            compare = gr.ImageSlider(
                pair,
                label="Before and after",
                show_label=False,
                container=False,
                buttons=["fullscreen"],
                interactive=False,
                max_height=620,
                elem_classes="gc-picture",
            )
            with gr.Row(elem_classes="gc-caption"):
                label = gr.HTML(said, label="What was painted", container=False, padding=False, scale=4)
                download = gr.DownloadButton(
                    "Download", file, size="md", scale=1, min_width=130, elem_classes="gc-download"
                )
            history, past, past_tiles = draw_history()
            with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
                home = gr.Textbox(
                    command,
                    label="Command",
                    lines=2,
                    buttons=["copy"],
                    interactive=False,
                    placeholder="Here will stand the command that paints the same picture on your own computer.",
                )
    wall: list[Any] = [download, compare, label, home]
    fields = {**pictures.inputs, **form.inputs}
    run = play(
        paint,
        stop,
        _handler(plugins, pictures, form, limits),
        [history, *fields.values()],
        wall,
        says=label,
        sayings=SAYINGS,
        waits_in="paint",
        api_name=API_NAME,
        progress_on=compare,
    )
    wire_history(run, history, past, past_tiles, wall)

    def choose(event: gr.SelectData) -> list[Any]:
        chosen = examples[event.index]
        return [
            *chosen.on_the_wall(plugins),
            *pictures.fill(chosen.photo, chosen.styles),
            *form.fill(chosen.method, chosen.size, chosen.seed, chosen.settings),
        ]

    tiles.select(choose, None, [*wall, *pictures.filled, *form.filled], js=f"() => {{ {SHOW_WALL} }}", **QUIET)


def _first_samples() -> tuple[str, str]:
    return samples("photo")[0].name, samples("style")[0].name


def _handler(plugins: Plugins, pictures: Pictures, form: Form, limits: Limits) -> Callable[..., Iterator[Outputs]]:
    """Paint's generator function, with one named parameter for each field."""
    names = [*pictures.inputs, *form.inputs]

    def paint(switch: Switch, history: History, *values: Any) -> Iterator[Outputs]:
        with friendly():
            order = order_of(plugins, pictures, form, dict(zip(names, values, strict=True)), limits)
        yield from paint_events(switch, history, order, limits)

    own = [p for p in inspect.signature(paint).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    # Gradio reads the API's parameter names from here. The default stands for fields that are empty on the page too.
    named = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in names]
    paint.__signature__ = inspect.Signature([*own, *named])  # type: ignore[attr-defined]
    paint.__doc__ = (
        "Paint a photo in the manner of style pictures, by their weights. Returns the PNG, with its recipe inside."
    )
    return paint


def order_of(plugins: Plugins, pictures: Pictures, form: Form, given: dict[str, Any], limits: Limits) -> Order:
    """From the fields' values to what is painted. Raises UsageError, in one line."""
    method = plugins.get("style", given["method"])
    arguments = form.arguments(method, given, limits)
    parts = layer(form.controls, [given[control.parameter] for control in form.controls])
    for entry in arguments:
        for part, values in entry.implies.items():
            parts.setdefault(part, {}).update(values)
    own = {"plugin": method.name, "size": str(int(given["size"])), "seed": given["seed"]}
    parts[STYLE.name] = parts.get(STYLE.name, {}) | own | gpu.run_settings()
    used = {part.name for part in style_parts(plugins, [Layer(flatten(parts))])[2]}
    choice = resolve_style(plugins, [{part: said for part, said in parts.items() if part in used}])
    content, styles = pictures.read(given, limits)
    return Order(choice, content, styles, arguments)
