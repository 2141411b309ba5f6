"""Small abstract paintings, made here: a set with colours and shapes that needs no download and has no owner."""

from __future__ import annotations

import numpy as np

from gancraft.pictures.dataset.arrays import from_image
from gancraft.pictures.dataset.canvas import Canvas
from gancraft.pictures.dataset.motifs import MOTIFS
from gancraft.pictures.dataset.origin import Origin
from gancraft.pictures.dataset.palettes import PALETTES
from gancraft.pictures.dataset.size import USUAL
from gancraft.pictures.picture import Picture

COUNT = 4096
_SEED = 1923  # the same paintings for everybody, whatever a run's seed
_VERSION = 1  # raise it when paintings change, so that kept ones are made anew


def paintings_origin(size: tuple[int, int] | None, labels: bool) -> Origin:
    """4,096 pictures of a size, 64 x 64 pixels without one; classes are the motifs. The same at every size."""
    width, height = size or (USUAL, USUAL)
    motifs = list(MOTIFS.items())
    names = tuple(f"paintings {number}" for number in range(COUNT))

    def painted(number: int) -> Picture:
        random = np.random.default_rng([_SEED, number])
        palette = PALETTES[int(random.integers(len(PALETTES)))]
        canvas = Canvas(width, height, palette.ground)
        motifs[number % len(motifs)][1](canvas, palette, random)
        return from_image(canvas.finished(), names[number])

    return Origin(
        where="sample:paintings",
        names=names,
        open=painted,
        measure=lambda number: (width, height),
        stamp=["paintings", _VERSION, width, height],
        label=(lambda number: number % len(motifs)) if labels else None,
        classes=tuple(name for name, _ in motifs) if labels else (),
    )
