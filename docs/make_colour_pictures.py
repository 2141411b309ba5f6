"""Paint the picture of docs/colours-and-masks.md: one pair in every colour mode, `python docs/make_colour_pictures.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

import gancraft  # noqa: E402

MODES = ("style", "oklab", "luminance", "moments", "transport")
PHOTO, STYLE, SIDE, LINE, GAP = "sample:cat", "sample:swirl", 288, 22, 8


def main() -> None:
    painted = {}
    for mode in MODES:
        run = gancraft.stylise(PHOTO, STYLE, size=str(SIDE), colours=mode)
        x_HWC = gancraft.finished(run).picture_HWC
        painted[mode] = Image.fromarray((x_HWC * 255).round().astype(np.uint8))
        print(mode, painted[mode].size, flush=True)
    width, height = painted["style"].size
    canvas = Image.new("RGB", (len(MODES) * (width + GAP) - GAP, height + LINE), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    for number, (mode, picture) in enumerate(painted.items()):
        draw.text((number * (width + GAP) + 2, 2), f"--colours {mode}", "black", font)
        canvas.paste(picture, (number * (width + GAP), LINE))
    canvas.save(ROOT / "docs" / "pictures" / "colours.webp", quality=86, method=6)


if __name__ == "__main__":
    main()
