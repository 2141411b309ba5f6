"""Make the archive of training tiles: python pack.py PICTURES tiles.zip [--megabytes 34].

PICTURES holds each package of sources.toml unpacked in a folder of its name. The archive holds 512 px WebP
tiles, `large-*` (one crop each) and `cells-*` (four 256 px cells each), and `sources.json`, which says how
many pictures of which licence each package gave.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tomllib
import zipfile
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from dep5 import licence_of, read
from PIL import Image

TILE, CELL = 512, 256
SIDES = ((512, 2), (900, 4), (1500, 7))  # short side in pixels, crops of it, for large pictures
FLATTEST = {TILE: 0.06, CELL: 0.035}  # standard deviation (of 1) under which a crop teaches too little
QUALITY = 74


def pick(source: dict, pictures: Path, accept: list[str], rng: random.Random) -> list[tuple[Path, str]]:
    """The files of a source that may be used, each with its licence."""
    package = pictures / source["package"]
    root = package / source["root"]
    paragraphs = []
    if source["licence"] == "dep5":
        paragraphs = read(package / "usr/share/doc" / source["package"] / "copyright")
    found = []
    for path in sorted({path for pattern in source["files"] for path in root.glob(pattern)}):
        name = str(path.relative_to(root))
        if path.is_symlink() or any(fnmatch(name, out) for out in source.get("leave_out", [])):
            continue
        licence = licence_of(name, paragraphs) if paragraphs else source["licence"]
        if not paragraphs or any(fnmatch(licence, pattern) for pattern in accept):
            found.append((path, licence))
    if source.get("largest_per_folder"):
        best = {}
        for path, licence in sorted(found, key=lambda item: item[0].stat().st_size):
            best[path.parts[len(root.parts)]] = (path, licence)
        found = sorted(best.values())
    rng.shuffle(found)
    return found[: source.get("most", len(found))]


def open_picture(path: Path) -> Image.Image | None:
    """The picture in RGB on neutral ground; None if it can't be read or is too small."""
    try:
        image = Image.open(path)
        image.load()
    except (OSError, NotImplementedError, ValueError):
        return None
    if min(image.size) < 150 or image.mode.startswith(("I", "F")):
        return None
    if path.suffix == ".dds":  # alpha there means team colour or gloss, not see-through
        return image.convert("RGB")
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (128, 124, 118, 255))
        image = Image.alpha_composite(ground, image)
    return image.convert("RGB")


def crop(image: Image.Image, side: int, size: int, rng: random.Random) -> Image.Image | None:
    """A random square of `size`, the short side scaled to `side`; None where it is flat."""
    scale = side / min(image.size)
    wide, high = (max(size, round(edge * scale)) for edge in image.size)
    scaled = image.resize((wide, high), Image.Resampling.LANCZOS)
    left, top = rng.randint(0, wide - size), rng.randint(0, high - size)
    square = scaled.crop((left, top, left + size, top + size))
    flat = np.asarray(square.convert("L"), np.float32).std() / 255 < FLATTEST[size]
    return None if flat else square


def fingerprint(image: Image.Image) -> bytes:
    """The same for near-duplicates: the signs of an 8x8 thumbnail around its mean."""
    grey = np.asarray(image.convert("L").resize((8, 8), Image.Resampling.BOX), np.float32)
    return np.packbits(grey > grey.mean()).tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--megabytes", type=float, default=34)
    options = parser.parse_args()
    manifest = tomllib.loads((Path(__file__).parent / "sources.toml").read_text())
    rng = random.Random(0)
    large, cells, seen, counts = [], [], set(), Counter()
    for source in manifest["source"]:
        for path, licence in pick(source, options.pictures, manifest["accept"], rng):
            image = open_picture(path)
            if image is None or fingerprint(image) in seen:
                continue
            seen.add(fingerprint(image))
            counts[source["package"], licence] += 1
            short = min(image.size)
            if source["kind"] == "large" and short >= TILE:
                sides = [side for side, crops in SIDES if side <= short * 1.05 for _ in range(crops)]
                large += [tile for side in sides if (tile := crop(image, side, TILE, rng))]
            else:  # the first cell shows nearly all of it, the others its details
                sides = [int(CELL * 1.08)] + [max(CELL, min(short, 420))] * (source.get("crops", 3) - 1)
                cells += [cell for side in sides if (cell := crop(image, side, CELL, rng))]
        print(source["package"], len(large), "large tiles,", len(cells), "cells so far", flush=True)
    rng.shuffle(cells)
    mosaics = []
    for start in range(0, len(cells) - 3, 4):
        mosaic = Image.new("RGB", (TILE, TILE))
        for place, cell in enumerate(cells[start : start + 4]):
            mosaic.paste(cell, (place % 2 * CELL, place // 2 * CELL))
        mosaics.append(mosaic)
    tiles = [(f"large-{i:04}", tile) for i, tile in enumerate(large)]
    tiles += [(f"cells-{i:04}", tile) for i, tile in enumerate(mosaics)]
    rng.shuffle(tiles)
    room, kept = options.megabytes * 1e6, Counter()
    with zipfile.ZipFile(options.archive, "w", zipfile.ZIP_STORED) as archive:
        for name, tile in tiles:
            buffer = io.BytesIO()
            tile.save(buffer, "WEBP", quality=QUALITY, method=4)
            if room < buffer.tell():
                break
            room -= buffer.tell()
            kept[name[:5]] += 1
            archive.writestr(f"{name}.webp", buffer.getvalue())
        data = [{"package": p, "licence": li, "pictures": n} for (p, li), n in sorted(counts.items())]
        archive.writestr("sources.json", json.dumps({"data": data, "tiles": kept}, indent=1))
    print(json.dumps(data, indent=1), dict(kept), "tiles of", len(tiles))


if __name__ == "__main__":
    main()
