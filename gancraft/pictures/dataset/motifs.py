"""Motifs of the sample paintings, each after a way of painting of the early twentieth century.

Every motif paints on a canvas with a palette and draws all its chances from `random`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gancraft.pictures.dataset.canvas import Canvas
from gancraft.pictures.dataset.palettes import Colour, Palette

Motif = Callable[[Canvas, Palette, np.random.Generator], None]


def horizon(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """A sun over sea or hills, in flat bands (after Adnan and Vallotton)."""
    right, bottom = canvas.right, canvas.bottom
    light, warm, sun = (palette.colours[place] for place in random.permutation(3))
    low = random.uniform(0.5, 0.68) * bottom
    bands = 6
    for band in range(bands):
        colour = _mix(_mix(palette.ground, light, 0.25), warm, 0.75 * band / (bands - 1))
        canvas.rectangle(0, low * band / bands, right, low * (band + 1) / bands + 0.02, colour)
    x, radius = random.uniform(0.22, 0.78) * right, random.uniform(0.1, 0.17)
    y = random.uniform(0.3, 0.95) * low
    sun = _mix(sun, (255, 250, 235), float(random.choice([0.1, 0.65])))
    canvas.disc(x, y, radius * 1.6, sun, 0.3)
    canvas.disc(x, y, radius, sun)
    first, second = _two(palette.colours[3:], random)
    if random.random() < 0.5:
        _sea(canvas, random, low, x, radius, (_mix(first, palette.ink, 0.15), _mix(second, palette.ink, 0.3), sun))
    else:
        _hills(canvas, random, low, [_mix(first, warm, 0.25), _mix(second, first, 0.3), _mix(second, palette.ink, 0.6)])


def _sea(
    canvas: Canvas,
    random: np.random.Generator,
    low: float,
    x: float,
    radius: float,
    colours: tuple[Colour, Colour, Colour],
) -> None:
    near, far, sun = colours
    bottom = canvas.bottom
    for band in range(4):
        top = low + (bottom - low) * band / 4
        canvas.rectangle(0, top, canvas.right, bottom, _mix(near, far, band / 3))
    for band in range(4):
        y = low + (bottom - low) * (0.12 + 0.23 * band)
        canvas.bar(x + random.uniform(-0.02, 0.02), y, radius * (1.9 - 0.3 * band), 0.028, 0, sun, 0.85)


def _hills(canvas: Canvas, random: np.random.Generator, low: float, colours: list[Colour]) -> None:
    across = np.linspace(0, canvas.right, 33)
    for row, colour in enumerate(colours):
        base = low + (canvas.bottom - low) * (0.3 * row - 0.08)
        wave, phase = random.uniform(2.5, 5), random.uniform(0, 2 * math.pi)
        tops = base + 0.075 * np.sin(wave * across + phase)
        outline = [(float(x), float(y)) for x, y in zip(across, tops, strict=True)]
        canvas.polygon([*outline, (canvas.right, canvas.bottom), (0, canvas.bottom)], colour)


def patchwork(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """Squares of colour that lean on each other, with a moon (after Klee)."""
    count = int(random.integers(4, 6))
    columns, rows = (_edges(count, side, random) for side in (canvas.right, canvas.bottom))
    tones = [*palette.colours, palette.ground]
    centre = random.uniform(0.2, 0.8, 2)
    for top, low in zip(rows, rows[1:], strict=False):
        for left, right in zip(columns, columns[1:], strict=False):
            # Warm and light about one place, cold and dark away from it.
            away = math.hypot(left / canvas.right - centre[0], top / canvas.bottom - centre[1])
            place = min(len(tones) - 2, int(max(0.0, away * 4.5 + random.normal(0, 0.9))))
            canvas.rectangle(
                left, top, right + 0.01, low + 0.01, _mix(tones[place], tones[place + 1], random.random() * 0.6)
            )
            if random.random() < 0.14:
                colour = _mix(tones[place], palette.ink, 0.3)
                canvas.polygon([(left, low), (right, low), ((left + right) / 2, top)], colour)
    if random.random() < 0.6:
        x, y = centre[0] * canvas.right, centre[1] * canvas.bottom
        canvas.disc(x, y, random.uniform(0.08, 0.13), _mix(palette.colours[1], palette.colours[2], random.random()))


def _edges(count: int, side: float, random: np.random.Generator) -> list[float]:
    parts = random.uniform(0.7, 1.3, count)
    return [0.0, *(float(edge) for edge in np.cumsum(parts) / parts.sum() * side)]


def targets(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """Squares with concentric circles (after Kandinsky)."""
    rows = int(random.choice([1, 2, 2, 3]))
    columns = max(1, round(rows * canvas.right / canvas.bottom))
    width, height = canvas.right / columns, canvas.bottom / rows
    tones = [*palette.colours, palette.ground]
    for row in range(rows):
        for column in range(columns):
            x, y, half = (column + 0.5) * width, (row + 0.5) * height, min(width, height) / 2
            order = random.permutation(len(tones))
            canvas.rectangle(column * width, row * height, x + width / 2, y + height / 2, tones[order[0]])
            for ring in range(1, 5):
                radius = half * (1.02 - 0.22 * ring + random.uniform(-0.03, 0.03))
                canvas.disc(x, y, radius, tones[order[ring]])


def beams(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """Beams afloat on one diagonal, over a disc (after Malevich)."""
    turn = random.choice([-1, 1]) * random.uniform(0.45, 0.95)
    x, y = random.uniform(0.35, 0.65) * canvas.right, random.uniform(0.35, 0.65) * canvas.bottom
    canvas.disc(x, y, random.uniform(0.16, 0.3), palette.colours[int(random.integers(0, 3))])
    inks = [palette.ink if sum(palette.ground) > 380 else palette.colours[-1], *palette.colours[1:]]
    order = random.permutation(len(inks))
    for beam in range(5):
        side, along = (beam - 2) * 0.17 + random.normal(0, 0.02), random.normal(0, 0.13)
        place = (
            x + math.cos(turn) * along - math.sin(turn) * side,
            y + math.sin(turn) * along + math.cos(turn) * side,
        )
        width = (0.025, 0.055, 0.1, 0.13, 0.035)[int(random.integers(0, 5))]
        canvas.bar(*place, random.uniform(0.35, 0.95), width, turn, inks[order[beam]])
    canvas.bar(x, y, random.uniform(0.5, 0.8), 0.022, turn + math.pi / 2, inks[order[5]])


def fields(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """Two or three soft fields of colour (after Rothko)."""
    order = random.permutation(len(palette.colours))
    ground = _mix(palette.colours[order[0]], palette.ink, random.uniform(0, 0.35))
    canvas.rectangle(0, 0, canvas.right, canvas.bottom, ground)
    count = int(random.integers(2, 4))
    edges = np.array(_edges(count, canvas.bottom - 0.16, random)) + 0.08
    for field in range(count):
        colour = _mix(palette.colours[order[field + 1]], ground, random.uniform(0.0, 0.18))
        canvas.rectangle(0.1, float(edges[field]) + 0.022, canvas.right - 0.1, float(edges[field + 1]) - 0.022, colour)
    canvas.soften(0.018)


def wheels(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """Discs in quarters that shine through each other (after Sonia and Robert Delaunay)."""
    tones = [*palette.colours, palette.ground]
    first, second = _two(tones, random)
    x, y = random.uniform(0.35, 0.65) * canvas.right, random.uniform(0.35, 0.65) * canvas.bottom
    canvas.rectangle(0, 0, x, canvas.bottom, first)
    canvas.rectangle(x, 0, canvas.right, canvas.bottom, second)
    start = random.uniform(0, 90)
    for ring in range(4):
        radius = 0.47 - 0.115 * ring + random.uniform(-0.015, 0.015)
        order = random.permutation(len(tones))
        for quarter in range(4):
            canvas.slice(x, y, radius, start + 90 * quarter, start + 90 * quarter + 90.5, tones[order[quarter]])


def composition(canvas: Canvas, palette: Palette, random: np.random.Generator) -> None:
    """A disc with a halo, a triangle, a grid of lines and small planets (after Kandinsky's Bauhaus years)."""
    ink = palette.ink if sum(palette.ground) > 380 else palette.colours[-1]
    order = random.permutation(len(palette.colours))
    tones = [palette.colours[place] for place in order]
    x, y, radius = (
        random.uniform(0.3, 0.7) * canvas.right,
        random.uniform(0.28, 0.5) * canvas.bottom,
        random.uniform(0.17, 0.25),
    )
    canvas.disc(x, y, radius * 1.45, tones[0], 0.35)
    canvas.disc(x, y, radius, tones[1])
    canvas.disc(x + random.uniform(-0.4, 0.4) * radius, y - 0.3 * radius, radius * 0.42, ink)
    foot, reach = random.uniform(0.2, 0.8) * canvas.right, random.uniform(0.16, 0.3)
    tip = (0.6 * x + 0.4 * foot, y + radius * random.uniform(0.3, 0.9))
    canvas.polygon([(foot - reach, canvas.bottom), (foot + reach, canvas.bottom), tip], tones[2], 0.85)
    turn = random.uniform(-0.6, 0.6)
    for line in range(3):
        canvas.bar(0.5 * canvas.right, (0.62 + 0.09 * line) * canvas.bottom, 1.5 * canvas.right, 0.017, turn, ink, 0.9)
    for planet in range(3):
        canvas.disc(
            random.uniform(0.1, 0.9) * canvas.right,
            random.uniform(0.1, 0.9) * canvas.bottom,
            random.uniform(0.035, 0.075),
            tones[3 + planet],
        )


MOTIFS: dict[str, Motif] = {
    motif.__name__: motif for motif in (horizon, patchwork, targets, beams, fields, wheels, composition)
}


def _two(colours: tuple[Colour, ...] | list[Colour], random: np.random.Generator) -> tuple[Colour, Colour]:
    first, second = random.choice(len(colours), 2, replace=False)
    return colours[first], colours[second]


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
