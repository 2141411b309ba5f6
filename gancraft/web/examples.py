"""Paintings that are there before anything is painted: made by `scripts/make_examples.py`, shown at a click.

`examples/examples.json` says of each what it was painted from and how; its picture carries the whole recipe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from gancraft.pictures import samples
from gancraft.plugins import Plugins
from gancraft.style.choice import STYLE, StyleChoice, resolve_style
from gancraft.web.command import at_home
from gancraft.web.label import label, shape_of
from gancraft.web.painting import sample_title, title
from gancraft.web.picker import SMALL, sample_path, thumbnail
from gancraft.web.tiles import tiles

EXAMPLES = Path(__file__).with_name("examples")
LIST = "examples.json"
SAYS = "An example, painted before you came. Drag the line to compare; press Paint for your own."


@dataclass(frozen=True)
class Example:
    """file: the painting, in `EXAMPLES`; photo, styles: bundled pictures by name, styles with weights; size: the long side;
    settings: by part and name, what differs from the defaults."""

    file: str
    photo: str
    styles: Sequence[tuple[str, float]]
    method: str
    size: int
    seed: int
    settings: Mapping[str, Mapping[str, Any]]

    @property
    def path(self) -> Path:
        return EXAMPLES / self.file

    @property
    def title(self) -> str:
        return title(sample_title(self.photo), [sample_title(style) for style, _ in self.styles])

    @property
    def layer(self) -> dict[str, Mapping[str, Any]]:
        """Its settings, as `resolve_style` takes them."""
        return {**self.settings, STYLE.name: {"plugin": self.method, "size": str(self.size), "seed": self.seed}}

    def choice(self, plugins: Plugins) -> StyleChoice:
        return resolve_style(plugins, [self.layer])

    def on_the_wall(self, plugins: Plugins) -> tuple[Any, ...]:
        """Values for file, (before, after), label and command."""
        after = str(self.path)
        with Image.open(after) as image:
            width, height = image.size
        styles = [(f"sample:{name}", weight) for name, weight in self.styles]
        command = at_home(self.choice(plugins), f"sample:{self.photo}", styles)
        before = next(str(sample_path(sample)) for sample in samples() if sample.name == self.photo)
        return after, (before, after), label("example", self.title, SAYS, shape_of(width, height)), command


def load_examples(plugins: Plugins) -> list[Example]:
    """Those whose method is there."""
    entries = json.loads((EXAMPLES / LIST).read_text(encoding="utf-8"))
    known = [Example(**{**entry, "styles": [(name, weight) for name, weight in entry["styles"]]}) for entry in entries]
    return [example for example in known if example.method in plugins.names("style")]


def draw_examples(examples: Sequence[Example]) -> gr.Gallery:
    """Draw their tiles within the open Blocks."""
    with gr.Column(elem_classes="gc-strip", visible=bool(examples)):
        gr.HTML("<h2>Start from one of these</h2>", padding=False)
        return tiles(
            [(thumbnail(example.path, SMALL), example.title) for example in examples],
            "Start from one of these: paintings that are there already",
            "gc-small-tiles",
            columns=max(1, len(examples)),
        )
