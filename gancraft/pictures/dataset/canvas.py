"""A canvas for the sample paintings: shapes in units of its shorter side, drawn large and then reduced for smooth edges."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from gancraft.pictures.dataset.palettes import Colour

Point = tuple[float, float]


class Canvas:
    """Width x height pixels on a ground. Shapes reach from (0, 0), top left, to (`right`, `bottom`); the smaller is 1."""

    def __init__(self, width: int, height: int, ground: Colour):
        # 4 x 4 samples a pixel show no steps; large pictures make do with 2 x 2.
        self._finer = 4 if max(width, height) <= 256 else 2
        self._unit = self._finer * min(width, height)
        self.right, self.bottom = width / min(width, height), height / min(width, height)
        self._image = Image.new("RGB", (width * self._finer, height * self._finer), ground)
        self._draw = ImageDraw.Draw(self._image, "RGBA")  # this mode blends

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour, alpha: float = 1) -> None:
        """An upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour, alpha)

    def polygon(self, points: Sequence[Point], colour: Colour, alpha: float = 1) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * self._unit, y * self._unit) for x, y in points], _ink(colour, alpha))

    def disc(self, x: float, y: float, radius: float, colour: Colour, alpha: float = 1) -> None:
        """A filled circle."""
        self._draw.ellipse(self._box(x, y, radius), _ink(colour, alpha))

    def slice(self, x: float, y: float, radius: float, start: float, end: float, colour: Colour) -> None:
        """A sector of a disc, from `start` to `end` degrees, clockwise from the right."""
        self._draw.pieslice(self._box(x, y, radius), start, end, _ink(colour, 1))

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """The outline of a circle, inwards from `radius`."""
        self._draw.ellipse(self._box(x, y, radius), None, _ink(colour, 1), max(1, round(width * self._unit)))

    def bar(
        self, x: float, y: float, length: float, width: float, turn: float, colour: Colour, alpha: float = 1
    ) -> None:
        """A rectangle about (x, y), turned by `turn` radians: a stroke, a beam, a line."""
        along = (math.cos(turn) * length / 2, math.sin(turn) * length / 2)
        across = (-math.sin(turn) * width / 2, math.cos(turn) * width / 2)
        corners = ((1, 1), (1, -1), (-1, -1), (-1, 1))
        points = [(x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]) for a, b in corners]
        self.polygon(points, colour, alpha)

    def soften(self, radius: float) -> None:
        """Blur what has been painted so far."""
        self._image = self._image.filter(ImageFilter.GaussianBlur(radius * self._unit))
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def finished(self) -> Image.Image:
        """The painting at its own size."""
        return self._image.reduce(self._finer)

    def _box(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        return (
            (x - radius) * self._unit,
            (y - radius) * self._unit,
            (x + radius) * self._unit,
            (y + radius) * self._unit,
        )


def _ink(colour: Colour, alpha: float) -> tuple[int, int, int, int]:
    return *colour, round(alpha * 255)
