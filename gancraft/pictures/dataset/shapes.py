"""Coloured shapes on a plain ground: the smallest set of pictures in which everything that a GAN must learn can be counted.

A picture is a shape, a colour, a place and a size, each drawn by itself. A generator that leaves one out, or that mixes two,
is found out by a glance.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gancraft.pictures.dataset.arrays import from_image
from gancraft.pictures.dataset.canvas import Canvas
from gancraft.pictures.dataset.origin import Origin
from gancraft.pictures.dataset.palettes import Colour
from gancraft.pictures.picture import Picture

COUNT, SIDE = 4096, 16
_DRAWN = 64  # pixels a side that they are drawn at, at least: on a coarser grid some would be exact copies of others
_SEED = 1914  # the same shapes for everybody, whatever a run's seed
_VERSION = 1  # raise it when shapes change, so that kept ones are made anew

GROUND: Colour = (240, 236, 224)
COLOURS: dict[str, Colour] = {
    "red": (214, 48, 49),
    "orange": (240, 147, 43),
    "green": (46, 140, 87),
    "turquoise": (34, 166, 179),
    "blue": (41, 64, 161),
    "black": (32, 32, 40),
}


def _disc(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.disc(x, y, radius, colour)


def _square(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    half = 0.9 * radius
    canvas.rectangle(x - half, y - half, x + half, y + half, colour)


def _triangle(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.polygon([(x, y - radius), (x + radius, y + 0.8 * radius), (x - radius, y + 0.8 * radius)], colour)


def _cross(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    for turn in (math.pi / 4, -math.pi / 4):
        canvas.bar(x, y, 2.2 * radius, 0.55 * radius, turn, colour)


SHAPES: dict[str, Callable[[Canvas, float, float, float, Colour], None]] = {
    "disc": _disc,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
}


def shapes_origin(size: tuple[int, int] | None, labels: bool) -> Origin:
    """4,096 pictures of a size, 16 x 16 pixels without one; classes are the shapes. The same at every size."""
    width, height = size or (SIDE, SIDE)
    kinds, colours = list(SHAPES.values()), list(COLOURS.values())
    finer = math.ceil(_DRAWN / min(width, height))
    names = tuple(f"shapes {number}" for number in range(COUNT))

    def drawn(number: int) -> Picture:
        random = np.random.default_rng([_SEED, number])
        colour = colours[number // len(kinds) % len(colours)]
        canvas = Canvas(width * finer, height * finer, GROUND)
        radius = float(random.uniform(0.22, 0.38))
        x, y = (float(random.uniform(radius, most - radius)) for most in (canvas.right, canvas.bottom))
        kinds[number % len(kinds)](canvas, x, y, radius, colour)
        return from_image(canvas.finished().reduce(finer), names[number])

    return Origin(
        where="sample:shapes",
        names=names,
        open=drawn,
        measure=lambda number: (width, height),
        stamp=["shapes", _VERSION, width, height],
        label=(lambda number: number % len(kinds)) if labels else None,
        classes=tuple(SHAPES) if labels else (),
    )
