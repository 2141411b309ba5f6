"""Painting a film: its frames one by one, with what there is of it at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Run, Saved, Warned
from gancraft.pictures import Picture
from gancraft.plugins import Plugins
from gancraft.style.choice import FILM, StyleChoice, resolve_style
from gancraft.style.film.settings import first_and_last
from gancraft.web import label
from gancraft.web.command import at_home, source
from gancraft.web.controls import Control, draw, layer
from gancraft.web.errors import friendly
from gancraft.web.history import History
from gancraft.web.painting import after, file_name, gpu_seconds, levels, name, title
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import Limits
from gancraft.web.style.methods import takes_styles
from gancraft.web.style.order import Fields, check_memory, chosen, parts_given
from gancraft.web.tiles import screen

FORMATS = [".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".gif", ".webp"]
SHAPE = "film"  # in the label: the wall shows the film
KEPT = "film"  # the engine's warning that tells of the folder of frames, which nobody here can open


@dataclass(frozen=True)
class FilmField:
    """The fields."""

    film: gr.File
    controls: Sequence[Control]
    make: gr.Button

    @property
    def inputs(self) -> dict[str, Any]:
        """By name in the API."""
        return {"film": self.film, **{control.parameter: control.component for control in self.controls}}


def draw_film(limits: Limits) -> FilmField:
    """Draw the drawer within the open Blocks."""
    bound = f"Up to {limits.painted_frames:,} frames of {limits.painted_side:,} pixels."
    with gr.Accordion("Paint a film", open=False, elem_classes="gc-more gc-film-in"):
        gr.HTML(
            "<p>Each frame is painted with the method and styles above, and kept like the one before. Sound stays. "
            f"{bound} Stop keeps what is painted.</p>",
            padding=False,
        )
        film = gr.File(
            label="Film", show_label=False, file_types=FORMATS, type="filepath", height=110, elem_classes="gc-film-file"
        )
        controls = draw(FILM.name, FILM.model, basic=True, maxima=limits.maxima)
        make = gr.Button("Paint the film", elem_classes="gc-make")
    return FilmField(film, controls, make)


def draw_screen() -> gr.Video:
    """Draw the place on the wall."""
    return screen("The painted film", "gc-screen")


def film_events(
    switch: Switch,
    history: History,
    plugins: Plugins,
    fields: Fields,
    own: FilmField,
    given: Mapping[str, Any],
    limits: Limits,
) -> Iterator[Outputs]:
    """Yields (file, (before, after), label, command, film) as they come about."""
    with friendly(), history.place() as folder:
        if given["film"] is None:
            raise UsageError("Film: choose one first")
        film = Path(given["film"])
        choice, styles, start = film_order(plugins, fields, own, given, limits)
        said = title(film.stem, [name(picture) for picture, _ in styles], choice)
        target = folder / file_name([film.name, *after(styles, choice)], ".mp4")
        weighted = [(source(picture), weight) for picture, weight in styles]
        yield None, None, label.busy(said, "Looking at the film …"), "", None

        def draw_seen(seen: Seen) -> Outputs:
            if seen.finished is not None:
                if not target.exists():
                    raise GancraftError(seen.finished.problem or "Nothing of the film was painted yet.")
                frames = seen.finished.facts.get("frames", seen.progress.done)
                facts = [choice.method.name, f"{frames} frames{', stopped' if seen.finished.stopped else ''}"]
                done = label.label("done", said, [*facts, label.seconds(seen.finished.seconds)], SHAPE)
                return str(target), gr.skip(), done, at_home(choice, film.name, weighted), str(target)
            picture = levels(seen.preview.picture_HWC) if seen.preview and seen.fresh else None
            pair = (picture, picture) if picture is not None else gr.skip()
            return gr.skip(), pair, label.progressing(said, seen.progress), gr.skip(), gr.skip()

        run = partial(begin_film, target, choice, film, styles, start)
        expected = limits.painted_frames * gpu_seconds(choice, limits.painted_side**2 / 1e6)
        yield from watch(switch, run, draw_seen, outputs=5, max_seconds=limits.max_seconds, expected=expected)


def film_order(
    plugins: Plugins, fields: Fields, own: FilmField, given: Mapping[str, Any], limits: Limits
) -> tuple[StyleChoice, list[tuple[Picture, float]], Picture | None]:
    """What it is painted with: the choice, the styles, and a picture to start from. Raises UsageError, in one line."""
    method = chosen(fields, given)
    given = {**given, "size": min(int(given["size"]), limits.painted_side)}
    arguments = fields.form.arguments(method, given, limits)
    parts = parts_given(plugins, fields, given, arguments)
    parts |= layer(own.controls, [given[control.parameter] for control in own.controls])
    parts[FILM.name] |= _bounded(parts[FILM.name].get("frames"), Path(given["film"]), limits)
    choice = resolve_style(plugins, [parts], film=True)
    check_memory(choice, limits)
    styles = fields.pictures.styles_of(given, limits) if takes_styles(method) else []
    start = next((value for entry, value in arguments.items() if entry.argument == "start"), None)
    return choice, styles, start


def _bounded(frames: str | None, film: Path, limits: Limits) -> dict[str, str | None]:
    """The setting `frames`, of as many as the page paints. Raises UsageError for it, and for what is no film."""
    from gancraft.style.film.read import open_film

    try:
        first, last = first_and_last(frames or None)
    except ValueError as problem:
        raise UsageError(f"Frames: {problem}") from None
    there = len(open_film(film, limits.max_megapixels))
    end, most = min(there, last or there), first + limits.painted_frames - 1
    if end <= most:
        return {"frames": frames or None}
    gr.Warning(f"These are {end - first + 1:,} frames, and this page paints {limits.painted_frames:,} of them.")
    return {"frames": f"{first}-{most}"}


def begin_film(target: Path, choice: StyleChoice, film: Path, styles: Any, start: Picture | None) -> Run:
    """`gancraft.style.film.paint_film`; where it is stopped a film of the frames that are there is written. A module's
    function, so that it reaches another process."""
    from gancraft.style.film import paint_film

    first, _ = first_and_last(choice.options[FILM.name].frames)  # type: ignore[attr-defined]
    inner = paint_film(target, choice, film, styles, start=start, preview_every=1)

    def events(outer: Run) -> Iterator[Event]:
        try:
            for event in inner:
                if isinstance(event, Warned) and event.code == KEPT:
                    continue
                if isinstance(event, Finished) and event.stopped and (done := int(str(event.facts["frames"]))):
                    yield from _written(done)
                yield event
                inner.stopping = outer.stopping
        finally:
            inner.close()

    def _written(done: int) -> Iterator[Event]:
        """Frames that are kept aren't painted again."""
        options = choice.options[FILM.name].model_copy(update={"frames": f"{first}-{first + done - 1}"})
        part = replace(choice, options={**choice.options, FILM.name: options})
        for event in paint_film(target, part, film, styles, start=start):
            if isinstance(event, Saved):
                yield event

    return Run(events)
