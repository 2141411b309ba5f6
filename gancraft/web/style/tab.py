"""The Style tab: a photo, a style, and a painting of both."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from gancraft.pictures import samples
from gancraft.web.context import Context
from gancraft.web.errors import friendly
from gancraft.web.examples import draw_examples, load_examples
from gancraft.web.history import History, draw_history, wire_history
from gancraft.web.painting import SAYINGS, paint_events
from gancraft.web.play import SHOW_WALL, play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.settings import line
from gancraft.web.style.begin import judge_problem
from gancraft.web.style.compare import Compare, Kept, draw_compare, draw_sheet, fill_of, sheet_events
from gancraft.web.style.film import FilmField, draw_film, draw_screen, film_events
from gancraft.web.style.form import draw_form
from gancraft.web.style.masks import CAPABILITY, draw_masks
from gancraft.web.style.methods import takes_styles
from gancraft.web.style.order import Fields, order_of
from gancraft.web.style.pictures import draw_pictures

API_NAME = "style"
# After the form has a cell's settings.
PAINT = "() => setTimeout(() => document.querySelector('.gc-style .gc-paint').click(), 150)"


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
            first = form.methods[form.method.value]
            masks = draw_masks(pictures.photo, pictures.styles[0].picker, first.can(CAPABILITY))
            with gr.Accordion("Judge the result", open=False, elem_classes="gc-more gc-judge"):
                judged = _draw_judge(context)
            compare = draw_compare()
            film = draw_film(limits)
        with gr.Column(scale=7, min_width=320, elem_classes="gc-wall"):
            file, pair, said, command = (
                examples[0].on_the_wall(plugins) if examples else (None, None, SAYINGS.html("idle"), "")
            )
            slider = gr.ImageSlider(
                pair,
                label="Before and after",
                show_label=False,
                container=False,
                buttons=["fullscreen"],
                interactive=False,
                max_height=620,
                elem_classes="gc-picture gc-easel",
            )
            sheet, screen = draw_sheet(), draw_screen()
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
    fields = Fields(pictures, form, masks, judged)
    wall: list[Any] = [download, slider, label, home]
    shared: dict[str, Any] = {"says": label, "sayings": SAYINGS, "waits_in": "paint"}
    handler = _painter(context, fields)
    inputs = [history, *fields.inputs.values()]
    run = play(paint, stop, handler, inputs, wall, api_name=API_NAME, progress_on=slider, **shared)
    wire_history(run, history, past, past_tiles, wall)

    kept = gr.State(Kept())
    inputs = [*inputs, compare.columns, compare.rows]
    outputs = [download, label, home, sheet, kept]
    handler = _comparer(context, fields, compare)
    play(compare.make, stop, handler, inputs, outputs, api_name="style_sheet", progress_on=slider, **shared)

    inputs = [history, *film.inputs.values(), *fields.of_a_film.values()]
    outputs = [*wall, screen]
    play(
        film.make,
        stop,
        _filmer(context, fields, film),
        inputs,
        outputs,
        api_name="style_film",
        progress_on=slider,
        **shared,
    )

    def large(kept: Kept, size: float, event: gr.SelectData) -> list[Any]:
        filled = fill_of(fields, kept, event.index, size)
        if filled is None:
            raise gr.Error("This one can't be painted.", print_exception=False)
        return filled

    picked = sheet.select(large, [kept, form.size], form.filled, **QUIET)
    picked.success(None, None, None, js=PAINT, api_visibility="private")

    def for_method(name: str) -> list[Any]:
        method = form.methods[name]
        return [gr.update(visible=takes_styles(method)), gr.update(visible=method.can(CAPABILITY))]

    by_method = [pictures.group, masks.drawer]
    form.method.change(for_method, form.method, by_method, **QUIET)

    def choose(event: gr.SelectData) -> list[Any]:
        chosen = examples[event.index]
        return [
            *chosen.on_the_wall(plugins),
            *pictures.fill(chosen.photo, chosen.styles),
            *form.fill(chosen.method, chosen.size, chosen.seed, chosen.settings),
        ]

    tiles.select(choose, None, [*wall, *pictures.filled, *form.filled], js=f"() => {{ {SHOW_WALL} }}", **QUIET)


def _draw_judge(context: Context) -> gr.Checkbox:
    """Within the open Blocks. Whether the judge is there is asked when it is wanted: its network takes seconds to load."""
    gr.HTML(
        "<p>How far the painting is from the style and from the photo, by a network that didn't paint it.</p>",
        padding=False,
    )
    judged = gr.Checkbox(False, label="Judge", info="Scores beside the result; 0 is best.")
    missing = gr.HTML("", padding=False, visible=False, elem_classes="gc-missing")

    def ask(wanted: bool) -> tuple[Any, Any]:
        problem = judge_problem(context.plugins) if wanted else ""
        if problem:
            return False, gr.update(value=f"<p>It isn't on this computer. {problem}</p>", visible=True)
        return gr.skip(), gr.update(visible=False)

    judged.input(ask, judged, [judged, missing], show_progress="hidden", api_visibility="private", **line("instant"))
    return judged


def _first_samples() -> tuple[str, str]:
    return samples("photo")[0].name, samples("style")[0].name


def _painter(context: Context, fields: Fields) -> Callable[..., Iterator[Outputs]]:
    def events(switch: Switch, history: History, given: Mapping[str, Any]) -> Iterator[Outputs]:
        with friendly():
            order = order_of(context.plugins, fields, given, context.limits)
        yield from paint_events(switch, history, order, context.limits)

    return _handler(
        events,
        [*fields.inputs],
        "Paint a photo in the manner of style pictures, by their weights. Returns the PNG, with its recipe inside.",
    )


def _comparer(context: Context, fields: Fields, compare: Compare) -> Callable[..., Iterator[Outputs]]:
    def events(switch: Switch, history: History, given: Mapping[str, Any]) -> Iterator[Outputs]:
        varied = (given["compare"], given["compare_rows"])
        yield from sheet_events(switch, history, context.plugins, fields, given, varied, context.limits)

    return _handler(
        events,
        [*fields.inputs, "compare", "compare_rows"],
        "Paint a photo small in many ways, over the methods or over values of settings, to choose from. Returns the sheet as "
        "a PNG, and its pictures.",
    )


def _filmer(context: Context, fields: Fields, film: FilmField) -> Callable[..., Iterator[Outputs]]:
    def events(switch: Switch, history: History, given: Mapping[str, Any]) -> Iterator[Outputs]:
        yield from film_events(switch, history, context.plugins, fields, film, given, context.limits)

    return _handler(
        events,
        [*film.inputs, *fields.of_a_film],
        "Paint a film in the manner of style pictures, each frame like the one before. Returns the MP4, with its recipe "
        "inside.",
    )


def _handler(
    events: Callable[[Switch, History, Mapping[str, Any]], Iterator[Outputs]], names: Sequence[str], says: str
) -> Callable[..., Iterator[Outputs]]:
    """A generator function with one named parameter for each field."""

    def handler(switch: Switch, history: History, *values: Any) -> Iterator[Outputs]:
        yield from events(switch, history, dict(zip(names, values, strict=True)))

    own = [p for p in inspect.signature(handler).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    # Gradio reads the API's parameter names from here. The default stands for fields that are empty on the page too.
    named = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in names]
    handler.__signature__ = inspect.Signature([*own, *named])  # type: ignore[attr-defined]
    handler.__doc__ = says
    return handler
