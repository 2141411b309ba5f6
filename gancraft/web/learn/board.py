"""The first lesson on the page: two networks, what can go wrong between them, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr
import numpy as np

from gancraft.latent.sheet import points_picture
from gancraft.pictures.dataset import open_set
from gancraft.web.context import Context
from gancraft.web.errors import friendly
from gancraft.web.learn.game import SAYINGS, game_events
from gancraft.web.learn.lessons import SOURCE, Cure, Situation, find, playground
from gancraft.web.painting import levels
from gancraft.web.play import play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.train.course import STYLE

API_NAME = "learn"
MOST_SEED = 2**31 - 1
INTRO = (
    "A <b>generator</b> turns random numbers into points: the orange ones. A <b>discriminator</b> looks at points and says "
    "which are real. It has seen the grey ones. Neither ever sees the other’s numbers; each learns only from "
    "how well the other does."
)
LEGEND = (
    ("real", "real points"),
    ("made", "made by the generator"),
    ("taken-real", "judged real"),
    ("taken-made", "judged made"),
    ("line", "can’t tell"),
)
MISSING = (
    "No installed plugin plays with points in the plane, so this lesson has no board. One comes with gancraft; the Plugins "
    "tab says what is installed, and what failed and why."
)


def draw_board(context: Context) -> None:
    """Draw it within the open Blocks, with its events."""
    method, situations = playground(context.plugins)
    if method is None or not situations:
        gr.HTML(f'<p class="gc-prose">{MISSING}</p>', padding=False)
        return
    first = situations[0]
    with gr.Row(elem_classes="gc-studio gc-game", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            gr.HTML(f'<p class="gc-prose">{INTRO}</p>', padding=False)
            situation = gr.Radio(
                [(one.title, one.name) for one in situations],
                value=first.name,
                label="Situation",
                elem_classes="gc-situation",
            )
            cure = gr.Radio(
                _cures(first), value=first.cures[0].name, label="Cure", visible=False, elem_classes="gc-cure"
            )
            # Its choices are those of the situation; a program may name any, and is told when there is no such.
            cure.preprocess = str  # type: ignore[method-assign,assignment]
            cure.api_info = lambda: {"type": "string"}  # type: ignore[method-assign]
            with gr.Row(elem_classes="gc-act"):
                start = gr.Button("Play", variant="primary", size="lg", elem_classes="gc-paint")
                stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
            story = gr.HTML(_story(first, first.cures[0]), padding=False)
            with gr.Row(elem_classes="gc-seed"):
                seed = gr.Number(
                    0, minimum=0, maximum=MOST_SEED, precision=0, label="Seed", info="The same seed is the same game."
                )
                again = gr.Button("Play with another seed", size="sm", elem_classes="gc-quiet gc-again")
        with gr.Column(scale=7, min_width=320, elem_classes="gc-side"):
            gr.HTML(STYLE, padding=False, elem_classes="gc-unseen")
            with gr.Column(elem_classes="gc-wall"):
                picture = gr.Image(
                    _data(),
                    label="The plane",
                    show_label=False,
                    container=False,
                    type="filepath",
                    format="webp",
                    buttons=["fullscreen"],
                    interactive=False,
                    elem_classes="gc-picture",
                )
                gr.HTML(_legend(), padding=False)
                with gr.Row(elem_classes="gc-caption"):
                    said = gr.HTML(SAYINGS.html("idle"), label="The game", container=False, padding=False)
                with gr.Accordion("Run this at home", open=False, elem_classes="gc-home"):
                    command = gr.Textbox(
                        label="Command",
                        lines=2,
                        buttons=["copy"],
                        interactive=False,
                        placeholder="Here will stand the command that plays the same game on your own computer.",
                    )
            curves = gr.HTML(label="How it goes", padding=False, elem_classes="gc-goes")

    def learn(switch: Switch, situation: str, cure: str, seed: float) -> Iterator[Outputs]:
        with friendly():
            chosen = find(situations, situation)
            remedy = chosen.cure(cure)
        yield from game_events(switch, context.plugins, method, chosen, remedy, int(seed or 0), context.limits)

    learn.__doc__ = _described(situations)
    play(
        start,
        stop,
        learn,
        [situation, cure, seed],
        [picture, said, curves, command],
        says=said,
        sayings=SAYINGS,
        waits_in="learn",
        api_name=API_NAME,
        progress_on=picture,
    )
    situation.input(lambda name: _turned(find(situations, name)), situation, [cure, story], **QUIET)
    cure.input(lambda name, remedy: _told(find(situations, name), remedy), [situation, cure], story, **QUIET)
    other = again.click(
        None, None, seed, js="() => Math.floor(1000 * Math.random())", show_progress="hidden", api_visibility="private"
    )
    other.then(
        None, None, None, js="() => document.querySelector('.gc-game .gc-paint').click()", api_visibility="private"
    )


def _described(situations: Sequence[Situation]) -> str:
    """For programs, which see no lists that change with each other."""
    cures = "; ".join(f"{one.name}: {', '.join(cure.name for cure in one.cures)}" for one in situations)
    return (
        "Play the game of generator and discriminator on points in the plane, fair or with a trouble and a cure. Returns a "
        f"picture of the plane, what was found, curves and the command line. Cures by situation: {cures}."
    )


def _turned(situation: Situation) -> tuple[Any, str]:
    """What follows from the situation: its cures, and the story of none of them."""
    first = situation.cures[0]
    cures = gr.Radio(_cures(situation), value=first.name, visible=len(situation.cures) > 1)
    return cures, _story(situation, first)


def _told(situation: Situation, cure: str) -> str:
    with friendly():
        return _story(situation, situation.cure(cure))


def _cures(situation: Situation) -> list[tuple[str, str]]:
    return [(cure.title, cure.name) for cure in situation.cures]


def _story(situation: Situation, cure: Cure) -> str:
    """What goes on and where to look; with a cure, what that does."""
    cured = cure is not situation.cures[0]
    second = f"<b>The cure.</b> {escape(cure.says)}" if cured else f"<b>What to look at.</b> {escape(situation.look)}"
    last = "" if cured else f"<p>{escape(cure.says)}</p>"
    return f'<div class="gc-prose gc-story"><p>{escape(situation.story)}</p><p>{second}</p>{last}</div>'


def _legend() -> str:
    items = "".join(f'<li><i class="gc-{name}"></i>{words}</li>' for name, words in LEGEND)
    return f'<ul class="gc-legend">{items}</ul>'


def _data() -> np.ndarray:
    """The real points, before anything is made."""
    reals_N2 = open_set(SOURCE).x_NCHW[:1024].reshape(-1, 2)
    return levels(points_picture(np.zeros((0, 2)), reals_N2))
