"""Paint the pictures of the documentation: rows of photo, style and result, `python docs/make_pictures.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from gancraft.events import Finished  # noqa: E402
from gancraft.pictures import fitted, open_sample  # noqa: E402
from gancraft.plugins import find_plugins  # noqa: E402
from gancraft.style import paint  # noqa: E402
from gancraft.style.choice import resolve_style  # noqa: E402
from PIL import Image  # noqa: E402

HEIGHT, GAP = 320, 8
HERO = [("cat", "swirl")]
PAIRS = [("astronaut", "brush"), ("coffee", "pointillist"), ("cat", "woodblock"), ("astronaut", "glass")]


def image(rgb_HWC: np.ndarray) -> Image.Image:
    picture = Image.fromarray((rgb_HWC * 255).round().astype(np.uint8))
    return picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT), Image.Resampling.LANCZOS)


def row(content: str, style: str) -> list[Image.Image]:
    """Photo, style and what the defaults make of them."""
    photo, painting = open_sample(content), open_sample(style)
    *_, last = paint(resolve_style(find_plugins(), []), photo, [(painting, 1.0)])
    assert isinstance(last, Finished) and last.picture_HWC is not None
    return [image(fitted(photo, size="512").rgb_HWC), image(painting.rgb_HWC), image(last.picture_HWC)]


def sheet(pairs: list[tuple[str, str]], name: str, columns: int) -> None:
    rows = [row(*pair) for pair in pairs]
    groups = [sum(rows[i : i + columns], []) for i in range(0, len(rows), columns)]
    width = max(sum(cell.width + GAP for cell in group) - GAP for group in groups)
    canvas = Image.new("RGB", (width, len(groups) * (HEIGHT + GAP) - GAP), "white")
    for y, group in enumerate(groups):
        x = 0
        for cell in group:
            canvas.paste(cell, (x, y * (HEIGHT + GAP)))
            x += cell.width + GAP
    canvas.save(ROOT / "docs" / "pictures" / name, quality=88, method=6)


if __name__ == "__main__":
    sheet(HERO, "hero.webp", 1)
    sheet(PAIRS, "pairs.webp", 1)
