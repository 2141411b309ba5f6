"""Paint the bundled style pictures: `python -m scripts.paint_samples [--only NAME ...]`.

Written to gancraft/pictures/samples unless --out says otherwise; then the photographs and samples.toml too.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from . import bundle
from .canvas import to_image
from .noise import Array

MANNERS = ("brush", "swirl", "mosaic", "woodblock", "geometry", "watercolour", "pointillist", "glass", "ink")
SUPERSAMPLE = 2
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "gancraft" / "pictures" / "samples"


def paint(name: str, size: int, seed: int) -> Image.Image:
    """One manner at `size` pixels on the long side; the seed is mixed with the manner's name."""
    module = importlib.import_module(f".{name}", __package__)
    aspect: float = module.ASPECT
    width, height = (size, round(size * aspect)) if aspect <= 1 else (round(size / aspect), size)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    colour: Array = module.paint((height * SUPERSAMPLE, width * SUPERSAMPLE), rng)
    return to_image(colour, (width, height))


def main(argv: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MANNERS, default=list(MANNERS), metavar="STYLE")
    parser.add_argument("--size", type=int, default=768, help="pixels on the long side")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=SAMPLES / "styles", help="folder for the styles")
    parser.add_argument("--format", choices=("jpg", "png"), default="jpg")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.only:
        start = time.monotonic()
        picture = paint(name, args.size, args.seed)
        path = args.out / f"{name}.{args.format}"
        picture.save(path, quality=88, optimize=True)  # (PNG ignores the quality)
        print(f"{name}: {path.stat().st_size / 1024:.0f} KiB, {time.monotonic() - start:.0f} s", file=sys.stderr)
    if args.out == SAMPLES / "styles":
        bundle.photos(SAMPLES / "photos")
        bundle.manifest(SAMPLES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
