"""Pictures and films that the page only shows: no frame, no label, no buttons of Gradio's."""

from __future__ import annotations

from typing import Any, Literal

import gradio as gr


def tiles(
    pictures: list[Any], label: str, look: str, fit: Literal["cover", "contain"] = "cover", **more: Any
) -> gr.Gallery:
    """Pictures beside each other, each of which can be clicked. label: for who can't see them; look: CSS classes."""
    return gr.Gallery(
        pictures,
        label=label,
        show_label=False,
        height="auto",
        allow_preview=False,
        object_fit=fit,
        buttons=[],
        container=False,
        interactive=False,
        elem_classes=look,
        **more,
    )


def screen(label: str, look: str) -> gr.Video:
    """A film that plays by itself, again and again."""
    return gr.Video(
        label=label,
        show_label=False,
        container=False,
        interactive=False,
        autoplay=True,
        loop=True,
        buttons=[],
        elem_classes=look,
    )
