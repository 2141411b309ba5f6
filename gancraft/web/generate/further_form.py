"""What is seen below the film: what else can be done with a model, each in a drawer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr

from gancraft.web.generate.further import DIRECTIONS, FARTHEST, MIX, MOVE, SWEEP
from gancraft.web.generate.photo import MOST_STEPS, SAYINGS, STEPS
from gancraft.web.label import Sayings
from gancraft.web.picker import field
from gancraft.web.settings import MAX_TEXT


@dataclass(frozen=True)
class Drawer:
    """One of them. place: what opens; its picture with label, file and command."""

    place: gr.Accordion
    picture: gr.Image
    said: gr.HTML
    file: gr.DownloadButton
    command: gr.Textbox

    @property
    def wall(self) -> list[gr.components.Component]:
        """What a run shows."""
        return [self.picture, self.file, self.said, self.command]


@dataclass(frozen=True)
class Sheet:
    """A drawer whose picture is made at a click."""

    drawer: Drawer
    make: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Moving:
    """The directions. sliders: how far along each; codes: the moved picture's, as a file."""

    drawer: Drawer
    sliders: list[gr.Slider]
    back: gr.Button
    use: gr.Button
    codes: gr.DownloadButton


@dataclass(frozen=True)
class Photo:
    """A photo that is looked for. image: of the visitor's; codes: of what was found, as a file."""

    sheet: Sheet
    image: gr.Image
    steps: gr.Slider
    use: gr.Button
    codes: gr.DownloadButton


@dataclass(frozen=True)
class Further:
    """All drawers. why: what isn't there for the model that is chosen, and why."""

    sweep: Sheet
    mix: Sheet
    layers: gr.Dropdown
    moving: Moving
    photo: Photo
    why: gr.HTML


def draw_further() -> Further:
    """Draw them, closed, below each other."""
    with gr.Column(elem_classes="gc-further"):
        gr.HTML("<h2>More to do with these pictures</h2>", padding=False)
        return Further(_sweep(), *_mix(), _moving(), _photo(), gr.HTML(padding=False, elem_classes="gc-why"))


def _sweep() -> Sheet:
    with _drawer("sweep", "Truncation: from plain to bold") as place:
        with _palette("The pictures picked for the film, from the middle of all that the model makes, outwards."):
            buttons = _buttons("Draw the sheet")
        return Sheet(_wall(place, SWEEP, "sheet")[0], *buttons)


def _mix() -> tuple[Sheet, gr.Dropdown]:
    with _drawer("mix", "Mixing: shapes of one, colours of another") as place:
        with _palette(
            "The pictures picked for the film meet each other: those on the left keep their styles but in the chosen layers, "
            "which are those of the pictures on top."
        ):
            layers = gr.Dropdown(
                ["coarse", "middle", "fine"],
                value="coarse",
                label="Layers",
                info="Coarse hold shapes, fine colours. Numbers work too, as in 3-7.",
                allow_custom_value=True,
            )
            buttons = _buttons("Mix them")
        return Sheet(_wall(place, MIX, "sheet")[0], *buttons), layers


def _moving() -> Moving:
    with _drawer("move", "Directions: what changes in a picture") as place:
        with _palette(
            "The last picture that you picked moves along the directions in which the model's pictures change most. "
            "Nobody has named them: find out what they do."
        ):
            sliders = [
                gr.Slider(-FARTHEST, FARTHEST, 0, step=0.1, label=f"Direction {number}") for number in range(DIRECTIONS)
            ]
            with gr.Row(elem_classes="gc-pair"):
                back = gr.Button("Back to 0", min_width=110)
                use = gr.Button("Into the film", min_width=110)
        drawer, codes = _wall(place, MOVE, "picture")
        return Moving(drawer, sliders, back, use, codes)


def _photo() -> Photo:
    with _drawer("photo", "Your own photo: find it among the pictures") as place:
        with _palette(
            "Of all pictures that the model can make, the nearest to your photo is looked for: a model of emoji makes "
            "an emoji of it."
        ):
            image = field("Your photo")
            steps = gr.Slider(10, MOST_STEPS, STEPS, step=10, label="Steps", info="More come nearer.")
            buttons = _buttons("Look for it")
            with gr.Row(elem_classes="gc-pair"):
                use = gr.Button("Into the film", min_width=110)
        drawer, codes = _wall(place, SAYINGS, "picture")
        return Photo(Sheet(drawer, *buttons), image, steps, use, codes)


@contextmanager
def _drawer(name: str, title: str) -> Iterator[gr.Accordion]:
    """What is drawn within it stands side by side."""
    classes = f"gc-drawer gc-to-{name}"
    with (
        gr.Accordion(title, open=False, elem_classes=classes) as place,
        gr.Row(elem_classes=f"gc-studio gc-{name}", equal_height=False),
    ):
        yield place


def _palette(text: str) -> gr.Column:
    with gr.Column(scale=4, min_width=320, elem_classes="gc-palette") as column:
        gr.HTML(f"<p>{text}</p>", padding=False)
    return column


def _buttons(text: str) -> tuple[gr.Button, gr.Button]:
    with gr.Row(elem_classes="gc-act"):
        make = gr.Button(text, variant="primary", size="lg", elem_classes="gc-paint")
        stop = gr.Button("Stop", size="lg", elem_classes="gc-stop")
    return make, stop


def _wall(place: gr.Accordion, sayings: Sayings, what: str) -> tuple[Drawer, gr.DownloadButton]:
    """With a button for a file of codes, which is in sight where something gives it one."""
    with gr.Column(scale=8, min_width=320, elem_classes="gc-wall"):
        picture = gr.Image(
            label=sayings.idle[0],
            show_label=False,
            container=False,
            interactive=False,
            type="filepath",
            buttons=["fullscreen"],
            elem_classes="gc-picture",
        )
        with gr.Row(elem_classes="gc-caption"):
            said = gr.HTML(sayings.html("idle"), label="What was made", container=False, padding=False, scale=4)
            codes = gr.DownloadButton(
                "Codes", size="md", scale=1, min_width=90, elem_classes="gc-download", visible=what == "picture"
            )
            file = gr.DownloadButton("Download PNG", size="md", scale=1, min_width=130, elem_classes="gc-download")
        with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
            command = gr.Textbox(
                label="Command",
                lines=2,
                max_length=MAX_TEXT,
                buttons=["copy"],
                interactive=False,
                placeholder=f"Here will stand the command that makes the same {what} on your own computer.",
            )
    return Drawer(place, picture, said, file, command), codes
