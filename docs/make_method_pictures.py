"""Paint the standard pairs through every style method that is installed: one strip of pictures a method, for docs/methods.md.

    python docs/make_method_pictures.py                          # all of them, and the strip of photos and styles
    python docs/make_method_pictures.py --methods gram strotss   # these alone
    python docs/make_method_pictures.py --masks                  # the picture of the section on masks
    python docs/make_method_pictures.py --networks               # the cat by each style network, for docs/fast.md

Strips lie in docs/pictures as `method-NAME.webp`; together they are kept below 900 kB.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.pairs import PAIRS, content  # noqa: E402
from gancraft.errors import GancraftError  # noqa: E402
from gancraft.events import Finished  # noqa: E402
from gancraft.pictures import Picture, fitted, open_sample  # noqa: E402
from gancraft.plugins import Plugins, find_plugins  # noqa: E402
from gancraft.style import paint  # noqa: E402
from gancraft.style.choice import resolve_style  # noqa: E402
from gancraft.style.masks import MaskPair  # noqa: E402
from gancraft.trained.style_models import STYLE_KIND  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIX = PAIRS[:6]
GAP = 4
BYTES = 70_000  # of a strip at most
SKY = ("sklearn:china", "swirl", "mosaic")  # photo, style of the sky, style of all else
HORIZON = 0.52  # of the photo's height
NETWORKS = ("woodcut", "whirl", "tesserae")  # as docs/fast.md lists them


def image(rgb_HWC: np.ndarray) -> Image.Image:
    return Image.fromarray((rgb_HWC * 255).round().astype(np.uint8))


def strip(cells: Sequence[Image.Image]) -> Image.Image:
    width = sum(cell.width + GAP for cell in cells) - GAP
    canvas, x = Image.new("RGB", (width, max(cell.height for cell in cells)), "white"), 0
    for cell in cells:
        canvas.paste(cell, (x, 0))
        x += cell.width + GAP
    return canvas


def save(picture: Image.Image, name: str, most: int = BYTES) -> None:
    """As WebP, at the best quality that stays below so many bytes."""
    for quality in range(84, 20, -4):
        buffer = io.BytesIO()
        picture.save(buffer, "webp", quality=quality, method=6)
        if buffer.tell() <= most:
            break
    (PICTURES / name).write_bytes(buffer.getvalue())
    print(f"{name}: {buffer.tell() / 1000:.0f} kB at quality {quality}", flush=True)


def painted(
    plugins: Plugins, photo: Picture, styles: list[tuple[Picture, float]], masks: list[MaskPair], **settings: object
) -> Image.Image:
    *_, last = paint(resolve_style(plugins, [settings]), photo, styles, masks=masks)
    assert isinstance(last, Finished) and last.picture_HWC is not None
    return image(last.picture_HWC)


def sources(side: int) -> None:
    """Photos above, styles below."""
    photos = [image(fitted(content(name), size=f"{side}x{side}", scale=None).rgb_HWC) for name, _ in SIX]
    styles = [image(fitted(open_sample(name), size=f"{side}x{side}", scale=None).rgb_HWC) for _, name in SIX]
    rows = [strip(photos), strip(styles)]
    both = Image.new("RGB", (rows[0].width, 2 * side + GAP), "white")
    for number, row in enumerate(rows):
        both.paste(row, (0, number * (side + GAP)))
    save(both, "method-sources.webp", 2 * BYTES)


def method(plugins: Plugins, name: str, side: int, device: str) -> None:
    """The six pairs. A method whose style is in its weights paints the photos with one bundled model after the other."""
    styleless = plugins.get("style", name).can("styleless")
    models = plugins.names(STYLE_KIND) if styleless else []
    cells = []
    for number, (photo_name, style_name) in enumerate(SIX):
        began = time.perf_counter()
        styles = [] if styleless else [(open_sample(style_name), 1.0)]
        model = {"model": models[number % len(models)]} if models else {}
        cells.append(
            painted(
                plugins, content(photo_name), styles, [], plugin=name, size=f"{side}x{side}", device=device, **model
            )
        )
        print(f"{name:14} {photo_name:14} {time.perf_counter() - began:6.1f} s", flush=True)
    save(strip(cells), f"method-{name}.webp")


def networks(plugins: Plugins, device: str) -> None:
    """The cat by each trained style network, painted at 700 pixels and shown at 400."""
    cells = []
    for model in NETWORKS:
        cell = painted(plugins, open_sample("cat"), [], [], plugin="fast", model=model, size="700", device=device)
        cells.append(cell.resize((400, round(400 * cell.height / cell.width)), Image.Resampling.LANCZOS))
    save(strip(cells), "fast-models.webp", 2 * BYTES)


def masks(plugins: Plugins, side: int, device: str) -> None:
    """A photo, its mask, and the sky in one style, all else in another."""
    photo_name, above, below = SKY
    photo = fitted(content(photo_name), size=str(side), scale=None)
    mask = sky_mask(photo)
    styles = [(open_sample(above), 1.0), (open_sample(below), 1.0)]
    result = painted(plugins, photo, styles, [MaskPair(mask)], size=f"{photo.width}x{photo.height}", device=device)
    save(strip([image(photo.rgb_HWC), image(mask.rgb_HWC), result]), "masks.webp")


def sky_mask(photo: Picture) -> Picture:
    """Light where the photo is pale and above the horizon, with a soft edge: what one would draw by hand."""
    from PIL import ImageFilter

    rgb_HWC = photo.rgb_HWC
    rows_H1 = np.linspace(0, 1, photo.height)[:, None]
    pale_HW = (rgb_HWC.min(2) > 0.5) & (rows_H1 < HORIZON)
    drawn = Image.fromarray((pale_HW * 255).astype(np.uint8))
    drawn = drawn.filter(ImageFilter.MedianFilter(9)).filter(ImageFilter.GaussianBlur(3))
    light_HW = np.asarray(drawn, np.float32) / 255
    return Picture(np.repeat(light_HW[..., None], 3, 2), None, name="sky.png", sha256="", sample=None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="*", help="default: all that are registered")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--masks", action="store_true", help="the picture of masks alone")
    parser.add_argument("--networks", action="store_true", help="the picture of the style networks alone")
    args = parser.parse_args()
    plugins = find_plugins()
    if args.masks:
        masks(plugins, 2 * args.side, args.device)
        return
    if args.networks:
        networks(plugins, args.device)
        return
    if args.methods is None:
        sources(args.side)
    for name in args.methods or plugins.names("style"):
        try:
            method(plugins, name, args.side, args.device)
        except GancraftError as error:  # such as weights that aren't there
            print(f"{name}: {error}", flush=True)


if __name__ == "__main__":
    main()
