"""Colours of the sample paintings: a few palettes, each with a ground, an ink and colours that go together."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """8-bit sRGB. ground: the canvas; ink: the darkest, for lines; colours: light and warm ones first."""

    ground: Colour
    ink: Colour
    colours: tuple[Colour, ...]


def _palette(ground: str, ink: str, colours: str) -> Palette:
    return Palette(_colour(ground), _colour(ink), tuple(_colour(text) for text in colours.split()))


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


PALETTES = (
    _palette("f3ead7", "1f1d2b", "f2b632 e4572e c8325a 2e6f95 17415f 8fb8a8"),  # studio: primaries on cream
    _palette("f7e3c4", "3a1f2b", "f6a54a e8703a c9412f 8e2a3b e7c27d 5b6f7f"),  # desert
    _palette("dfe9e6", "10243a", "f4d35e ee964b 3c7a89 1f4e6b 9fc8c4 0d3b53"),  # sea
    _palette("efe7ee", "2a1a40", "f9c6a0 ef7f8b b5548f 6a3d8f 3d2c6b f3a6b8"),  # dusk
    _palette("f1efdc", "1d2a20", "e9c648 d98e2b 7fa05a 3f6b4c 234b3d b5472f"),  # garden
    _palette("1c2233", "0d101b", "f5d67b e98a4f cf4b50 3f7fa6 7fc0c0 efe6d2"),  # night
)
