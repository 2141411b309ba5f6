"""What the drawers below the film make: sheets of truncations and of mixed styles, and a picture moved along directions."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Run
from gancraft.web import label
from gancraft.web.errors import friendly
from gancraft.web.generate.codes import MOVED, Kept, codes_of, drawn, numbers, stop_words, title
from gancraft.web.generate.models import Opened, Shelf
from gancraft.web.generate.views import Wish
from gancraft.web.label import Sayings
from gancraft.web.runs import Outputs, Seen, Switch, watch

if TYPE_CHECKING:
    from gancraft.latent.directions import Directions

DIRECTIONS, FARTHEST = 5, 4.0
FIND_SECONDS = 60  # a model for which it takes longer is too large
SWEEP = Sayings(
    idle=("From plain to bold", "Draw the sheet, and see where this model is at its best."),
    waiting=("Getting ready", "The network wakes up …"),
    failed=("No sheet was drawn", "The message says why."),
    cancelled=("Stopped", ""),
)
MIX = Sayings(
    idle=("Shapes of one, colours of another", "Choose layers, then mix."),
    waiting=("Getting ready", "The network wakes up …"),
    failed=("Nothing was mixed", "The message says why."),
    cancelled=("Stopped", ""),
)
MOVE = Sayings(
    idle=("A picture that moves", "Move a slider: the first time the directions are looked for."),
    waiting=("Getting ready", "The network wakes up …"),
    failed=("Nothing was moved", "The message says why."),
    cancelled=("Stopped", ""),
)
# Of the visit: a model's fingerprint and its directions.
Found = tuple[str, "Directions"]


def sweep_events(
    switch: Switch, shelf: Shelf, wish: Wish, through: str, kept: Kept | None, max_seconds: float
) -> Iterator[Outputs]:
    """Yields (sheet, its file, label, command) as they come about: the picked pictures at several truncations."""
    yield None, None, label.busy("From plain to bold", "The network wakes up …"), ""
    with friendly():
        from gancraft.latent.sweep import DEFAULT, sweeping, truncations

        opened, words = shelf.open(wish.model, wish.own), stop_words(through)
        codes = codes_of(opened, wish.seed, words, wish.label(opened.model.info), kept)
        amounts = truncations(DEFAULT)
        check_many(opened, len(codes) * len(amounts))
        start = partial(sweeping, opened.model, codes, [title(word) for word in words], amounts, batch=opened.batch)
        home = ["--seeds", at_home(opened, wish.seed, words), *class_flags(wish)]
        facts = [f"truncation {amounts[0]:g} to {amounts[-1]:g}", f"seed {wish.seed}"]
        options = {"seeds": home[1], "truncation": amounts, "class": wish.class_name or None}
        yield from _sheet(switch, opened, start, "sweep", "From plain to bold", facts, home, options, max_seconds)


def mix_events(
    switch: Switch, shelf: Shelf, wish: Wish, through: str, layers: str, kept: Kept | None, max_seconds: float
) -> Iterator[Outputs]:
    """Yields (sheet, its file, label, command) as they come about: each picked picture with each other's styles."""
    yield None, None, label.busy("Mixing", "The network wakes up …", "square"), ""
    with friendly():
        from gancraft.latent.codes import styled_generator
        from gancraft.latent.mix import chosen_layers, mixing

        opened, words = shelf.open(wish.model, wish.own), stop_words(through)
        chosen = chosen_layers(layers, styled_generator(opened.model).layers)
        codes = codes_of(opened, wish.seed, words, wish.label(opened.model.info), kept)
        check_many(opened, (len(codes) + 1) ** 2)
        sides = codes, [title(word) for word in words]
        start = partial(
            mixing, opened.model, sides, sides, chosen, truncation=wish.truncation, batch=opened.batch
        )  # fmt: skip
        named = at_home(opened, wish.seed, words)
        home = ["--rows", named, "--columns", named, "--layers", layers, *class_flags(wish)]
        if wish.truncation != 1:
            home += ["--truncation", f"{wish.truncation:g}"]
        options = {
            "rows": named, "columns": named, "layers": chosen, "truncation": wish.truncation,
            "class": wish.class_name or None,
        }  # fmt: skip
        facts = [f"{layers} layers of the pictures on top", *wish.facts()]
        yield from _sheet(switch, opened, start, "mix", "Mixed styles", facts, home, options, max_seconds)


def _sheet(
    switch: Switch,
    opened: Opened,
    start: Callable[[], Run],
    command: str,
    called: str,
    facts: Sequence[str],
    home: Sequence[str],
    options: dict[str, Any],
    max_seconds: float,
) -> Iterator[Outputs]:
    """A run whose end is a sheet."""
    from gancraft.latent.results import recipe
    from gancraft.pictures import save_picture

    with tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        file = Path(folder) / f"{opened.source.stem}-{command}.png"

        def draw(seen: Seen) -> Outputs:
            if seen.finished is None:
                return gr.skip(), gr.skip(), label.progressing(called, seen.progress), gr.skip()
            picture_HWC = seen.finished.picture_HWC
            if picture_HWC is None:
                return None, None, label.label("idle", "Stopped", "Whenever you like it starts again."), ""
            save_picture(file, picture_HWC, recipe=recipe(opened.source, opened.model, command, options))
            height, width = picture_HWC.shape[:2]
            said = label.label("done", called, list(facts), label.shape_of(width, height))
            return str(file), str(file), said, shlex.join(["gancraft", command, opened.source.name, *home])

        yield from watch(switch, start, draw, outputs=4, expected=10, max_seconds=max_seconds)


def move_events(
    shelf: Shelf, wish: Wish, through: str, amounts: Sequence[float], found: Found | None, kept: Kept | None
) -> Iterator[Outputs]:
    """Yields (picture, its file, label, command, file of its codes, what was found, what is kept) as they come about: the
    last picked picture, moved along directions, which are looked for if they aren't known yet."""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.latent.codes import save_codes
        from gancraft.latent.directions import moved
        from gancraft.latent.drawing import check_pictures
        from gancraft.latent.results import sample_recipe, save_single

        opened, words = shelf.open(wish.model, wish.own), [str(number) for number in numbers(stop_words(through))]
        model, stem = opened.model, opened.source.stem
        check_pictures(model)
        if not words:
            raise UsageError("Directions: pick a picture of the sheet first")
        if found is None or found[0] != model.fingerprint:
            found = model.fingerprint, (yield from _found(shelf, opened, shelf.is_shipped(wish.model), Path(folder)))
        steps = [(number, amount) for number, amount in enumerate(amounts[: len(found[1])]) if amount]
        codes = moved(model, codes_of(opened, wish.seed, words[-1:], wish.label(model.info), None), found[1], steps)
        kept_as = Path(folder) / f"{stem}-{MOVED}.safetensors"
        said = [f"{number}:{amount:g}" for number, amount in steps]
        recipe = sample_recipe(
            opened.source, model, wish.seed, wish.truncation, wish.class_name or None, direction=said or None
        )
        save_codes(kept_as, model, codes, recipe["options"]["sample"])
        file = Path(folder) / f"{stem}-seed{wish.seed}-{words[-1]}-{MOVED}.png"
        save_single(file, drawn(opened, codes, wish.truncation)[0], int(words[-1]), recipe)
        shape = model.info.shape
        facts = [f"picture {words[-1]}", *([f"direction {' and '.join(said)}"] if said else ["as it is"])]
        text = label.label(
            "done", "Moved" if said else "Not moved yet", facts, label.shape_of(shape.width, shape.height)
        )
        command = f"gancraft directions {shlex.quote(opened.source.name)} --save directions.safetensors\n" + shlex.join(
            ["gancraft", "sample", opened.source.name, "--codes", kept_as.name]
        )
        keeping = {**(kept or {}), MOVED: (model.fingerprint, codes)}
        yield str(file), str(file), text, command, str(kept_as), found, keeping


def _found(shelf: Shelf, opened: Opened, shipped: bool, folder: Path) -> Generator[Outputs, None, Directions]:
    """The first directions of a model. Those of models that are everybody's are looked for once."""
    from gancraft.latent.directions import load_directions
    from gancraft.latent.finding import finding

    if shipped and opened.source.name in shelf.directions:
        return shelf.directions[opened.source.name]
    file = folder / "directions.safetensors"
    rest = (gr.skip(),) * 4

    def draw(seen: Seen) -> Outputs:
        said = label.progressing("Looking for directions", seen.progress, shape="square")
        return gr.skip(), gr.skip(), said, *rest

    start = partial(finding, opened.model, "sefa", DIRECTIONS, keep=file)
    yield from watch(Switch(), start, draw, outputs=7, expected=20, max_seconds=FIND_SECONDS, toasts=False)
    if not file.is_file():
        raise GancraftError("this model is too large for its directions to be found here; gancraft directions does it")
    found = load_directions(file, opened.model)
    if shipped:
        shelf.directions[opened.source.name] = found
    return found


def check_many(opened: Opened, count: int) -> None:
    """Raise UsageError for a sheet that takes too long while others wait."""
    if count > opened.most:
        raise UsageError(
            f"{count} pictures are too many of this size: pick fewer for the film, {opened.most} on a sheet are the most"
        )


def at_home(opened: Opened, seed: int, words: Sequence[str]) -> str:
    """The pictures as the command line names them."""
    known = {word: f"{seed}:{word}" for word in words if word.isdecimal()}
    return ",".join(known.get(word, f"{opened.source.stem}-{word}.safetensors") for word in words)


def class_flags(wish: Wish) -> list[str]:
    """Of the command line."""
    return ["--class", wish.class_name] if wish.class_name else []
