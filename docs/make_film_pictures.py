"""The picture and the numbers of docs/film.md: a small film painted three ways, `python docs/make_film_pictures.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from gancraft.events import Finished  # noqa: E402
from gancraft.pictures import open_sample  # noqa: E402
from gancraft.plugins import find_plugins  # noqa: E402
from gancraft.style.choice import resolve_style  # noqa: E402
from gancraft.style.film import paint_film  # noqa: E402
from gancraft.style.film.flicker import flicker  # noqa: E402
from gancraft.style.film.read import open_film  # noqa: E402
from gancraft.style.tensors import to_tensor  # noqa: E402

PHOTO, STYLE = "coffee", "brush"
FRAMES, WIDTH, HEIGHT = 6, 128, 96
WAYS = {"alone": {"cuts": 1.0}, "start": {"temporal_weight": 0.0}, "default": {}}
SHOWN, ENLARGED = (0, 2, 4, 5), 2


def scene(number: int) -> Image.Image:
    """The photo, seen from nearer with every frame, and a ball that crosses it."""
    photo = Image.fromarray((open_sample(PHOTO).rgb_HWC * 255).round().astype(np.uint8))
    share = number / 11
    wide = photo.width * (0.7 - 0.08 * share)
    high = wide * HEIGHT / WIDTH
    left, top = photo.width * (0.1 + 0.1 * share), photo.height * (0.1 + 0.04 * share)
    view = photo.resize((4 * WIDTH, 4 * HEIGHT), Image.Resampling.LANCZOS, (left, top, left + wide, top + high))
    x, y = 60 + 400 * share, 150 + 90 * np.sin(5 * share)
    draw = ImageDraw.Draw(view)
    draw.ellipse((x - 46, y - 46, x + 46, y + 46), fill=(220, 60, 40))
    draw.ellipse((x - 23, y - 28, x, y - 5), fill=(255, 220, 200))
    draw.rectangle((x - 8, y + 9, x + 22, y + 28), fill=(40, 20, 120))
    return view.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    first, *rest = [scene(number) for number in range(FRAMES)]
    first.save(folder / "film.png", save_all=True, append_images=rest, duration=80)
    rows = [frames(folder / "film.png")]
    for name, settings in WAYS.items():
        choice = resolve_style(find_plugins(), [{"size": str(WIDTH), "film": settings}], film=True)
        *_, end = paint_film(folder / f"{name}.apng", choice, folder / "film.png", [(open_sample(STYLE), 1.0)])
        assert isinstance(end, Finished)
        rows.append(frames(folder / f"{name}.apng"))
        error = flicker(*([to_tensor(x_HWC / np.float32(255)) for x_HWC in row] for row in (rows[-1], rows[0])))
        print(f"{name}: flicker {error:.3f}", flush=True)
    table = np.concatenate([np.concatenate([row[number] for number in SHOWN], 1) for row in rows])
    picture = Image.fromarray(table)
    picture = picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), Image.Resampling.LANCZOS)
    picture.save(ROOT / "docs" / "pictures" / "film.webp", quality=85, method=6)


def frames(path: Path) -> list[np.ndarray]:
    return [frame_HWC for frame_HWC in open_film(path).frames() if frame_HWC is not None]


if __name__ == "__main__":
    main()
