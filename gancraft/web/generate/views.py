"""What the Generate tab shows of a model: a sheet of its pictures, one of them large, a film, and what the model is.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from gancraft.web import label
from gancraft.web.errors import friendly
from gancraft.web.generate.codes import WORDS, Kept, codes_of, drawn, numbers, stop_words, title
from gancraft.web.generate.models import Opened, Shelf
from gancraft.web.label import Sayings
from gancraft.web.painting import levels
from gancraft.web.runs import Outputs, Seen, Switch, watch

if TYPE_CHECKING:
    from gancraft.models import ModelInfo

FPS = 30
POINTS = 1000  # of a model of points, drawn in one picture
TURN = "each in turn"
SHEET = Sayings(
    idle=("Pictures that never were", "They will hang here in a moment."),
    waiting=("Getting ready", "The network wakes up …"),
    failed=("No pictures were made", "The message says why."),
    cancelled=("Stopped", ""),
)
FILM = Sayings(
    idle=("Your film will play here", "Click two pictures of the sheet, then make it."),
    waiting=("Getting ready", "Waiting for a free projector …"),
    failed=("No film was made", "The message says why: change that, and try again."),
    cancelled=("Stopped", "Make the film starts again whenever you like."),
)


@dataclass(frozen=True)
class Wish:
    """What a visitor asks of a model. class_name: "" where each class has its turn."""

    model: str
    own: str | None
    seed: int
    truncation: float
    class_name: str

    def label(self, info: ModelInfo) -> int | None:
        """The number of the class, None without one. Raises UsageError for one that the model hasn't."""
        from gancraft.latent.latents import class_number

        return class_number(info, self.class_name) if self.class_name else None

    def flags(self) -> Iterator[str]:
        """Of the command line, what differs from its defaults."""
        if self.seed:
            yield from ("--seed", str(self.seed))
        if self.truncation != 1:
            yield from ("--truncation", f"{self.truncation:g}")
        if self.class_name:
            yield from ("--class", self.class_name)

    def facts(self) -> Iterator[str]:
        yield f"seed {self.seed}"
        if self.truncation != 1:
            yield f"truncation {self.truncation:g}"
        if self.class_name:
            yield f"class {self.class_name}"


def wish_of(model: str, seed: float | None, truncation: float, class_name: str | None, own: str | None) -> Wish:
    """From the fields' values."""
    return Wish(model, own, int(seed or 0), float(truncation), "" if class_name in (None, TURN) else str(class_name))


def sheet_events(shelf: Shelf, wish: Wish, count: int) -> Iterator[Outputs]:
    """Yields (pictures, file of the sheet, label, command) once, while the file is there."""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.latent.results import save_sheet
        from gancraft.latent.sheet import is_points, rgb

        opened = shelf.open(wish.model, wish.own)
        shape, points = opened.model.info.shape, is_points(opened.model.info.shape)
        made = POINTS if points else min(count, opened.most)
        x_NCHW = _pictures(opened, wish, range(made))
        file = Path(folder) / f"{opened.source.stem}-seed{wish.seed}.png"
        save_sheet(file, x_NCHW, shape, _recipe(opened, wish))
        gallery: list[tuple[Any, str]] = [(str(file), "All points")]
        if not points:
            gallery = [(x_HWC, f"Picture {number}") for number, x_HWC in enumerate(levels(rgb(x_NCHW)))]
        facts = [f"{made:,} points"] if points else [f"{made} pictures", f"{shape.width} × {shape.height}"]
        facts += [*wish.facts(), *([f"no more than {made} of this size"] if made < count else [])]
        said = label.label("done", f"By {opened.source.stem}", facts, "square")
        command = shlex.join(["gancraft", "sample", opened.source.name, "-n", str(made), *wish.flags()])
        yield gallery, str(file), said, command


def single_events(shelf: Shelf, wish: Wish, through: str, kept: Kept | None = None) -> Iterator[Outputs]:
    """Yields (the last picked picture of the sheet, its label, its file, all picked ones) once, while the file is there."""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.latent.results import save_sheet, save_single
        from gancraft.latent.sheet import is_points, rgb

        opened, words = shelf.open(wish.model, wish.own), stop_words(through)
        shape, recipe = opened.model.info.shape, _recipe(opened, wish)
        if is_points(shape):
            file = Path(folder) / f"{opened.source.stem}-seed{wish.seed}.png"
            save_sheet(file, _pictures(opened, wish, range(POINTS)), shape, recipe)
            yield str(file), label.label("done", "All points", list(wish.facts()), "square"), str(file), None
            return
        codes = codes_of(opened, wish.seed, words, wish.label(opened.model.info), kept)
        x_NCHW = drawn(opened, codes, wish.truncation)
        names = ["From", "To"] if len(words) == 2 else [f"Stop {place}" for place in range(1, len(words) + 1)]
        picked = [
            (x_HWC, f"{name}: {title(word)}")
            for name, word, x_HWC in zip(names, words, levels(rgb(x_NCHW)), strict=True)
        ]
        if not numbers(words):
            yield gr.skip(), gr.skip(), gr.skip(), picked
            return
        last = numbers(words)[-1]
        file = Path(folder) / f"{opened.source.stem}-seed{wish.seed}-{last}.png"
        save_single(file, x_NCHW[words.index(str(last))], last, recipe)
        said = label.label("done", f"Picture {last}", list(wish.facts()), label.shape_of(shape.width, shape.height))
        yield str(file), said, str(file), picked


def film_events(
    switch: Switch,
    shelf: Shelf,
    wish: Wish,
    through: str,
    seconds: float,
    max_seconds: float,
    one_way: bool = False,
    kept: Kept | None = None,
) -> Iterator[Outputs]:
    """Make a film, and yield (film, its file, label, command) as they come about. Closing this closes the run. max_seconds:
    work is stopped then, and what there is is kept."""
    yield None, None, label.busy("Your film", "The network wakes up …", "square"), ""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.latent.walk import filming

        opened, words = shelf.open(wish.model, wish.own), stop_words(through)
        info = opened.model.info
        chosen = wish.label(info)
        if info.shape.classes and chosen is None and numbers(words):  # a film has one class, that of its first picture
            chosen = numbers(words)[0] % info.shape.classes
            wish = Wish(wish.model, wish.own, wish.seed, wish.truncation, class_names(info)[chosen])
        codes = codes_of(opened, wish.seed, words, chosen, kept)
        way = " to ".join(title(word) if word in WORDS else word for word in words[:6])
        end = " and on" if len(words) > 6 else ""
        shown = f"From {way}{end}" + ("" if one_way else ", and back")
        file = Path(folder) / f"{opened.source.stem}-seed{wish.seed}-{'-'.join(words[:6])}.mp4"
        home = [*_stops_at_home(opened, wish.seed, words), "--seconds", f"{seconds:g}", *wish.flags()]
        home += ["--one-way"] if one_way else []

        def draw(seen: Seen) -> Outputs:
            if seen.finished is None:
                return gr.skip(), gr.skip(), label.progressing(shown, seen.progress, shape="square"), gr.skip()
            frames, size = seen.progress.done, seen.progress.size or (0, 0)
            facts = [f"{frames} frames" + (", stopped" if seen.finished.stopped else ""), f"{size[0]} × {size[1]}"]
            said = label.label("done", shown, [*facts, *wish.facts()], label.shape_of(*size))
            return str(file), str(file), said, shlex.join(["gancraft", "walk", opened.source.name, *home])

        start = partial(
            filming, opened.model, file, codes, seconds, FPS,
            truncation=wish.truncation, closed=not one_way, batch=opened.batch,
        )  # fmt: skip
        yield from watch(switch, start, draw, outputs=4, expected=3 * seconds, max_seconds=max_seconds)


def _stops_at_home(opened: Opened, seed: int, words: Sequence[str]) -> list[str]:
    """The stops as flags of `gancraft walk`. What was kept is a file there, by the name that it is downloaded by."""
    if not any(word in WORDS for word in words):
        return ["--through", ",".join(words)]
    named = [f"{opened.source.stem}-{word}.safetensors" if word in WORDS else f"{seed}:{word}" for word in words]
    return ["--from", ",".join(named[:-1]), "--to", named[-1]]


def class_names(info: ModelInfo) -> Sequence[str]:
    """Names of a model's classes, or their numbers."""
    return info.classes or [str(number) for number in range(info.shape.classes)]


def card(opened: Opened, summary: str) -> str:
    """What a model is, in a few lines of HTML. Its file may be anybody's."""
    info, facts = opened.model.info, opened.model.info.training
    shape, seen = info.shape, facts.get("pictures")
    kind = {1: "in grey", 3: "in colour", 4: "with transparency"}.get(shape.channels, "")
    makes = str(shape) if (shape.height, shape.width) == (1, 1) else f"{shape.width} × {shape.height} pixels {kind}"
    rows = [("Makes", makes + (f", {shape.classes} classes" if shape.classes else ""))]
    if facts.get("data"):
        rows.append(("Learned from", str(facts["data"])))
    if isinstance(seen, int):
        rows.append(("Has seen", f"{seen:,} pictures"))
    plugin = " ".join(filter(None, (info.plugin.get("distribution"), info.plugin.get("version"))))
    rows.append(("Network", f"{info.name}{f', {plugin}' if plugin else ''}"))
    said = "".join(f"<dt>{name}</dt><dd>{label.coded(text[:200])}</dd>" for name, text in rows)
    return f'<div class="gc-card"><p>{label.coded(summary)}</p><dl>{said}</dl></div>'


def _pictures(opened: Opened, wish: Wish, numbers: Sequence[int]) -> np.ndarray:
    """x_NCHW in [0, 1], a batch a turn."""
    from gancraft.latent.codes import seeded

    return drawn(opened, seeded(opened.model, wish.seed, numbers, wish.label(opened.model.info)), wish.truncation)


def _recipe(opened: Opened, wish: Wish) -> dict[str, Any]:
    from gancraft.latent.results import sample_recipe

    return sample_recipe(opened.source, opened.model, wish.seed, wish.truncation, wish.class_name or None)
