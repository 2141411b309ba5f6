"""The Generate tab: pictures by a trained network, and films from one to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft.web.context import Context
from gancraft.web.errors import friendly
from gancraft.web.generate.codes import Kept, with_stop
from gancraft.web.generate.form import Film, Form, Wall, draw_film, draw_form, draw_wall
from gancraft.web.generate.further_form import draw_further
from gancraft.web.generate.further_wire import Wired, wire_further
from gancraft.web.generate.models import OWN, Shelf
from gancraft.web.generate.views import (
    FILM,
    TURN,
    card,
    class_names,
    film_events,
    sheet_events,
    single_events,
    wish_of,
)
from gancraft.web.play import play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.settings import line

MOST_CLASSES = 500  # in the list; others can be typed


def generate_tab(context: Context) -> None:
    """Draw the tab within the open Blocks, with its events."""
    shelf = Shelf(context.plugins, context.limits.computer)
    with gr.Column(elem_classes="gc-generate"):
        with gr.Row(elem_classes="gc-studio", equal_height=False):
            with gr.Column(scale=4, min_width=320, elem_classes="gc-palette"):
                form = draw_form(shelf)
            with gr.Column(scale=8, min_width=320, elem_classes="gc-wall"):
                wall = draw_wall()
        with gr.Row(elem_classes="gc-studio gc-film", equal_height=False):
            film = draw_film(context.limits.film_seconds)
        further = draw_further()
    kept = gr.State({})
    wired = _wire_pictures(shelf, form, wall, film, kept)
    _wire_choice(context, shelf, form, wired.chosen)
    gr.on(None, shelf.warm, None, None, **QUIET)  # when somebody opens the page
    play(
        film.make,
        film.stop,
        _walk(shelf, context.limits.max_seconds),
        [*form.wish, film.through, film.seconds, form.own, film.one_way, kept],
        [film.video, film.file, film.said, film.command],
        says=film.said,
        sayings=FILM,
        waits_in="instant",
        api_name="walk",
        progress_on=film.video,
    )
    wire_further(shelf, form, film, further, kept, wired, context.limits)


def _wire_choice(context: Context, shelf: Shelf, form: Form, chosen: gr.State) -> None:
    """The choice of a model: `chosen` becomes (model, own) once it is known to be one, and pictures follow from that."""

    def choose(model: str, own: str | None) -> tuple[Any, ...]:
        if model == OWN and own is None:
            return "", gr.skip(), gr.skip()
        with friendly():
            opened = shelf.open(model, own)
            info = opened.model.info
        names = [TURN, *class_names(info)[:MOST_CLASSES]]
        summary = own_summary if model == OWN else shelf.summary(model)
        classes = gr.Dropdown(names, value=TURN, visible=bool(info.shape.classes))
        return card(opened, summary), classes, (model, own if model == OWN else None)

    def open_tab(model: str, own: str | None, chosen: Any, handed: str | None) -> tuple[Any, ...]:
        """The first time. A model that another tab hands over is chosen by its own event, which may come sooner."""
        if chosen is not None or handed is not None:
            return gr.skip(), gr.skip(), gr.skip()
        return choose(model, own)

    def back(chosen: tuple[str, str | None] | None) -> tuple[str, str | None]:
        return chosen or (form.model.value, None)

    own_summary = "Nobody else can see it here; it is deleted within two hours."
    inputs: list[Component] = [form.model, form.own]
    outputs: list[Component] = [form.about, form.class_name, chosen]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", **line("instant")}

    def choosing(event: Callable[..., Any]) -> None:
        event(choose, inputs, outputs, **quiet).failure(back, chosen, inputs, **QUIET)

    tab = context.tabs.children[-1]  # the one that is being drawn
    assert isinstance(tab, gr.Tab)
    tab.select(open_tab, [*inputs, chosen, context.own_model], outputs, **quiet)
    for event in (form.model.input, form.own.upload):
        choosing(event)

    def hand_over(path: str | None) -> tuple[Any, ...]:
        return (gr.skip(), gr.skip()) if path is None else (OWN, path)

    choosing(context.own_model.change(hand_over, context.own_model, inputs, **QUIET).then)


def _wire_pictures(shelf: Shelf, form: Form, wall: Wall, film: Film, kept: gr.State) -> Wired:
    """Pictures follow whatever is changed."""
    chosen = gr.State(None)

    def look(
        model: str, seed: float | None, truncation: float, class_name: str, through: str, own: str | None, made: Kept
    ) -> Iterator[Outputs]:
        yield from single_events(shelf, wish_of(model, seed, truncation, class_name, own), through, made)

    def looking(event: Callable[..., Any]) -> None:
        event(
            look,
            [*form.wish, film.through, form.own, kept],
            [wall.single, wall.single_said, wall.single_file, film.stops],
            show_progress="hidden",
            api_visibility="private",
            trigger_mode="always_last",
            **line("instant"),
        )

    drawn = gr.on(
        [chosen.change, form.seed.change, form.truncation.change, form.count.change, form.class_name.input],
        _generate(shelf),
        [*form.wish, form.count, form.own],
        [wall.sheet, wall.file, wall.said, wall.command],
        api_name="generate",
        show_progress="hidden",
        trigger_mode="always_last",
        **line("instant"),
    )

    def pick(through: str, event: gr.SelectData) -> str:
        return with_stop(through, str(event.index))

    looking(drawn.success)
    picked = wall.sheet.select(pick, film.through, film.through, **QUIET)
    looking(picked.then)
    looking(film.through.submit)
    looking(film.through.blur)
    return Wired(chosen, picked.then, looking)


def _generate(shelf: Shelf) -> Callable[..., Iterator[Outputs]]:
    def generate(
        model: str, seed: float | None, truncation: float, class_name: str, count: float, own: str | None = None
    ) -> Iterator[Outputs]:
        """Make pictures with a trained model: a shipped one by its name, or "my model" with a .safetensors file as `own`.
        Returns the pictures, and the sheet of them as a PNG with its recipe inside."""
        yield from sheet_events(shelf, wish_of(model, seed, truncation, class_name, own), int(count))

    return generate


def _walk(shelf: Shelf, max_seconds: float) -> Callable[..., Iterator[Outputs]]:
    def walk(
        switch: Switch,
        model: str,
        seed: float | None,
        truncation: float,
        class_name: str,
        through: str,
        seconds: float,
        own: str | None = None,
        one_way: bool = False,
        kept: Kept | None = None,
    ) -> Iterator[Outputs]:
        """Make a film that goes from picture to picture of a trained model, and back to the first unless it goes one way.
        through: numbers of pictures, as in "3,17". Returns the MP4."""
        wish = wish_of(model, seed, truncation, class_name, own)
        yield from film_events(switch, shelf, wish, through, seconds, max_seconds, bool(one_way), kept)

    return walk
