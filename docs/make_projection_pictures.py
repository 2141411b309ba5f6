"""Make the pictures of docs/projection.md: `python docs/make_projection_pictures.py EMOJI`, with the folder of 64-pixel emoji
of npm's emoji-datasource-google (`img/google/64`); without it those of digits only.

Photos above, what the shipped models make of them below. The last but one of the emoji is a sample of the model's own, the
last a photo.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from gancraft.latent.generate import pictures  # noqa: E402
from gancraft.latent.project import project  # noqa: E402
from gancraft.latent.project_options import ProjectOptions  # noqa: E402
from gancraft.latent.sheet import sheet  # noqa: E402
from gancraft.latent.source import find_model  # noqa: E402
from gancraft.models import load_model  # noqa: E402
from gancraft.pictures import Picture, open_picture, open_sample  # noqa: E402
from gancraft.pictures.dataset import open_set  # noqa: E402
from gancraft.plugins import find_plugins  # noqa: E402

EMOJI = ("1f600", "1f434", "1f34e")
OWN_SEED = 99
QUICK = ProjectOptions(steps=150, candidates=4)  # of the digits; the caption says so
DIGITS = (0, 12, 25)  # of the data's own order


def picture_of(x_CHW: np.ndarray) -> Picture:
    """Pixels in [0, 1] as a picture; grey is repeated."""
    return Picture(np.ascontiguousarray(np.broadcast_to(np.moveaxis(x_CHW, 0, -1), (*x_CHW.shape[1:], 3)), np.float32))


def projections(name: str, photos: list[Picture], target: Path, scale: int, options: ProjectOptions) -> None:
    """Two rows: what was looked for, and what was found."""
    plugins = find_plugins()
    model = load_model(find_model(Path(name), plugins).file, plugins)
    above, below = [], []
    for photo in photos:
        run = project(model, photo, plugins, options)
        for _ in run:
            pass
        assert run.result is not None
        above.append(run.result.photo_CHW)
        below.append(run.result.picture_CHW)
        print(photo.name, {name: round(value, 3) for name, value in run.result.loss.items()}, flush=True)
    picture_HWC = sheet(np.stack(above + below), across=len(photos), scale=scale, gap=6)
    Image.fromarray((picture_HWC * 255).round().astype(np.uint8)).save(target, quality=85, method=6)


def emoji(folder: Path) -> None:
    plugins = find_plugins()
    model = load_model(find_model(Path("emoji"), plugins).file, plugins)
    photos = [open_picture(folder / f"{name}.png") for name in EMOJI]
    photos += [picture_of(pictures(model, OWN_SEED, [0])[0]), open_sample("cat")]
    projections("emoji", photos, ROOT / "docs" / "pictures" / "project-emoji.webp", 2, ProjectOptions())


def digits() -> None:
    x_NCHW = open_set("sample:digits").x_NCHW
    photos = [picture_of(np.asarray(x_NCHW[number], np.float32) / 255) for number in DIGITS]
    projections("digits", [*photos, open_sample("cat")], ROOT / "docs" / "pictures" / "project-digits.webp", 3, QUICK)


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        emoji(Path(folder))
    digits()
