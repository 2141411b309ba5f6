"""Folders of pictures for the tests of data sets."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int, width: int = 16, height: int = 16, channels: int = 3) -> Image.Image:
    """Noise, another for each seed; grey with 1 channel."""
    x_HWC = np.random.default_rng(seed).integers(0, 256, (height, width, channels)).astype(np.uint8)
    return Image.fromarray(x_HWC[..., 0] if channels == 1 else x_HWC)


def fill(folder: Path, count: int = 10, width: int = 16, height: int = 16, channels: int = 3) -> Path:
    """0.png, 1.png … in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture(number, width, height, channels).save(folder / f"{number}.png")
    return folder


def flat(folder: Path, colour: tuple[int, ...], size: tuple[int, int] = (16, 16), count: int = 8) -> Path:
    """Pictures of one colour, RGB or RGBA."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(folder / f"{number}.png")
    return folder


def pack(folder: Path, archive: Path, below: str = "") -> Path:
    """Everything in a folder as a .zip."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, below + path.relative_to(folder).as_posix())
    return archive
