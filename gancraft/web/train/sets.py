"""What to train on: pictures of the visitor's own, or a bundled set at a click.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from gancraft.latent.sheet import arranged, is_points
from gancraft.pictures.dataset import DataSample, data_samples, glimpse
from gancraft.web.painting import levels
from gancraft.web.settings import Limits

TILE = 16  # pictures on a tile
POINTS = 1000  # on a tile, where the set is points
OWN = "Your own pictures: as many as you can, at least 8, better some hundreds of one kind."


@dataclass(frozen=True)
class Sets:
    """The fields. sample: the name of the bundled set, "" where files are given."""

    files: gr.File
    tiles: gr.Gallery
    sample: gr.Dropdown
    says: gr.HTML


def bundled() -> list[DataSample]:
    """The sets that come along; the one with the smallest pictures first, since something is seen of it soonest, and points
    last."""
    return sorted(data_samples(), key=lambda sample: (is_points(sample.shape), sample.shape.height))


def by_name(name: str) -> DataSample | None:
    """A bundled set."""
    return next((sample for sample in bundled() if sample.name == name), None)


def side(sample: DataSample | None, limits: Limits) -> int:
    """Of the pictures, where nobody says otherwise: their own if it is small. None: the visitor's own."""
    start = min(limits.train_start_side, limits.train_side)
    return start if sample is None or is_points(sample.shape) else min(start, sample.shape.height)


def draw_sets() -> Sets:
    """Draw a field for files and a tile for each bundled set, within the open Blocks; the first one is chosen."""
    known = bundled()
    with gr.Column(elem_classes="gc-pick"):
        gr.HTML("<h2>Pictures</h2>", padding=False)
        with gr.Row():
            files = gr.File(
                label="Your own, or one .zip",
                file_count="multiple",
                file_types=["image", ".zip"],
                height=186,
                elem_classes="gc-files",
            )
            # Gradio would make an empty file for each.
            files.preprocess = _paths  # type: ignore[assignment,method-assign]
            tiles = gr.Gallery(
                [(tile(sample.source), sample.name.capitalize()) for sample in known],
                label="Sets that come along",
                show_label=False,
                columns=len(known),
                height="auto",
                allow_preview=False,
                selected_index=0,
                object_fit="cover",
                buttons=[],
                container=False,
                interactive=False,
                elem_classes="gc-tiles gc-sets",
            )
        says = gr.HTML(about(known[0]), padding=False)
        sample = gr.Dropdown(["", *(s.name for s in known)], value=known[0].name, label="Bundled set", visible=False)
    return Sets(files, tiles, sample, says)


def about(sample: DataSample | None) -> str:
    """A line below: what is chosen."""
    return f'<p class="gc-says">{sample.summary if sample else OWN}</p>'


def own(files: Sequence[str]) -> str:
    """The same for files of the visitor's own."""
    named = Path(files[0]).name if len(files) == 1 else f"{len(files):,} files of your own"
    return f'<p class="gc-says">{escape(named)}</p>'


def chosen(sample: DataSample | None) -> list[Any]:
    """What all fields show when a set is chosen, or none: (files, tiles, sample, says)."""
    number = bundled().index(sample) if sample else None
    files = None if sample else gr.skip()
    return [files, gr.Gallery(selected_index=number), sample.name if sample else "", about(sample)]


@cache
def tile(source: str) -> np.ndarray:
    """A few pictures of a bundled set as one, HWC."""
    sample = next(sample for sample in data_samples() if sample.source == source)
    if is_points(sample.shape):
        return levels(arranged(glimpse(source, POINTS), sample.shape))
    return levels(arranged(glimpse(source, TILE).astype(np.float32) / 255, sample.shape))


def _paths(payload: Sequence[Any] | None) -> list[str]:
    return [file.path for file in payload or ()]
