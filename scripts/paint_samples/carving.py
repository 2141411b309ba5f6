"""Carving: lines that swell and thin, flat areas with an outline, claws of foam, drawn on a wood block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from .noise import Shape

LINE = "#14284e"
FOAM = "#f6efdd"

Points = NDArray[np.floating]
Hook = tuple[Points, float, float, float, float]  # start, angle, length, width, turn


def curve(points: list[tuple[float, float]], n: int = 240) -> Points:
    """Smooth curve through points, evenly spaced, without overshoot."""
    p = np.array(points)
    t = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
    at = np.linspace(0, t[-1], n)
    line = np.stack([PchipInterpolator(t, p[:, k])(at) for k in (0, 1)], 1)
    return ndimage.gaussian_filter1d(line, n / 40, axis=0, mode="nearest")


class Block:
    """Drawing in picture units (width 1) on an oversampled image."""

    def __init__(self, shape: Shape, rng: np.random.Generator) -> None:
        self.rng, self.over = rng, 2
        self.scale = shape[1] * self.over
        self.image = Image.new("RGB", (shape[1] * self.over, shape[0] * self.over), "#e0cda0")
        self.draw = ImageDraw.Draw(self.image)

    def fill(self, outline: Points, colour: str) -> None:
        """A flat area."""
        self.draw.polygon([tuple(p) for p in outline * self.scale], fill=colour)

    def line(self, path: Points, width: float, colour: str = LINE, swell: bool = True) -> None:
        """A carved line: thin at both ends, uneven in between."""
        n = len(path)
        t = np.linspace(0, 1, n)
        tangent = np.gradient(path, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        wobble = ndimage.gaussian_filter1d(self.rng.normal(0, 1, n), max(n / 25, 1))
        half = width / 2 * (np.sin(np.pi * (0.04 + 0.92 * t)) ** 0.5 if swell else 1) * (1 + 1.6 * wobble)
        side = normal * np.clip(half, width * 0.12, None)[..., None].reshape(-1, 1)
        self.fill(np.concatenate([path + side, (path - side)[::-1]]), colour)

    def shape(self, outline: Points, colour: str, width: float) -> None:
        """A filled area with a carved outline of its own."""
        middle = outline.mean(0)
        away = outline - middle
        away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-9
        self.fill(outline + away * width, LINE)
        self.fill(outline, colour)


def hook(block: Block, spec: Hook, depth: int) -> None:
    """A claw of foam: a tapering, bending finger that ends in smaller fingers."""
    start, angle, length, width, turn = spec
    rng = block.rng
    t = np.linspace(0, 1, 16)
    a = angle + turn * t**1.3
    spine = start + np.cumsum(np.stack([np.cos(a), np.sin(a)], 1), axis=0) * length / 16
    side = np.stack([-np.sin(a), np.cos(a)], 1)
    end = 0.5 if depth else 0.1
    half = (width * (1 - (1 - end) * t))[:, None]
    outline = np.concatenate([spine + side * half, (spine - side * half)[::-1]])
    line = 0.0012
    rim = np.concatenate([spine + side * (half + line), (spine - side * (half + line))[::-1]])
    block.fill(rim, LINE)
    if depth:
        for k in range(int(rng.integers(3, 5))):
            fan = (k - 1.3) * 0.62 + rng.normal(0, 0.12)
            hook(
                block,
                (
                    spine[-3],
                    float(a[-1]) + fan,
                    length * rng.uniform(0.42, 0.62),
                    width * 0.5,
                    turn * rng.uniform(0.9, 1.6) + 0.3 * np.sign(turn),
                ),
                depth - 1,
            )
    block.fill(outline, FOAM)
