"""Write the sample photographs and `samples.toml`: what each picture is, where it comes from, its licence.

The photographs are scikit-image's own bundled ones; the licence wording is that of the docstrings of
`skimage.data` (astronaut, chelsea, coffee, rocket).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

OURS = "painted by scripts/paint_samples (gancraft)"
SKIMAGE = "scikit-image, skimage.data."


@dataclass(frozen=True)
class Sample:
    """One entry of samples.toml."""

    name: str
    kind: str
    title: str
    source: str
    licence: str
    description: str


PHOTOS = (
    Sample(
        "astronaut",
        "photo",
        "Astronaut Eileen Collins",
        f"{SKIMAGE}astronaut; NASA Great Images",
        "Public domain",
        "Studio portrait: a face, an orange suit, a flag and a model of the shuttle.",
    ),
    Sample(
        "cat",
        "photo",
        "Chelsea the cat",
        f"{SKIMAGE}chelsea; photographer Stefan van der Walt",
        "CC0-1.0",
        "A tabby's face close up: fur, whiskers, green eyes.",
    ),
    Sample(
        "coffee",
        "photo",
        "A cup of coffee",
        f"{SKIMAGE}coffee; photographer Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0-1.0",
        "Still life: a red cup and saucer on a wooden table.",
    ),
    Sample(
        "rocket",
        "photo",
        "Falcon 9 at dawn",
        f"{SKIMAGE}rocket; SpaceX",
        "Public domain",
        "Landscape at dusk: a rocket between lattice towers, lights under a deep blue sky.",
    ),
)
STYLES = (
    Sample(
        "brush",
        "style",
        "Wheat field with cypresses",
        OURS,
        "Apache-2.0",
        "Impressionist oil: long curved strokes in cobalt, viridian and ochre, with bristle and impasto.",
    ),
    Sample(
        "swirl",
        "style",
        "Night over the valley",
        OURS,
        "Apache-2.0",
        "Dashes of oil along a turning night sky, stars with rings of yellow light.",
    ),
    Sample(
        "mosaic",
        "style",
        "Peacock",
        OURS,
        "Apache-2.0",
        "Byzantine mosaic: glass and gold tesserae in rows that follow the outlines.",
    ),
    Sample(
        "woodblock",
        "style",
        "Waves",
        OURS,
        "Apache-2.0",
        "Japanese woodblock print: Prussian-blue gradations, carved lines, foam, paper and wood grain.",
    ),
    Sample(
        "geometry",
        "style",
        "Simultaneous discs",
        OURS,
        "Apache-2.0",
        "Geometric abstraction: broken coloured rings, transparent wedges, weighted black lines.",
    ),
    Sample(
        "watercolour",
        "style",
        "Poppies and cornflowers",
        OURS,
        "Apache-2.0",
        "Wet washes that pool at their edges, granulate and bloom on rough paper.",
    ),
    Sample(
        "pointillist",
        "style",
        "Harbour at sunset",
        OURS,
        "Apache-2.0",
        "Divided colour: dabs of pure pigment set against their complementaries.",
    ),
    Sample(
        "glass",
        "style",
        "Sunrise window",
        OURS,
        "Apache-2.0",
        "Stained glass: streaked, glowing panes in lead lines.",
    ),
    Sample(
        "ink",
        "style",
        "Wheat field, pen drawing",
        OURS,
        "Apache-2.0",
        "Reed pen and sepia ink on cream paper: lines and dots that follow the form.",
    ),
)
SCIKIT_NAME = {"cat": "chelsea"}


def photos(folder: Path) -> None:
    """Copy the photographs as high-quality JPEG, at their own size (none is longer than 640 pixels)."""
    from skimage import data

    folder.mkdir(parents=True, exist_ok=True)
    for sample in PHOTOS:
        picture = np.asarray(getattr(data, SCIKIT_NAME.get(sample.name, sample.name))())
        Image.fromarray(picture[..., :3]).save(folder / f"{sample.name}.jpg", quality=91, optimize=True)


def manifest(root: Path) -> None:
    """Write samples.toml for the pictures that are there; the first of each kind is the default."""
    lines = ["# Written by scripts/paint_samples. The first photo and the first style are the defaults.", ""]
    for sample in (*PHOTOS, *STYLES):
        file = f"{sample.kind}s/{sample.name}.jpg"
        if not (root / file).is_file():
            continue
        lines += [
            "[[sample]]",
            f'name = "{sample.name}"',
            f'file = "{file}"',
            f'kind = "{sample.kind}"',
            f'title = "{sample.title}"',
            f'source = "{sample.source}"',
            f'licence = "{sample.licence}"',
            f'description = "{sample.description}"',
            "",
        ]
    (root / "samples.toml").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
