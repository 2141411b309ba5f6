"""What the Style tab shows of a run: the picture as it forms, its label, and at the end the file and the command.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from gancraft.web.style.begin import begin

if TYPE_CHECKING:
    from gancraft.style.masks import MaskPair

SAYINGS = Sayings(
    idle=("Your painting will hang here", "Choose a photo and a style, then paint."),
    waiting=("Getting ready", "Waiting for a free easel …"),
    failed=("Nothing was painted", "The message says why: change that, and paint again."),
    cancelled=("Stopped", "Paint starts again whenever you like."),
)
BEFORE_QUALITY = 90  # of the photo beside the painting, WebP
MODEL = "model"  # the setting of a method that says which trained network it paints with
NAMELESS = ("clipboard", "image")  # what Gradio calls pictures that were pasted or taken
# Of a GPU, in seconds: a painting's share that doesn't hang on its size, and each megapixel of each step.
GPU_SECONDS, GPU_SECONDS_A_STEP, STEPS = 10.0, 0.2, 400


@dataclass(frozen=True)
class Order:
    """What a visitor has ordered. styles: with weights; arguments: of the engine's, by the input that they came from; masks:
    the Nth is the Nth style's; judged: whether the result gets scores."""

    choice: StyleChoice
    content: Picture
    styles: Sequence[tuple[Picture, float]]
    arguments: Mapping[Input, Any] = field(default_factory=dict)
    masks: Sequence[MaskPair] = ()
    judged: bool = False

    @property
    def title(self) -> str:
        return title(name(self.content), [name(picture) for picture, _ in self.styles], self.choice)

    @property
    def file_name(self) -> str:
        return file_name([self.content.name, *after(self.styles, self.choice)])

    @property
    def words(self) -> dict[str, Any]:
        """Arguments of the engine's, by name."""
        return {entry.argument: value for entry, value in self.arguments.items()}

    @property
    def more(self) -> list[str]:
        """Flags of what is given beside the pictures."""
        masks = [
            word for pair in self.masks for word in ("--mask", pair.place.name, pair.part.name if pair.part else "-")
        ]
        return [*masks, *(word for entry, value in self.arguments.items() for word in entry.words(value))]

    @property
    def without(self) -> Collection[str]:
        """Settings of this computer's."""
        return gpu.run_settings()

    @property
    def command(self) -> str:
        styles = [(source(picture), weight) for picture, weight in self.styles]
        judged = ["--judge"] if self.judged else []
        return at_home(self.choice, source(self.content), styles, [*self.more, *judged], self.without)


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

        def draw(seen: Seen) -> Outputs:
            if seen.finished is not None:
                _check(seen.finished)
                done = label.label("done", said, _facts(order.choice, seen), shape)
                shown = Shown(order.title, str(file), str(before), done, order.command)
                history.keep(folder, shown)
                return shown.on_the_wall
            pair = (str(before), levels(seen.preview.picture_HWC)) if seen.preview and seen.fresh else gr.skip()
            ahead = [seen.started.summary] if seen.started and seen.started.summary else []
            return gr.skip(), pair, label.progressing(said, seen.progress, ahead, shape), gr.skip()

        start = partial(
            begin,
            file,
            order.choice,
            order.content,
            order.styles,
            judged=order.judged,
            max_seconds=limits.max_seconds,
            masks=order.masks,
            preview_every=1,
            **order.words,
        )
        expected = gpu_seconds(order.choice, width * height / 1e6)
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


def title(content: str, styles: Sequence[str], choice: StyleChoice | None = None) -> str:
    """`Cat, after Peacock, Waves and Mosaic`; without styles by what was chosen."""
    if not styles and choice is not None:
        return f"{content}, by {' '.join(dict.fromkeys([choice.method.name, *after([], choice)]))}"
    return f"{content}, after {' and '.join(filter(None, [', '.join(styles[:-1]), styles[-1]]))}"


def after(styles: Sequence[tuple[Picture, float]], choice: StyleChoice) -> list[str]:
    """Names of the style pictures; without them what else tells the manner: the trained network, or the method."""
    model = getattr(choice.options.get(choice.method.name), MODEL, None)
    return [picture.name for picture, _ in styles] or [str(model or choice.method.name)]


def file_name(names: Sequence[str], ending: str = ".png") -> str:
    """`cat-mosaic.png`: names of all without anything that a file system could mind."""
    plain = [re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem)[:40].strip("-") for name in names]
    return "-".join(name or "picture" for name in plain) + ending


def _check(event: Finished) -> None:
    if event.picture_HWC is None:
        raise GancraftError(event.problem or "the run ended without a picture")
    if event.problem:
        gr.Warning(event.problem)


def _facts(choice: StyleChoice, seen: Seen) -> Sequence[str]:
    event, last = seen.finished, seen.progress
    assert event is not None and event.picture_HWC is not None
    height, width = event.picture_HWC.shape[:2]
    steps = []
    if last.done and not choice.method.can("instant"):
        of = f" of {last.total}" if last.total and event.stopped else ""
        steps = [f"{last.done}{of} steps{', stopped' if event.stopped else ''}"]
    return [
        choice.method.name,
        f"{width} × {height}",
        *steps,
        f"seed {choice.settings.seed}",
        label.seconds(event.seconds or seen.seconds),  # a third party's run may not say
        *scores_said(event.facts),
    ]


def scores_said(facts: Mapping[str, object]) -> list[str]:
    """What the judge found; 0 is best."""
    found = {what: facts[f"{what}_distance"] for what in ("style", "content") if f"{what}_distance" in facts}
    return ["judged: " + ", ".join(f"{what} {value:.2f}" for what, value in found.items()) + " away"] if found else []


def gpu_seconds(choice: StyleChoice, megapixels: float) -> float:
    """What a painting takes on a GPU, about, and rather too much: a run that takes longer than asked for is cut off."""
    steps = getattr(choice.options.get("optimise"), "iterations", STEPS)
    return GPU_SECONDS + steps * megapixels * GPU_SECONDS_A_STEP
