"""A visitor's photo, looked for among the pictures of a model."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from gancraft.events import Event, Finished, Run
from gancraft.web import label
from gancraft.web.command import source
from gancraft.web.errors import friendly
from gancraft.web.generate.codes import PHOTO, Kept
from gancraft.web.generate.models import Shelf
from gancraft.web.generate.views import Wish
from gancraft.web.label import Sayings
from gancraft.web.painting import levels
from gancraft.web.picker import open_input
from gancraft.web.runs import Outputs, Seen, Switch, watch

if TYPE_CHECKING:
    from gancraft.models import Model
    from gancraft.pictures import Picture
    from gancraft.plugins import Plugins

STEPS, MOST_STEPS = 100, 400
EVERY = 5  # steps between two looks
SAYINGS = Sayings(
    idle=("Your photo, as this model would make it", "It can only make what it has learned."),
    waiting=("Getting ready", "The network wakes up …"),
    failed=("Nothing was found", "The message says why."),
    cancelled=("Stopped", ""),
)


def projecting(model: Model, photo: Picture, plugins: Plugins, steps: int, label_number: int | None, keep: Path) -> Run:
    """A run that projects a photo and writes the codes to `keep` before it ends: another process may do the work."""
    from gancraft.latent.codes import save_codes
    from gancraft.latent.project import project
    from gancraft.latent.project_options import ProjectOptions

    work = project(model, photo, plugins, ProjectOptions(steps=steps), label=label_number, preview_every=EVERY)

    def events(run: Run) -> Iterator[Event]:
        for event in work:
            if isinstance(event, Finished) and work.result is not None:
                save_codes(keep, model, work.result.codes, {"photo": photo.name})
            yield event
            if run.stopping:
                work.stop()

    return Run(events)


def photo_events(
    switch: Switch,
    shelf: Shelf,
    wish: Wish,
    photo: str | None,
    steps: int,
    kept: Kept | None,
    max_megapixels: float,
    max_seconds: float,
) -> Iterator[Outputs]:
    """Yields (photo and picture side by side, its file, label, command, file of the codes, what is kept) as they come
    about."""
    yield None, None, label.busy("Looking for your photo", "The network wakes up …"), "", None, gr.skip()
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as folder:
        from gancraft.latent.codes import load_codes
        from gancraft.latent.results import recipe
        from gancraft.pictures import save_picture

        opened = shelf.open(wish.model, wish.own)
        model, stem = opened.model, opened.source.stem
        picture = open_input(photo, "Your photo", max_megapixels)
        file, codes_file = Path(folder) / f"{stem}-{PHOTO}.png", Path(folder) / f"{stem}-{PHOTO}.safetensors"
        words = ["--steps", str(steps), *(["--class", wish.class_name] if wish.class_name else [])]
        command = shlex.join(["gancraft", "project", opened.source.name, source(picture), *words])

        def draw(seen: Seen) -> Outputs:
            if seen.finished is None:
                said = label.progressing("Looking for your photo", seen.progress)
                shown = levels(seen.preview.picture_HWC) if seen.fresh and seen.preview is not None else gr.skip()
                return shown, gr.skip(), said, gr.skip(), gr.skip(), gr.skip()
            options: dict[str, Any] = {"steps": seen.progress.done, "class": wish.class_name or None}
            both_HWC = seen.finished.picture_HWC
            assert both_HWC is not None, "it ends with what it has, even when it is stopped"
            save_picture(file, both_HWC, recipe=recipe(opened.source, model, "project", options))
            codes = load_codes(codes_file, model)
            facts = [f"{seen.progress.done} steps" + (", stopped" if seen.finished.stopped else "")]
            facts += ["left: the photo", "right: what the model makes of it"]
            said = label.label("done", "As near as it comes", facts)
            keeping = {**(kept or {}), PHOTO: (model.fingerprint, codes)}
            return str(file), str(file), said, command, str(codes_file), keeping

        start = partial(projecting, model, picture, shelf.plugins, steps, wish.label(model.info), codes_file)
        yield from watch(switch, start, draw, outputs=6, expected=30, max_seconds=max_seconds)
