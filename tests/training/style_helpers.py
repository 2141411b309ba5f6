"""Small runs that train style networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gancraft.events import Event
from gancraft.pictures import open_picture
from gancraft.training.job import train
from gancraft.training.style_choice import LearntStyle, StyleTrainChoice, resolve_style_train
from tests.training import engine_helpers as engine

SMALL: dict[str, Any] = {
    "size": "24",
    "style_size": 24,
    "batch": 4,
    "pictures": 40,
    "data.channels": "3",
}
TINY: dict[str, Any] = {"width": 2, "blocks": 1}  # of the network of `fast`
WORDS = ["--size", "24", "--style-size", "24", "--batch", "4", "--pictures", "16", "--device", "cpu"]
WORDS += ["--precision", "float32", "--channels", "3", "--sheet", "2x2"]


def photos(folder: Path, count: int = 24, side: int = 24) -> Path:
    """Coloured PNGs: a square on a slope of colour each."""
    generator = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        one_3, other_3 = generator.uniform(0.1, 0.9, (2, 3))
        slope_HW1 = np.linspace(0, 1, side)[:, None, None] * np.ones((1, side, 1))
        x_HW3 = one_3 + slope_HW1 * (other_3 - one_3)
        top, left = generator.integers(0, side // 2, 2)
        x_HW3[top : top + side // 2, left : left + side // 2] = generator.uniform(0, 1, 3)
        Image.fromarray((255 * x_HW3).astype(np.uint8)).save(folder / f"{number:03}.png")
    return folder


def style_picture(folder: Path, name: str = "stripes.png", period: int = 6) -> Path:
    """Dark blue and orange stripes."""
    folder.mkdir(parents=True, exist_ok=True)
    x_HW3 = np.empty((24, 24, 3), np.uint8)
    x_HW3[:] = (20, 30, 90)
    x_HW3[np.add.outer(np.arange(24), np.arange(24)) % period < period // 2] = (230, 120, 20)
    Image.fromarray(x_HW3).save(folder / name)
    return folder / name


def choose(plugin: str, *styles: Path, weights: tuple[float, ...] = (), **settings: Any) -> StyleTrainChoice:
    given = {name.replace("__", "."): value for name, value in settings.items()}
    small = {**engine.QUICK, **SMALL, **(TINY if plugin == "fast" else {}), **given, "plugin": plugin}
    shares = weights or (1.0,) * len(styles)
    learnt = [LearntStyle(open_picture(s), w, str(s)) for s, w in zip(styles, shares, strict=True)]
    return resolve_style_train(engine.plugins(), [small], learnt)


def finish(choice: StyleTrainChoice, data: Path, folder: Path) -> list[Event]:
    return list(train(choice, str(data), folder))
