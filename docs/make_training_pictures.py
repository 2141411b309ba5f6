"""Assemble the pictures of the pages on training from run folders:
`python docs/make_training_pictures.py emoji=RUN paper=RUN act=RUN collapse=RUN cured=RUN growth=RUN`, any of them.

emoji: the dcgan preset on emoji with `--sheet 16x8`; paper: dcgan-paper on the same with `--sheet-every 100000`; act: that
with `--remedy act`; collapse, cured: the toy runs of docs/why-gans-fail.md; growth: the run of docs/training.md's "Growing".
report.webp is a photograph of the report of the second.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from gancraft.latent.sheet import sheet  # noqa: E402
from gancraft.pictures.dataset import open_set  # noqa: E402
from gancraft.training.report import read_run  # noqa: E402

LINE, GAP = 22, 8
Strip = tuple[str, Image.Image]


def nearest(run: Path, pictures: int) -> Path:
    """The sheet that was made nearest to so many pictures seen."""
    return min((run / "samples").glob("*.png"), key=lambda path: abs(int(path.stem) - pictures))


def top(run: Path, pictures: int, title: str, height: int) -> Strip:
    """The upper part of a sheet, under a title."""
    path = nearest(run, pictures)
    image = Image.open(path).convert("RGB")
    return f"{int(path.stem):,} {title}", image.crop((0, 0, image.width, min(height, image.height)))


def grown(run: Path) -> Iterator[Strip]:
    """The first row of the sheet, of the same latents each time: at the end of every stage, and half-way in each fade."""
    facts = read_run(run)
    stages = facts.of("stage")
    across = int(str(facts.part("options", "keep")["sheet"]).split("x")[0])
    ends = [*(stage.at for stage in stages[1:]), facts.pictures + 1]
    for stage, end in zip(stages, ends, strict=True):
        if stage.value:
            yield _first_row(nearest(run, round(stage.at + stage.value / 2)), f"{stage.text}, half faded in", across)
        before = [path for path in sorted((run / "samples").glob("*.png")) if int(path.stem) < end]
        yield _first_row(before[-1], stage.text, across)


def _first_row(path: Path, title: str, across: int) -> Strip:
    image = Image.open(path).convert("RGB")
    row = image.crop((0, 0, image.width, image.width // across))
    twice = row.resize((2 * row.width, 2 * row.height), Image.Resampling.NEAREST)
    return f"{int(path.stem):,} pictures seen: {title}", twice


def beside(strips: list[Strip], name: str, across: int = 1, quality: int = 82) -> None:
    """Titled pictures in rows, saved in docs/pictures."""
    width, height = strips[0][1].size
    down = -(-len(strips) // across)
    size = across * (width + GAP) - GAP, down * (height + LINE + GAP) - GAP
    canvas = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    for number, (title, image) in enumerate(strips):
        x, y = number % across * (width + GAP), number // across * (height + LINE + GAP)
        draw.text((x + 2, y + 2), title, "black", font)
        canvas.paste(image, (x, y + LINE))
    canvas.save(ROOT / "docs" / "pictures" / name, quality=quality, method=6)


def paintings() -> None:
    """Real pictures of the made set."""
    data = open_set("sample:paintings")
    x_NCHW = np.asarray(data.x_NCHW[np.random.default_rng(0).permutation(len(data))[:64]], np.float32) / 255
    image = Image.fromarray((sheet(x_NCHW, across=16, scale=1) * 255).round().astype(np.uint8))
    image.save(ROOT / "docs" / "pictures" / "paintings.webp", quality=82, method=6)


def main(runs: dict[str, Path]) -> None:
    if "emoji" in runs:
        rows = [top(runs["emoji"], seen, "pictures seen", 262) for seen in (500_000, 3_500_000, 7_040_000)]
        beside(rows, "training-emoji.webp")
    if "paper" in runs and "act" in runs:
        rows = [top(runs["paper"], n, "pictures seen", 130) for n in (500_000, 800_000, 1_000_000, 1_100_000)]
        rows.append(top(runs["act"], 1_400_000, "pictures seen, with --remedy act", 130))
        beside(rows, "collapse.webp")
    if "collapse" in runs and "cured" in runs:
        rings = [top(runs["collapse"], seen, "points seen", 512) for seen in (33_600, 50_176)]
        rings.append(top(runs["cured"], 64_000, "points seen, one generator step", 512))
        halves = [(title, image.resize((300, 300), Image.Resampling.LANCZOS)) for title, image in rings]
        beside(halves, "ring.webp", across=3)
    if "growth" in runs:
        beside(list(grown(runs["growth"])), "growth.webp")


if __name__ == "__main__":
    paintings()
    main({name: Path(path) for name, _, path in (word.partition("=") for word in sys.argv[1:])})
