"""The events of the drawers below the film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from gancraft.web.generate.codes import MOVED, PHOTO, WORDS, Kept, with_stop
from gancraft.web.generate.form import STOPS, Film, Form
from gancraft.web.generate.further import MIX, MOVE, SWEEP, Found, mix_events, move_events, sweep_events
from gancraft.web.generate.further_form import Further
from gancraft.web.generate.models import Shelf
from gancraft.web.generate.photo import SAYINGS, photo_events
from gancraft.web.generate.views import wish_of
from gancraft.web.play import play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.settings import Limits, line


@dataclass(frozen=True)
class Wired:
    """What the sheet's events are for others. chosen: the model and its file, whose change begins it all; picked: adds an
    event for when a picture was picked; looking: makes one that draws the stops anew."""

    chosen: gr.State
    picked: Callable[..., Any]
    looking: Callable[[Callable[..., Any]], None]


def wire_further(
    shelf: Shelf, form: Form, film: Film, further: Further, kept: gr.State, wired: Wired, limits: Limits
) -> None:
    """kept: what the visitor has made of the model."""
    _wire_ability(shelf, film, further, kept, wired.chosen)
    play(
        further.sweep.make,
        further.sweep.stop,
        _sweep(shelf, limits.max_seconds),
        [form.model, form.seed, form.class_name, film.through, form.own, kept],
        further.sweep.drawer.wall,
        says=further.sweep.drawer.said,
        sayings=SWEEP,
        waits_in="instant",
        api_name="sweep",
        progress_on=further.sweep.drawer.picture,
    )
    play(
        further.mix.make,
        further.mix.stop,
        _mix(shelf, limits.max_seconds),
        [*form.wish, film.through, further.layers, form.own, kept],
        further.mix.drawer.wall,
        says=further.mix.drawer.said,
        sayings=MIX,
        waits_in="instant",
        api_name="mix",
        progress_on=further.mix.drawer.picture,
    )
    _wire_moving(shelf, form, film, further, kept, wired)
    photo = further.photo
    play(
        photo.sheet.make,
        photo.sheet.stop,
        _project(shelf, limits),
        [form.model, photo.image, photo.steps, form.class_name, form.own, kept],
        [*photo.sheet.drawer.wall, photo.codes, kept],
        says=photo.sheet.drawer.said,
        sayings=SAYINGS,
        waits_in="paint",
        api_name="project",
        progress_on=photo.sheet.drawer.picture,
    )
    wired.looking(photo.use.click(partial(_with_stop, PHOTO), film.through, film.through, **QUIET).then)


def _wire_ability(shelf: Shelf, film: Film, further: Further, kept: gr.State, chosen: gr.State) -> None:
    """What a model can't do isn't shown, and a line says why."""
    photo = further.photo.sheet.drawer
    drawers = (further.sweep.drawer, further.moving.drawer, further.mix.drawer, photo)

    def follow(choice: tuple[str, str | None] | None, through: str) -> list[Any]:
        from gancraft.latent.sheet import is_points
        from gancraft.models import StyledGenerator

        if choice is None:
            return [gr.skip()] * len(outputs)
        opened = shelf.open(*choice)
        points, styled = is_points(opened.model.info.shape), isinstance(opened.model.generator, StyledGenerator)
        why = (
            "This model makes points in the plane: there are no pictures to change."
            if points
            else ""
            if styled
            else "Mixing isn't here: this model has no styles."
        )
        there = (not points, not points, styled, not points)
        idle = [(None, sayings.html("idle")) for sayings in (SWEEP, MOVE, MIX, SAYINGS)]
        return [
            f"<p>{why}</p>",
            {},
            STOPS if any(word in through for word in WORDS) else gr.skip(),
            *(gr.update(visible=visible) for visible in there),
            *(value for pair in idle for value in pair),
            *(0 for _ in further.moving.sliders),
        ]

    outputs = [
        further.why,
        kept,
        film.through,
        *(drawer.place for drawer in drawers),
        *(part for drawer in drawers for part in (drawer.picture, drawer.said)),
        *further.moving.sliders,
    ]
    chosen.change(follow, [chosen, film.through], outputs, **QUIET)


def _wire_moving(shelf: Shelf, form: Form, film: Film, further: Further, kept: gr.State, wired: Wired) -> None:
    """A slider moves the picture; so do opening the drawer, and another picture once it was open."""
    moving, found = further.moving, gr.State(None)
    inputs = [*form.wish, film.through, *moving.sliders, form.own, found, kept]
    outputs = [*moving.drawer.wall, moving.codes, found, kept]
    gr.on(
        [moving.drawer.place.expand, *(slider.input for slider in moving.sliders)],
        _move(shelf),
        inputs,
        outputs,
        api_name="move",
        show_progress="hidden",
        trigger_mode="always_last",
        **line("instant"),
    )
    again: dict[str, Any] = {
        "show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last", **line("instant")
    }  # fmt: skip

    def if_open(*values: Any) -> Iterator[Outputs]:
        """Nothing before the drawer was opened for the first time."""
        if values[-2] is not None:
            yield from _move(shelf)(*values)

    wired.picked(if_open, inputs, outputs, **again)
    moving.back.click(lambda: [0] * len(moving.sliders), None, moving.sliders, **QUIET).then(
        if_open, inputs, outputs, **again
    )
    wired.looking(moving.use.click(partial(_with_stop, MOVED), film.through, film.through, **QUIET).then)


def _with_stop(word: str, through: str) -> str:
    return with_stop(through, word)


def _sweep(shelf: Shelf, max_seconds: float) -> Callable[..., Iterator[Outputs]]:
    def sweep(
        switch: Switch,
        model: str,
        seed: float | None,
        class_name: str,
        through: str,
        own: str | None = None,
        kept: Kept | None = None,
    ) -> Iterator[Outputs]:
        """Show what truncation does to pictures of a trained model: a sheet with a row for each picture and a column for each
        truncation. through: numbers of pictures, as in "3,17". Returns the PNG."""
        yield from sweep_events(switch, shelf, wish_of(model, seed, 1, class_name, own), through, kept, max_seconds)

    return sweep


def _mix(shelf: Shelf, max_seconds: float) -> Callable[..., Iterator[Outputs]]:
    def mix(
        switch: Switch,
        model: str,
        seed: float | None,
        truncation: float,
        class_name: str,
        through: str,
        layers: str,
        own: str | None = None,
        kept: Kept | None = None,
    ) -> Iterator[Outputs]:
        """Mix the styles of pictures of a trained model that has styles: a sheet where each meets each. through: numbers of
        pictures, as in "3,17"; layers: "coarse", "middle", "fine" or numbers, as in "3-7". Returns the PNG."""
        wish = wish_of(model, seed, truncation, class_name, own)
        yield from mix_events(switch, shelf, wish, through, str(layers or ""), kept, max_seconds)

    return mix


def _move(shelf: Shelf) -> Callable[..., Iterator[Outputs]]:
    def move(
        model: str,
        seed: float | None,
        truncation: float,
        class_name: str,
        through: str,
        direction_0: float = 0,
        direction_1: float = 0,
        direction_2: float = 0,
        direction_3: float = 0,
        direction_4: float = 0,
        own: str | None = None,
        found: Found | None = None,
        kept: Kept | None = None,
    ) -> Iterator[Outputs]:
        """Move a picture of a trained model along the five directions in which its pictures change most, by so many standard
        deviations. through: numbers of pictures, of which the last is moved. Returns the PNG and the picture's codes."""
        amounts = [direction_0, direction_1, direction_2, direction_3, direction_4]
        wish = wish_of(model, seed, truncation, class_name, own)
        yield from move_events(shelf, wish, through, [float(amount) for amount in amounts], found, kept)

    return move


def _project(shelf: Shelf, limits: Limits) -> Callable[..., Iterator[Outputs]]:
    def project(
        switch: Switch,
        model: str,
        photo: str | None,
        steps: float,
        class_name: str,
        own: str | None = None,
        kept: Kept | None = None,
    ) -> Iterator[Outputs]:
        """Find the picture of a trained model that is nearest to a photo. Returns both side by side as a PNG, and the
        picture's codes."""
        wish = wish_of(model, 0, 1, class_name, own)
        yield from photo_events(switch, shelf, wish, photo, int(steps), kept, limits.max_megapixels, limits.max_seconds)

    return project
