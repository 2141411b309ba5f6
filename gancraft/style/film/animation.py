"""Moving pictures: GIF, WebP and PNG, read and written by Pillow.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures.recipe import KEY, exif_recipe, png_recipe, recipe_text
from gancraft.style.film.source import Clock, Film, check_pixels

UNIT = Fraction(1, 1000)
_AT_MOST = 2_000_000_000  # bytes of frames that Pillow is given at once
_AT_ONCE, _SHOWN = 20, 100  # ms: browsers show a picture that asks for less than the one for as long as the other
FORMATS = ("GIF", "WEBP", "PNG")


def open_animation(path: Path, max_megapixels: float) -> Film:
    """A moving picture. Raises UsageError for one that can't be read."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            check_pixels(path.name, *image.size, max_megapixels)
            durations = [_duration(image, number) for number in range(getattr(image, "n_frames", 1))]
            width, height = image.size
    except UsageError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen types for damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"{path.name} is damaged or incomplete ({reason}): save or download it again") from error
    stamps = [sum(durations[:number]) for number in range(len(durations))]
    return _Animation(path, width, height, Clock(stamps, durations[-1], UNIT))


class _Animation(Film):
    def frames(self) -> Iterator[np.ndarray | None]:
        with Image.open(self.path, formats=FORMATS) as image:
            for number in range(len(self)):
                try:
                    image.seek(number)
                    yield _on_white(image)
                except Exception as error:  # as above
                    self.broken = " ".join(str(error).split()) or type(error).__name__
                    yield None


def _duration(image: Image.Image, number: int) -> int:
    with contextlib.suppress(Exception):  # a damaged frame has none
        image.seek(number)
        if image.format == "WEBP":
            image.load()  # before that it tells the frame before
        asked = round(float(image.info.get("duration", 0)))
        return asked if asked >= _AT_ONCE else _SHOWN
    return _SHOWN


def _on_white(image: Image.Image) -> np.ndarray:
    """What is transparent is white: films have no alpha."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return np.asarray(Image.alpha_composite(white, clear).convert("RGB")).copy()
    return np.asarray(image.convert("RGB")).copy()


def check_size(path: Path, frames: int, width: int, height: int) -> None:
    """Raise UsageError for more than Pillow can be given."""
    if frames * width * height * 3 > _AT_MOST:
        raise UsageError(f"-o {path}: {frames} frames of {width}x{height} are too many for {path.suffix}; use .mp4")


def write_animation(path: Path, frames: Sequence[Path], clock: Clock, recipe: Mapping[str, Any]) -> None:
    """Write .gif, .webp or .apng, an endless loop, of pictures in files."""
    kind = {".gif": "GIF", ".webp": "WEBP"}.get(path.suffix.lower(), "PNG")
    pictures = [_loaded(file, kind) for file in frames]
    # GIF counts in 10 ms: rounding the times, not the durations, keeps the length.
    unit = 10 if kind == "GIF" else 1
    begins = [float((stamp - clock.stamps[0]) * clock.unit * 1000) for stamp in [*clock.stamps, _end(clock)]]
    times = [round(begin / unit) * unit for begin in begins]
    durations = [max(unit, after - before) for before, after in zip(times, times[1:], strict=False)]
    more = _settings(kind, recipe)
    first, *rest = pictures
    first.save(path, kind, save_all=True, append_images=rest, duration=durations, loop=0, **more)


def _settings(kind: str, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """What Pillow is told of each format: its quality, and where the recipe goes."""
    if kind == "GIF":
        return {"comment": f"{KEY} {recipe_text(recipe)}".encode("ascii"), "optimize": False}
    if kind == "WEBP":
        return {"exif": exif_recipe(recipe), "quality": 90, "method": 3}
    return {"pnginfo": png_recipe(recipe)}


def _end(clock: Clock) -> int:
    return clock.stamps[-1] + clock.last


def _loaded(file: Path, kind: str) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB").quantize(256) if kind == "GIF" else image.convert("RGB")
