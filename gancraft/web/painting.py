"""What the Style tab shows of a run: the picture as it forms, its label, and at the end the file and the command.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from gancraft.errors import GancraftError
from gancraft.events import Finished
from gancraft.pictures import Picture, samples
from gancraft.style.choice import StyleChoice, sized
from gancraft.web import gpu, label
from gancraft.web.command import at_home, source
from gancraft.web.errors import friendly
from gancraft.web.history import History, Shown
from gancraft.web.inputs import Input
from gancraft.web.label import Sayings
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import Limits

SAYINGS = Sayings(
    idle=("Your painting will hang here", "Choose a photo and a style, then paint."),
    waiting=("Getting ready", "Waiting for a free easel …"),
    failed=("Nothing was painted", "The message says why: change that, and paint again."),
    cancelled=("Stopped", "Paint starts again whenever you like."),
)
BEFORE_QUALITY = 90  # of the photo beside the painting, WebP
NAMELESS = ("clipboard", "image")  # what Gradio calls pictures that were pasted or taken
# Of a GPU, in seconds: a painting's share that doesn't hang on its size, and each megapixel of each step.
GPU_SECONDS, GPU_SECONDS_A_STEP, STEPS = 10.0, 0.2, 400


@dataclass(frozen=True)
class Order:
    """What a visitor has ordered. styles: with weights; arguments: of the engine's, by the input that they came from."""

    choice: StyleChoice
    content: Picture
    styles: Sequence[tuple[Picture, float]]
    arguments: Mapping[Input, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return title(name(self.content), [name(picture) for picture, _ in self.styles])

    @property
    def file_name(self) -> str:
        """`cat-mosaic.png`: names of all without anything that a file system could mind."""
        names = [picture.name for picture in (self.content, *(picture for picture, _ in self.styles))]
        plain = [re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem)[:40].strip("-") for name in names]
        return "-".join(name or "picture" for name in plain) + ".png"

    @property
    def command(self) -> str:
        more = [word for entry, value in self.arguments.items() for word in entry.words(value)]
        styles = [(source(picture), weight) for picture, weight in self.styles]
        return at_home(self.choice, source(self.content), styles, more, without=gpu.run_settings())


def paint_events(switch: Switch, history: History, order: Order, limits: Limits) -> Iterator[Outputs]:
    """Paint, and yield (file, (before, after), label, command) as they come about. Closing this closes the run."""
    with friendly(), history.place() as folder:
        before_HWC = levels(sized(order.choice, order.content).rgb_HWC)
        height, width = before_HWC.shape[:2]
        said, shape = order.title, label.shape_of(width, height)
        before, file = folder / "before.webp", folder / order.file_name
        Image.fromarray(before_HWC).save(before, quality=BEFORE_QUALITY)
        # The photo goes on the easel at once: torch may not even be loaded yet.
        yield None, (str(before), str(before)), label.busy(said, "Mixing colours …", shape), ""
        from gancraft.style import paint_to

        def draw(seen: Seen) -> Outputs:
            if seen.finished is not None:
                _check(seen.finished)
                done = label.label("done", said, _facts(order.choice, seen), shape)
                shown = Shown(order.title, str(file), str(before), done, order.command)
                history.keep(folder, shown)
                return shown.on_the_wall
            pair = (str(before), levels(seen.preview.picture_HWC)) if seen.preview and seen.fresh else gr.skip()
            return gr.skip(), pair, label.progressing(said, seen.progress, shape=shape), gr.skip()

        arguments = {entry.argument: value for entry, value in order.arguments.items()}
        start = partial(paint_to, file, order.choice, order.content, order.styles, preview_every=1, **arguments)
        expected = _gpu_seconds(order.choice, width * height / 1e6)
        yield from watch(switch, start, draw, outputs=4, max_seconds=limits.max_seconds, expected=expected)


def levels(x_HWC: np.ndarray) -> np.ndarray:
    """[0, 1] to 0..255, for showing."""
    return (np.clip(x_HWC, 0, 1) * 255 + 0.5).astype(np.uint8)


def name(picture: Picture) -> str:
    """A bundled picture's title; for others the file's name without its ending."""
    stem = Path(picture.name).stem
    return sample_title(picture.sample) or ("Your picture" if stem in NAMELESS else stem)


def sample_title(sample: str | None) -> str:
    """What a bundled picture is called; "" for what is none."""
    return {known.name: known.title for known in samples()}.get(sample or "", "")


def title(content: str, styles: Sequence[str]) -> str:
    """`Cat, after Peacock, Waves and Mosaic`."""
    after = " and ".join(filter(None, [", ".join(styles[:-1]), styles[-1]]))
    return f"{content}, after {after}"


def _check(event: Finished) -> None:
    if event.picture_HWC is None:
        raise GancraftError(event.problem or "the run ended without a picture")
    if event.problem:
        gr.Warning(event.problem)


def _facts(choice: StyleChoice, seen: Seen) -> Sequence[str]:
    event, last = seen.finished, seen.progress
    assert event is not None and event.picture_HWC is not None
    height, width = event.picture_HWC.shape[:2]
    steps = (
        [f"{last.done} of {last.total} steps, stopped" if event.stopped else f"{last.done} steps"] if last.done else []
    )
    return [
        choice.method.name,
        f"{width} × {height}",
        *steps,
        f"seed {choice.settings.seed}",
        label.seconds(event.seconds),
    ]


def _gpu_seconds(choice: StyleChoice, megapixels: float) -> float:
    """What a painting takes on a GPU, about, and rather too much: a run that takes longer than asked for is cut off."""
    steps = getattr(choice.options.get("optimise"), "iterations", STEPS)
    return GPU_SECONDS + steps * megapixels * GPU_SECONDS_A_STEP
