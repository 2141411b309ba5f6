"""The Learn tab: the lesson, to play with."""

from __future__ import annotations

import gradio as gr

from gancraft.web.context import Context
from gancraft.web.learn.board import draw_board
from gancraft.web.learn.strip import draw_strip


def learn_tab(context: Context) -> None:
    """Draw the tab within the open Blocks, with its events."""
    with gr.Column(elem_classes="gc-learn"), gr.Tabs(elem_classes="gc-lessons"):
        with gr.Tab("Two networks", id="game"):
            draw_board(context)
        with gr.Tab("Gram matrices", id="layers"):
            draw_strip(context)
