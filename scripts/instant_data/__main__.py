"""Pack the pictures: `python -m scripts.instant_data PICTURES OUT [--painted FOLDER] [--megabytes 8.5]`.

PICTURES holds packages unpacked as for the embedded network (scripts/distil/README.md), and openclipart-png. Into OUT go
photos256.zip, crops of photographs, and styles256.zip, pictures in many manners: photographs painted by rule (`manners`),
crops of the pictures in FOLDER (of `python -m scripts.paint_samples --seed 101 …`), gancraft's own small paintings, drawn
wallpapers and patterns of clip art. Beside them sources.json says how many pictures of which licence each package gave.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from gancraft.pictures.dataset.paintings import paintings_origin
from scripts.instant_data.manners import MANNERS, recoloured

DISTIL = Path(__file__).parents[1] / "distil"
sys.path.insert(0, str(DISTIL))  # its scripts are no package
import pack  # noqa: E402

SIDE = 256
QUALITY = 78
DRAWN = ("plasma-workspace-wallpapers", "gnome-backgrounds")  # wallpapers that are drawings
CLIP_ART = "openclipart-png/usr/share/openclipart/png"
PATTERNS = ("special/patterns", "geography", "shapes/stars", "food/fruit", "people")
EACH = 60  # photographs painted in each manner


def crops(image: Image.Image, count: int, rng: random.Random) -> Iterator[Image.Image]:
    """Squares at several sizes of the picture; flat ones are left out."""
    sides = [int(SIDE * 1.08), 400, 700, 1100]
    for side in [side for side in sides if side <= max(SIDE * 1.1, min(image.size))] * 3:
        if count and (square := pack.crop(image, side, SIDE, rng)) is not None:
            count -= 1
            yield square


def photographs(pictures: Path, counts: Counter, rng: random.Random) -> Iterator[tuple[str, Image.Image]]:
    """(package, picture) of everything whose licence is accepted, once."""
    manifest, seen = tomllib.loads((DISTIL / "sources.toml").read_text()), set()
    for source in manifest["source"]:
        for path, licence in pack.pick(source, pictures, manifest["accept"], rng):
            image = pack.open_picture(path)
            if image is not None and pack.fingerprint(image) not in seen:
                seen.add(pack.fingerprint(image))
                counts[source["package"], licence] += 1
                yield source["package"], image


def clip_art(pictures: Path, counts: Counter, rng: random.Random) -> Iterator[Image.Image]:
    """Clip art on grounds of random colours, as it is or repeated as a pattern."""
    for folder in PATTERNS:
        files = sorted((pictures / CLIP_ART / folder).glob("*.png"))
        for path in rng.sample(files, min(18, len(files))):
            drawing = Image.open(path).convert("RGBA")
            if max(drawing.size) > 4 * min(drawing.size):
                continue
            ground = tuple(rng.randrange(256) for _ in range(3))
            side = rng.choice([SIDE, SIDE // 2, SIDE // 3])
            drawing = drawing.resize((side, side), Image.Resampling.LANCZOS)
            canvas = Image.new("RGB", (SIDE, SIDE), ground)
            for left in range(0, SIDE, side):
                for top in range(0, SIDE, side):
                    canvas.paste(drawing, (left, top), drawing)
            counts["openclipart-png", "public domain"] += 1
            yield canvas


def own(count: int) -> Iterator[Image.Image]:
    """gancraft's own small paintings."""
    origin = paintings_origin((SIDE, SIDE), False)
    for number in range(count):
        yield Image.fromarray((origin.open(number * 37).rgb_HWC * 255).round().astype(np.uint8))


def write(file: Path, pictures: list[Image.Image], megabytes: float, rng: random.Random) -> int:
    """As many of them, shuffled, as there is room for. Returns how many."""
    rng.shuffle(pictures)
    room, kept = megabytes * 1e6, 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, picture in enumerate(pictures):
            buffer = io.BytesIO()
            picture.save(buffer, "WEBP", quality=QUALITY, method=4)
            if room < buffer.tell():
                break
            room, kept = room - buffer.tell(), kept + 1
            archive.writestr(f"{number:05}.webp", buffer.getvalue())
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--painted", type=Path, help="folder of further paintings (PNG)")
    parser.add_argument("--megabytes", type=float, default=8.5, help="of each archive")
    options = parser.parse_args()
    rng, generator, counts = random.Random(0), np.random.default_rng(0), Counter()
    photos: list[Image.Image] = []
    styles: list[Image.Image] = []
    subjects: list[Image.Image] = []
    for package, image in photographs(options.pictures, counts, rng):
        found = list(crops(image, 8 if min(image.size) > 1000 else 3, rng))
        subjects += found[:2]
        if package in DRAWN:
            styles += found[:6]
        else:
            photos += found
    rng.shuffle(subjects)
    for number, name in enumerate(MANNERS):
        for subject in subjects[number * EACH : (number + 1) * EACH]:
            styles.append(MANNERS[name](recoloured(subject, generator), generator))
        print(name, len(styles), flush=True)
    if options.painted is not None:
        for path in sorted(options.painted.rglob("*.png")):
            picture = Image.open(path).convert("RGB")
            styles += crops(picture, 5, rng)
            counts["scripts/paint_samples", "Apache-2.0"] += 1
    styles += clip_art(options.pictures, counts, rng)
    styles += own(60)
    made = {
        name: write(options.out / f"{name}256.zip", pictures, options.megabytes, rng)
        for name, pictures in (("photos", photos), ("styles", styles))
    }
    data = [{"package": p, "licence": li, "pictures": n} for (p, li), n in sorted(counts.items())]
    (options.out / "sources.json").write_text(json.dumps({"data": data, "pictures": made}, indent=1) + "\n")
    print(json.dumps(data, indent=1), made, "of", len(photos), len(styles))


if __name__ == "__main__":
    main()
