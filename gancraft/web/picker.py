"""A picture of the visitor's own, or a bundled one at a click."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures import Picture, Sample, open_picture, open_sample, samples
from gancraft.web.quiet import QUIET

SAMPLES = Path(__file__).parents[1] / "pictures" / "samples"
HEIGHT = 186  # pixels of the field, its row of sources included
THUMBNAIL = 256  # pixels; tiles are half as large, for screens of twice the density
SMALL = 128  # of the tiles of `gc-small-tiles`


@dataclass(frozen=True)
class Picker:
    """A field for one picture, and tiles of the bundled ones of its kind. The field's value is the file as it was uploaded,
    untouched: it is opened by `open_input`."""

    kind: str
    image: gr.Image
    tiles: gr.Gallery

    def show(self, sample: str | None) -> tuple[Any, Any]:
        """Values of both: a bundled picture by its name, or none. The field's isn't an update: for that Gradio would make the
        component anew, as it was before its files were left untouched."""
        for index, known in enumerate(samples(self.kind)):
            if known.name == sample:
                return str(sample_path(known)), gr.Gallery(selected_index=index)
        return None, gr.Gallery(selected_index=None)


def picker(kind: str, label: str, sample: str | None) -> Picker:
    """Draw one that opens with a bundled picture, or empty, within a column of the class `gc-pick`."""
    known = samples(kind)
    names = [entry.name for entry in known]
    with gr.Row():
        image = field(label, sample_path(known[names.index(sample)]) if sample is not None else None)
        tiles = _tiles(label, known, names.index(sample) if sample is not None else None)

    def pick(event: gr.SelectData) -> str:
        return str(sample_path(known[event.index]))

    tiles.select(pick, None, image, **QUIET)
    # A picture of one's own is none of the tiles.
    gr.on([image.upload, image.clear], lambda: gr.Gallery(selected_index=None), None, tiles, **QUIET)
    return Picker(kind, image, tiles)


def field(label: str, file: Path | None = None, height: int = HEIGHT) -> gr.Image:
    """Draw a field for a picture that is dropped, chosen, pasted or taken."""
    image = gr.Image(
        str(file) if file is not None else None,
        label=label,
        show_label=False,
        type="filepath",
        image_mode=None,
        sources=["upload", "clipboard", "webcam"],
        buttons=[],
        placeholder="Drop a picture, or click",
        height=height,
        elem_classes="gc-input",
    )
    # Gradio would open the file with Pillow first, and tell people of damaged or foreign ones in Pillow's words.
    image.preprocess = _path  # type: ignore[assignment,method-assign]
    return image


def _tiles(label: str, known: list[Sample], selected: int | None) -> gr.Gallery:
    return gr.Gallery(
        [(_thumbnail(sample), sample.title) for sample in known],
        label=f"{label}: pictures that come along",
        show_label=False,
        columns=math.ceil(math.sqrt(len(known))),
        height="auto",
        allow_preview=False,
        selected_index=selected,
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


@cache
def _thumbnail(sample: Sample) -> Image.Image:
    return thumbnail(sample_path(sample), THUMBNAIL)


def thumbnail(file: str | Path, side: int) -> Image.Image:
    """The picture in a file, small. side: the long one, in pixels."""
    with Image.open(file) as image:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        return image.convert("RGB")
