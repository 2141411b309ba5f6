"""Paint the pairs of `benchmarks/pairs.py` in several ways and lay them out side by side, with the judge's numbers.

    python benchmarks/contact_sheet.py sheet.png
    python benchmarks/contact_sheet.py sheet.png --columns "default:" "bolder:strength=0.7" "lite0:network=efficientnet-lite0"
    python benchmarks/contact_sheet.py sheet.png --pairs 0 3 --size 384

A column is `TITLE:name=value,…` with the runner's option names, `network=`, and the method's own as `gram.name=`.
The judge is EfficientNet-Lite1 (extra `bench`), which no loss looks through: S is the relative Gram distance to the style,
C the relative feature distance to the content, D the fine detail over the style's (1 is ideal).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.pairs import PAIRS, content
from gancraft.events import Finished
from gancraft.metrics.judge import Judgement, judge
from gancraft.pictures import fitted, open_sample
from gancraft.plugins import find_plugins
from gancraft.style import paint
from gancraft.style.choice import resolve_style
from gancraft.style.resize import fit_style
from gancraft.style.tensors import to_tensor

MARGIN, CAPTION = 6, 14
JUDGE_LAYERS = 14  # relu6 layers from the picture on


def parse_column(text: str) -> tuple[str, dict[str, str]]:
    title, _, rest = text.partition(":")
    return title, dict(pair.split("=", 1) for pair in rest.split(",") if pair)


def thumbnail(rgb_HWC: np.ndarray, height: int) -> Image.Image:
    picture = Image.fromarray((rgb_HWC * 255).round().astype(np.uint8))
    return picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--columns", nargs="+", default=["default:", "EfficientNet-Lite0:network=efficientnet-lite0"])
    parser.add_argument("--pairs", nargs="+", type=int, default=list(range(len(PAIRS))))
    parser.add_argument("--size", default="512")
    parser.add_argument("--height", type=int, default=300, help="of a picture on the sheet")
    parser.add_argument("--device", default="auto")
    args = parser.parse_args()
    plugins = find_plugins()
    judging = plugins.get("network", "efficientnet-lite1")
    eye = judging.create(judging.options())
    layers = [name for name in eye.layers if name.endswith(".depthwise")][:JUDGE_LAYERS]
    columns = [parse_column(text) for text in args.columns]
    rows, judgements = [], {title: list[Judgement]() for title, _ in columns}
    for number in args.pairs:
        content_name, style_name = PAIRS[number]
        photo = fitted(content(content_name), size=args.size, scale=None)
        style = open_sample(style_name)
        cells = [(f"{number} {content_name}", photo.rgb_HWC), (style_name, style.rgb_HWC)]
        for title, options in columns:
            began = time.perf_counter()
            choice = resolve_style(
                plugins, [{"size": f"{photo.width}x{photo.height}", "device": args.device, **options}]
            )
            *_, last = paint(choice, photo, [(style, 1.0)])
            assert isinstance(last, Finished) and last.picture_HWC is not None
            seconds = time.perf_counter() - began
            small_style = fit_style(to_tensor(style.rgb_HWC), max(photo.width, photo.height))
            verdict = judge(eye, to_tensor(last.picture_HWC), to_tensor(photo.rgb_HWC), small_style, layers)
            judgements[title].append(verdict)
            line = f"{title}  S {verdict.style:.3f}  C {verdict.content:.3f}  D {verdict.detail:.2f}"
            print(f"{number} {content_name:16} {style_name:12} {line}  {seconds:.1f} s", flush=True)
            cells.append((line, last.picture_HWC))
        rows.append([(text, thumbnail(cell, args.height)) for text, cell in cells])
    for title, verdicts in judgements.items():
        mean = [float(np.mean([getattr(v, part) for v in verdicts])) for part in ("style", "content", "detail")]
        print(f"mean of {len(verdicts)}: {title:24} S {mean[0]:.3f}  C {mean[1]:.3f}  D {mean[2]:.2f}")
    width = max(sum(image.width + MARGIN for _, image in row) for row in rows)
    sheet = Image.new("RGB", (width, len(rows) * (args.height + CAPTION + MARGIN)), "white")
    draw = ImageDraw.Draw(sheet)
    for index, row in enumerate(rows):
        x, y = 0, index * (args.height + CAPTION + MARGIN)
        for text, image in row:
            draw.text((x + 2, y + 1), text, fill="black")
            sheet.paste(image, (x, y + CAPTION))
            x += image.width + MARGIN
    sheet.save(args.output, quality=92)


if __name__ == "__main__":
    main()
