"""A picture to draw on: Gradio's editor, whose value here is what was drawn, as files that nobody has opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components.base import server
from gradio.components.image_editor import AcceptBlobs

COLOUR = ("#ff5a36", 0.65)  # and how opaque: what is drawn on stays in sight
SIDE = 512  # pixels of the picture that is drawn on
MOST_LAYERS = 4
MOST_KEPT = 16  # drawings that were sent and not yet asked for; whoever sends them needn't ask

Layers = Sequence[bytes | str]


def draw_editor(label: str, name: str) -> gr.ImageEditor:
    """Draw one within the open Blocks; name: its class. Its value is the layers, as bytes or paths; None where nothing was
    ever laid on it."""
    editor = gr.ImageEditor(
        label=label,
        sources=[],
        transforms=[],
        layers=gr.LayerOptions(allow_additional_layers=False, disabled=True),
        brush=gr.Brush(default_size=32, colors=[COLOUR], default_color=COLOUR, color_mode="fixed"),
        buttons=[],
        canvas_size=(SIDE, SIDE),
        format="png",
        elem_classes=f"gc-mask {name}",
    )
    take = editor.accept_blobs

    @server
    def accept_blobs(data: AcceptBlobs) -> None:
        """Gradio's own, but that nobody fills the memory."""
        index = data.data["index"]
        if index and index != "null" and not 0 <= int(index) < MOST_LAYERS:
            raise ValueError("there are no so many layers")
        take(data)
        for old in [*editor.blob_storage][:-MOST_KEPT]:
            editor.blob_storage.pop(old, None)

    def layers(payload: Any) -> Layers | None:
        """Gradio would open them with Pillow, whoever sent them."""
        if payload is None:
            return None
        cached = editor.blob_storage.pop(payload.id, None) if payload.id is not None else None
        if cached is not None:
            return [bytes(layer) for layer in cached.layers if layer is not None]
        return [layer.path for layer in payload.layers[:MOST_LAYERS] if layer is not None]

    # A class of our own would have Gradio write a file beside this one.
    editor.accept_blobs = accept_blobs  # type: ignore[method-assign]
    editor.preprocess = layers  # type: ignore[assignment,method-assign]
    return editor
