"""The right side of the Train tab: the sample sheet in its frame, what came of it, and how the run goes."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from gancraft.web.train.course import STYLE
from gancraft.web.train.words import SAYINGS


@dataclass(frozen=True)
class Wall:
    """generate: takes the model to the Generate tab; film: comes when a run has ended; the rest is what a run gives, in the
    order of `outputs`."""

    picture: gr.Image
    label: gr.HTML
    course: gr.HTML
    model: gr.DownloadButton
    report: gr.DownloadButton
    command: gr.Textbox
    generate: gr.Button
    film: gr.Video  # of the growth, made when a run has ended

    @property
    def outputs(self) -> list[Component]:
        return [self.picture, self.label, self.course, self.model, self.report, self.command]


def draw_wall() -> Wall:
    """Draw it within the open Blocks."""
    with gr.Column(scale=7, min_width=320, elem_classes="gc-side"):
        gr.HTML(STYLE, padding=False, elem_classes="gc-unseen")
        with gr.Column(elem_classes="gc-wall"):
            picture = gr.Image(
                label="What the network makes",
                show_label=False,
                container=False,
                buttons=["fullscreen"],
                interactive=False,
                elem_classes="gc-picture",
            )
            with gr.Row(elem_classes="gc-caption"):
                label = gr.HTML(SAYINGS.html("idle"), label="The run", container=False, padding=False)
            with gr.Row(elem_classes="gc-after"):
                generate = gr.Button("Use it in Generate", variant="primary", size="md", min_width=150)
                model = gr.DownloadButton("Download the model", size="md", min_width=150, elem_classes="gc-model")
                report = gr.DownloadButton("Download the report", size="md", min_width=150, elem_classes="gc-report")
            with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
                command = gr.Textbox(
                    label="Command",
                    lines=2,
                    buttons=["copy"],
                    interactive=False,
                    placeholder="Here will stand the command that trains the same network on your own computer.",
                )
        with gr.Column(elem_classes="gc-growth"):
            gr.HTML("<h3>How it grew</h3>", padding=False)
            film = gr.Video(
                label="How it grew",
                show_label=False,
                container=False,
                interactive=False,
                autoplay=True,
                loop=True,
                buttons=["download"],
            )
        course = gr.HTML(label="How it goes", padding=False, elem_classes="gc-goes")
    return Wall(picture, label, course, model, report, command, generate, film)
