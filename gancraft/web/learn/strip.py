"""The second lesson on the page: what the Gram matrices of each layer keep of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from gancraft.pictures import samples
from gancraft.web.context import Context
from gancraft.web.errors import friendly
from gancraft.web.learn.layers import SAYINGS, example, layers_events
from gancraft.web.picker import open_input, picker
from gancraft.web.play import play
from gancraft.web.runs import Outputs, Switch

API_NAME = "layers"
OPENS_WITH = "woodblock"  # its strokes are easily told from its colours
INTRO = (
    "A network that was trained to see takes a picture apart, layer by layer. For one layer, a <b>Gram matrix</b> says which "
    "of its detectors are active at the same places, and how strongly; <i>where</i> that is, it doesn’t say. Style transfer "
    "asks for these matrices and nothing else of a style. So what do they keep?"
)
READING = (
    "Each texture begins as noise in the picture’s colours, and is changed step by step to bring its Gram matrices near the "
    "picture’s, in its own layer and in all before it. The first layers keep colours and grain, the middle ones strokes, the "
    "deep ones motifs. Where things are is lost; what they are made of stays."
)
MATRICES = (
    "The matrices. A row and a column belong to one detector each; a dark dot says that the two often see something at the "
    "same place. Both halves mirror each other, since A with B is the same as B with A."
)
MORE = (
    "In the Style tab a photo joins in: Strength weighs the two, and the settings there have a weight for each of the three "
    "losses, content, style and variation."
)


def draw_strip(context: Context) -> None:
    """Draw it within the open Blocks, with its events."""
    known = [sample.name for sample in samples("style")]
    hung, label, maps, home = example(context.plugins)
    with gr.Row(elem_classes="gc-studio gc-layers", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            gr.HTML(f'<p class="gc-prose">{INTRO}</p>', padding=False)
            with gr.Column(elem_classes="gc-pick"):
                gr.HTML("<h2>Picture</h2>", padding=False)
                chosen = picker("style", "Picture", OPENS_WITH if OPENS_WITH in known else known[0])
            with gr.Row(elem_classes="gc-act"):
                start = gr.Button("Show every layer", variant="primary", size="lg", elem_classes="gc-paint")
                stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
            seed = gr.Number(
                0, minimum=0, maximum=2**31 - 1, precision=0, label="Seed", info="Of the noise they begin as."
            )
            gr.HTML(f'<p class="gc-prose">{MORE}</p>', padding=False)
        with gr.Column(scale=7, min_width=320, elem_classes="gc-wall"):
            textures = _gallery(hung, "Textures", "gc-textures", 3)
            with gr.Row(elem_classes="gc-caption"):
                said = gr.HTML(label, label="What was painted", container=False, padding=False)
            gr.HTML(f'<p class="gc-prose gc-reading">{READING}</p>', padding=False)
            matrices = _gallery(maps, "Gram matrices", "gc-matrices", 5)
            gr.HTML(f'<p class="gc-prose gc-reading gc-of-matrices">{MATRICES}</p>', padding=False)
            with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
                command = gr.Textbox(
                    home,
                    label="Command",
                    lines=2,
                    buttons=["copy"],
                    interactive=False,
                )

    def layers(switch: Switch, picture: str | None, seed: float) -> Iterator[Outputs]:
        """Paint, for each layer of the network, a texture that has the picture's Gram matrices up to there."""
        with friendly():
            opened = open_input(picture, "Picture", context.limits.max_megapixels)
        yield from layers_events(switch, context.plugins, opened, int(seed or 0), context.limits)

    play(
        start,
        stop,
        layers,
        [chosen.image, seed],
        [textures, said, matrices, command],
        says=said,
        sayings=SAYINGS,
        waits_in="learn",
        api_name=API_NAME,
        progress_on=textures,
    )


def _gallery(hung: list[tuple[Any, str]], label: str, kind: str, columns: int) -> gr.Gallery:
    return gr.Gallery(
        hung,
        label=label,
        show_label=False,
        columns=columns,
        height="auto",
        object_fit="contain",
        format="webp",
        buttons=[],
        container=False,
        interactive=False,
        elem_classes=kind,
    )
