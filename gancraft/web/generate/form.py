"""What is seen of the Generate tab, before anything happens on it."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from gancraft.web.generate.models import ENDING, OWN, Shelf
from gancraft.web.generate.views import FILM, SHEET, TURN
from gancraft.web.quiet import NEW_SEED, QUIET
from gancraft.web.settings import MAX_TEXT
from gancraft.web.tiles import screen, tiles

PICTURES, MOST_PICTURES = 25, 64  # of a sheet
STOPS = "2,0"  # of a film, before any picture was clicked
SECONDS = 4


@dataclass(frozen=True)
class Form:
    """What the visitor chooses. own: a file; about: what the model is."""

    model: gr.Radio
    own: gr.File
    about: gr.HTML
    seed: gr.Number
    truncation: gr.Slider
    count: gr.Slider
    class_name: gr.Dropdown

    @property
    def wish(self) -> list[Component]:
        """The parts of a `Wish` but for `own`."""
        return [self.model, self.seed, self.truncation, self.class_name]


@dataclass(frozen=True)
class Wall:
    """What is seen of the pictures."""

    sheet: gr.Gallery
    said: gr.HTML
    file: gr.DownloadButton
    command: gr.Textbox
    single: gr.Image
    single_said: gr.HTML
    single_file: gr.DownloadButton


@dataclass(frozen=True)
class Film:
    """The walk: its stops as pictures and as numbers, and what becomes of it."""

    stops: gr.Gallery
    through: gr.Textbox
    one_way: gr.Checkbox
    seconds: gr.Slider
    make: gr.Button
    stop: gr.Button
    video: gr.Video
    said: gr.HTML
    file: gr.DownloadButton
    command: gr.Textbox


def draw_form(shelf: Shelf) -> Form:
    """The left side: a model, and what is asked of it."""
    names = shelf.names
    first = names[0] if names else OWN
    model = gr.Radio([*names, (OWN.capitalize(), OWN)], value=first, label="Model", elem_classes="gc-models")
    own = gr.File(
        label=f"A {ENDING} file, as gancraft train writes it",
        file_types=[ENDING],
        height=110,
        elem_classes="gc-own",
    )
    own.preprocess = _path  # type: ignore[assignment,method-assign]  # Gradio's words for a wrong ending aren't ours
    about = gr.HTML(padding=False)
    with gr.Row(elem_classes="gc-seed"):
        seed = gr.Number(0, label="Seed", minimum=0, precision=0, info="Another number, other pictures.", scale=3)
        die = gr.Button("New seed", scale=1, min_width=110, elem_classes="gc-die")
    # Far below, many networks make next to nothing: the middle of the latents is where they have learned least.
    truncation = gr.Slider(0.5, 1.5, 1, step=0.05, label="Truncation", info="Lower is plainer, higher is bolder.")
    class_name = gr.Dropdown([TURN], value=TURN, label="Class", visible=False, allow_custom_value=True)
    with gr.Accordion("More settings", open=False, elem_classes="gc-more"):
        count = gr.Slider(1, MOST_PICTURES, PICTURES, step=1, label="Count", info="Pictures on the sheet.")
    die.click(None, None, seed, js=NEW_SEED, **QUIET)
    return Form(model, own, about, seed, truncation, count, class_name)


def draw_wall() -> Wall:
    """The sheet, and beside it the picture that was clicked."""
    with gr.Row(elem_classes="gc-show"):
        with gr.Column(scale=7, min_width=260, elem_classes="gc-many"):
            sheet = tiles(
                [], "Pictures of this seed: click one to look at it", "gc-picture gc-sheet", "contain", format="png"
            )
            with gr.Row(elem_classes="gc-caption"):
                said = gr.HTML(SHEET.html("idle"), label="What was made", container=False, padding=False, scale=4)
                file = gr.DownloadButton(
                    "Download sheet", size="md", scale=1, min_width=130, elem_classes="gc-download"
                )
        with gr.Column(scale=5, min_width=220, elem_classes="gc-one"):
            single = gr.Image(
                label="The picture that was clicked",
                show_label=False,
                container=False,
                interactive=False,
                type="filepath",
                buttons=["fullscreen"],
                elem_classes="gc-picture",
            )
            with gr.Row(elem_classes="gc-caption"):
                single_said = gr.HTML(padding=False, container=False, label="Which picture", scale=4)
                single_file = gr.DownloadButton(
                    "Download PNG", size="md", scale=1, min_width=130, elem_classes="gc-download"
                )
    return Wall(sheet, said, file, _home("pictures"), single, single_said, single_file)


def draw_film(longest: float) -> Film:
    """What a film is made of, and where it plays. longest: in seconds."""
    with gr.Column(scale=4, min_width=320, elem_classes="gc-palette"):
        gr.HTML(
            "<h2>A film from one picture to another</h2><p>Click a picture of the sheet, then another: "
            "the film goes from the first to the second, and back.</p>",
            padding=False,
        )
        stops = tiles([], "Stops of the film", "gc-stops", "contain", columns=4, format="png")
        seconds = gr.Slider(1, longest, min(SECONDS, longest), step=1, label="Seconds")
        with gr.Row(elem_classes="gc-act"):
            make = gr.Button("Make the film", variant="primary", size="lg", elem_classes="gc-paint")
            stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
        with gr.Accordion("More than two stops, or one way", open=False, elem_classes="gc-more"):
            through = gr.Textbox(
                STOPS,
                label="Through",
                info="Numbers of pictures, from 0, with commas: the film passes them all and ends where it began.",
                max_length=MAX_TEXT,
            )
            one_way = gr.Checkbox(False, label="One way", info="End at the last picture, instead of going back.")
    with gr.Column(scale=8, min_width=320, elem_classes="gc-wall"):
        video = screen("Film", "gc-picture")
        with gr.Row(elem_classes="gc-caption"):
            said = gr.HTML(FILM.html("idle"), label="What was filmed", container=False, padding=False, scale=4)
            file = gr.DownloadButton("Download MP4", size="md", scale=1, min_width=150, elem_classes="gc-download")
        command = _home("film")
    return Film(stops, through, one_way, seconds, make, stop, video, said, file, command)


def _home(what: str) -> gr.Textbox:
    with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
        return gr.Textbox(
            label="Command",
            lines=2,
            buttons=["copy"],
            interactive=False,
            placeholder=f"Here will stand the command that makes the same {what} on your own computer.",
        )


def _path(payload: gr.data_classes.FileData | None) -> str | None:
    return payload.path if payload is not None else None
