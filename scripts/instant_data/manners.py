"""Painting photographs by rule, so that there are style pictures enough: strokes, dots, hatching, flat colours, cells and
washes, each with much that is random.

Suffixes: H, W = height, width, C = 3 channels, in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Random = np.random.Generator
Manner = Callable[[Image.Image, Random], Image.Image]


def recoloured(image: Image.Image, random: Random) -> Image.Image:
    """Hues turned, saturation and contrast changed: a palette of its own."""
    hue, light, value = image.convert("HSV").split()
    turn = int(random.integers(256)) if random.random() < 0.7 else 0
    hue = hue.point([(level + turn) % 256 for level in range(256)])
    stretch = random.uniform(0.5, 1.9)
    light = light.point([min(255, int(level * stretch)) for level in range(256)])
    power = random.uniform(0.6, 1.6)
    value = value.point([int(255 * (level / 255) ** power) for level in range(256)])
    return Image.merge("HSV", (hue, light, value)).convert("RGB")


def flow(image: Image.Image, random: Random, blur: float) -> np.ndarray:
    """HW, directions along the picture's edges, or along a turning field where the picture is flat."""
    grey = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(2)), np.float32) / 255
    down, across = np.gradient(grey)

    def soft(values: np.ndarray) -> np.ndarray:
        shrunk = Image.fromarray(values.astype(np.float32)).filter(ImageFilter.BoxBlur(0))
        small = shrunk.resize(
            (max(2, int(values.shape[1] / blur)), max(2, int(values.shape[0] / blur))), Image.Resampling.BOX
        )
        return np.asarray(small.resize(values.shape[::-1], Image.Resampling.BICUBIC))

    double_sin, double_cos = soft(2 * across * down), soft(across**2 - down**2)
    height, width = grey.shape
    y, x = np.mgrid[:height, :width] / max(height, width)
    waves = random.uniform(2, 9, 4)
    turn = (
        random.uniform(0, 6.3) + 1.5 * np.sin(waves[0] * x + waves[1] * y) + 1.5 * np.cos(waves[2] * y - waves[3] * x)
    )
    weight = 0.02 * random.uniform(0.02, 1) ** 2
    return 0.5 * np.arctan2(double_sin + weight * np.sin(turn), double_cos + weight * np.cos(turn)) + np.pi / 2


def strokes(image: Image.Image, random: Random) -> Image.Image:
    """Oil: long strokes of a bristle brush, from coarse to fine."""
    width, height = image.size
    ground = image.filter(ImageFilter.GaussianBlur(12))
    canvas, direction = ground.copy(), flow(image, random, random.uniform(4, 16))
    draw, size, longer = ImageDraw.Draw(canvas), random.uniform(5, 13), random.uniform(2, 7)
    jitter, bristles = random.uniform(6, 30), int(random.integers(2, 6))
    while size > 1.6:
        colours = np.asarray(image.filter(ImageFilter.GaussianBlur(size / 2)), np.float32)
        for _ in range(int(1.8 * width * height / (size * size * longer))):
            x, y = random.uniform(0, width), random.uniform(0, height)
            colour = colours[int(y), int(x)] + random.normal(0, jitter) + random.normal(0, jitter / 3, 3)
            points = [(x, y)]
            for _ in range(4):
                angle = direction[int(np.clip(y, 0, height - 1)), int(np.clip(x, 0, width - 1))]
                x, y = x + np.cos(angle) * size * longer / 4, y + np.sin(angle) * size * longer / 4
                points.append((x, y))
            across = angle + np.pi / 2
            for bristle in range(bristles):
                aside = (bristle / max(1, bristles - 1) - 0.5) * size
                shade = tuple(int(v) for v in np.clip(colour + random.normal(0, jitter / 2), 0, 255))
                moved = [(a + np.cos(across) * aside, b + np.sin(across) * aside) for a, b in points]
                draw.line(moved, shade, max(1, round(1.5 * size / bristles)), joint="curve")
        size /= random.uniform(1.6, 2.4)
    return canvas


def dots(image: Image.Image, random: Random) -> Image.Image:
    """Dots of nearly pure colours that mix in the eye."""
    width, height = image.size
    canvas = Image.new("RGB", image.size, tuple(int(v) for v in random.uniform(150, 250, 3)))
    draw, colours = ImageDraw.Draw(canvas), np.asarray(image, np.float32)
    size, apart = random.uniform(1.5, 4.5), random.uniform(15, 60)
    for _ in range(int(2.2 * width * height / size**2)):
        x, y, r = random.uniform(0, width), random.uniform(0, height), size * random.uniform(0.5, 1) / 1.3
        colour = tuple(int(v) for v in np.clip(colours[int(y), int(x)] + random.normal(0, apart, 3), 0, 255))
        draw.ellipse((x - r, y - r, x + r, y + r), colour)
    return canvas


def hatching(image: Image.Image, random: Random) -> Image.Image:
    """Pen or chalk: sets of lines, one over the other where it is darker."""
    width, height = image.size
    paper, ink = random.uniform(190, 255, 3), random.uniform(0, 90, 3)
    if random.random() < 0.3:
        paper, ink = ink, paper
    tone = np.asarray(image.convert("L"), np.float32) / 255
    if paper.mean() < ink.mean():
        tone = 1 - tone
    canvas = Image.new("RGB", image.size, tuple(int(v) for v in paper))
    draw, gap, start = ImageDraw.Draw(canvas), random.uniform(3, 7), random.uniform(0, np.pi)
    thick = 1 if gap < 4.5 else int(random.integers(1, 3))
    coloured = random.random() < 0.4
    for number, level in enumerate((0.8, 0.6, 0.4, 0.22)):
        angle = start + number * random.uniform(0.5, 0.9)
        along, across = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        reach = int(np.hypot(width, height))
        for offset in np.arange(-reach, reach, gap):
            for step in range(-reach, reach, 6):
                x = width / 2 + across[0] * offset + along[0] * step + random.normal(0, 0.5)
                y = height / 2 + across[1] * offset + along[1] * step + random.normal(0, 0.5)
                if 0 <= x < width and 0 <= y < height and tone[int(y), int(x)] < level:
                    colour = tuple(np.asarray(image)[int(y), int(x)] // 2) if coloured else tuple(int(v) for v in ink)
                    draw.line((x, y, x + along[0] * 7, y + along[1] * 7), tuple(int(v) for v in colour), thick)
    return canvas


def flat(image: Image.Image, random: Random) -> Image.Image:
    """Few colours in clear shapes, as in a print or a poster; sometimes with outlines."""
    shapes = image.filter(ImageFilter.ModeFilter(int(random.choice([5, 7, 9])))).filter(ImageFilter.MedianFilter(5))
    few = shapes.quantize(int(random.integers(4, 14)), dither=Image.Dither.NONE).convert("RGB")
    few = few.filter(ImageFilter.ModeFilter(5))
    if random.random() < 0.5:
        edges = np.asarray(shapes.convert("L").filter(ImageFilter.GaussianBlur(1)), np.float32)
        down, across = np.gradient(edges)
        line = np.clip((np.hypot(down, across) - random.uniform(5, 10)) / 6, 0, 1)[..., None]
        ink = random.uniform(0, 60, 3) if random.random() < 0.8 else random.uniform(200, 255, 3)
        few = Image.fromarray((np.asarray(few) * (1 - line) + ink * line).astype(np.uint8))
    return few


def cells(image: Image.Image, random: Random) -> Image.Image:
    """Pieces of one colour each, with joints between them: mosaic or leaded glass."""
    width, height = image.size
    gap = random.uniform(6, 20)
    rows, columns = int(height / gap) + 2, int(width / gap) + 2
    loose = random.uniform(0.1, 0.9)
    y, x = (np.mgrid[:rows, :columns] + random.uniform(-loose / 2, loose / 2, (2, rows, columns))) * gap
    seeds = np.stack([y.ravel(), x.ravel()], 1)
    places = np.stack(np.mgrid[:height, :width], -1).reshape(-1, 2)
    from scipy.spatial import cKDTree

    distance, nearest = cKDTree(seeds).query(places, 2)
    colours = np.asarray(image.filter(ImageFilter.GaussianBlur(gap / 3)), np.float32)
    at = np.clip(seeds.round().astype(int), 0, [height - 1, width - 1])
    chosen = colours[at[:, 0], at[:, 1]] + random.normal(0, random.uniform(4, 25), (len(seeds), 1))
    joint = random.uniform(0.6, 2.5)
    solid = np.clip((distance[:, 1] - distance[:, 0]) / joint, 0, 1)[:, None]
    grout = random.uniform(0, 50, 3) if random.random() < 0.6 else random.uniform(180, 240, 3)
    whole = chosen[nearest[:, 0]] * solid + grout * (1 - solid)
    return Image.fromarray(np.clip(whole, 0, 255).reshape(height, width, 3).astype(np.uint8))


def wash(image: Image.Image, random: Random) -> Image.Image:
    """Watercolour: thin colour that gathers at its edges, on grained paper."""
    few = flat(image, np.random.default_rng(int(random.integers(1 << 30))))
    thin = np.asarray(few.filter(ImageFilter.GaussianBlur(random.uniform(1.5, 4))), np.float32) / 255
    inner = np.asarray(few.filter(ImageFilter.GaussianBlur(random.uniform(6, 12))), np.float32) / 255
    edge = np.abs(thin - inner).mean(2, keepdims=True)
    paper = 1 - random.uniform(0, 0.08, 3)
    height, width = thin.shape[:2]
    grain = sum(
        np.asarray(
            Image.fromarray(random.standard_normal((height // n + 1, width // n + 1)).astype(np.float32)).resize(
                (width, height), Image.Resampling.BICUBIC
            )
        )
        * n**0.5
        for n in (1, 2, 8, 32)
    )[..., None]
    strength = random.uniform(0.5, 0.9) * (1 + 0.03 * grain)
    result = paper * (1 - strength * (1 - thin)) - random.uniform(0.5, 1.4) * edge + 0.01 * grain
    return Image.fromarray((np.clip(result, 0, 1) * 255).astype(np.uint8))


MANNERS: dict[str, Manner] = {
    "strokes": strokes,
    "dots": dots,
    "hatching": hatching,
    "flat": flat,
    "cells": cells,
    "wash": wash,
}
