"""A picture of the visitor's own, or a bundled one at a click."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import gradio as gr
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures import Picture, Sample, open_picture, open_sample, samples

SAMPLES = Path(__file__).parents[1] / "pictures" / "samples"
HEIGHT = 186  # pixels of the field, its row of sources included
THUMBNAIL = 256  # pixels; tiles are half as large, for screens of twice the density


def picker(kind: str, label: str) -> gr.Image:
    """Draw a field for one picture, which opens with the first bundled picture of `kind`, and tiles of all of them.

    The component's value is the file as it was uploaded, untouched: it is opened by `open_input`.
    """
    known = samples(kind)
    with gr.Column(elem_classes="gc-pick"):
        gr.HTML(f"<h2>{label}</h2>", padding=False)
        with gr.Row():
            image = _field(label, known[0])
            tiles = _tiles(label, known)

    def pick(event: gr.SelectData) -> str:
        return str(sample_path(known[event.index]))

    tiles.select(pick, None, image, queue=False, show_progress="hidden", api_visibility="private")
    # A picture of one's own is none of the tiles.
    gr.on(
        [image.upload, image.clear],
        lambda: gr.Gallery(selected_index=None),
        None,
        tiles,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    return image


def _field(label: str, first: Sample) -> gr.Image:
    image = gr.Image(
        str(sample_path(first)),
        label=label,
        show_label=False,
        type="filepath",
        image_mode=None,
        sources=["upload", "clipboard", "webcam"],
        buttons=[],
        height=HEIGHT,
        elem_classes="gc-input",
    )
    # Gradio would open the file with Pillow first, and tell people of damaged or foreign ones in Pillow's words.
    image.preprocess = _path  # type: ignore[assignment,method-assign]
    return image


def _tiles(label: str, known: list[Sample]) -> gr.Gallery:
    return gr.Gallery(
        [(_thumbnail(sample), sample.title) for sample in known],
        label=f"{label}s that come along",
        show_label=False,
        columns=math.ceil(math.sqrt(len(known))),
        height="auto",
        allow_preview=False,
        selected_index=0,
        object_fit="cover",
        buttons=[],
        container=False,
        interactive=False,
        elem_classes="gc-tiles",
    )


def open_input(path: str | None, label: str, max_megapixels: float) -> Picture:
    """The picture in a picker. One whose bytes are a bundled picture's is that one. Raises UsageError, in one line."""
    if path is None:
        raise UsageError(f"{label}: choose a picture, or click one of the tiles")
    picture = open_picture(path, max_megapixels)
    return open_sample(bundled[picture.sha256]) if picture.sha256 in (bundled := _by_hash()) else picture


def sample_path(sample: Sample) -> Path:
    """Where a bundled picture is."""
    return SAMPLES.joinpath(*sample.file.split("/"))


def _path(payload: gr.data_classes.FileData | None) -> str | None:
    return payload.path if payload is not None else None


@cache
def _by_hash() -> dict[str, str]:
    return {open_sample(sample.name).sha256: sample.name for sample in samples()}


def _thumbnail(sample: Sample) -> Image.Image:
    image = Image.open(sample_path(sample)).convert("RGB")
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return image
