"""The game of two networks on the page: a run of the engine, as points, colours and curves that move."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, flatten
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.report import Course, course, light
from gancraft.training.report.words import Verdict
from gancraft.web import label
from gancraft.web.errors import friendly
from gancraft.web.label import Sayings
from gancraft.web.learn.lessons import SOURCE, Cure, Situation, resolved, watched
from gancraft.web.learn.motion import Motion
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import Limits
from gancraft.web.train.command import train_at_home
from gancraft.web.train.course import ROOT
from gancraft.web.train.fields import usual

SAYINGS = Sayings(
    idle=("The board is set", "Grey: the real points, eight heaps on a ring. Play, and watch two networks meet them."),
    waiting=("Getting ready", "Waiting for a free table …"),
    failed=("The game didn't begin", "The message says why: change that, and play again."),
    cancelled=("Stopped", "Play starts a new game whenever you like."),
)
OUTPUTS = 4  # picture, label, curves, command
SECONDS = 20  # that a game takes, about
KEY = "game"  # in the ids of its charts
SHAPE = "square"


def game_events(
    switch: Switch,
    plugins: Plugins,
    method: Registered,
    situation: Situation,
    cure: Cure,
    seed: int,
    limits: Limits,
) -> Iterator[Outputs]:
    """Play, and yield (picture, label, curves, command) as they come about. Closing this closes the run."""
    title = situation.title if cure is situation.cures[0] else f"{situation.title}: {_lowered(cure.title)}"
    yield gr.skip(), label.busy(title, "Dealing random numbers …", SHAPE), "", ""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as place:
        choice = _bounded(plugins, resolved(plugins, method, situation, cure, seed), limits)
        folder = Path(place, "run")
        motion = Motion(folder / "samples", Path(place))
        command = train_at_home(choice, usual(plugins, method.name), SOURCE)
        drawn = ""

        def draw(seen: Seen) -> Outputs:
            nonlocal drawn
            found, curves = course(folder, choice.settings.pictures, KEY), ""
            if seen.finished is None:
                picture: Any = motion.film(seen.seconds) or gr.skip()
                said = label.progressing(title, replace(seen.progress, size=None), shape=SHAPE)
                curves = _curves(found, found.verdict)
            else:
                reached, there = _reached(folder, plugins)
                picture, said = motion.last(), label.label("done", title, _facts(seen, seed, reached, there), SHAPE)
                curves = _curves(found, _verdict(seen, reached, there))
            fresh, drawn = curves != drawn, curves
            return picture, said, curves if fresh else gr.skip(), command if seen.finished else gr.skip()

        from gancraft.training.job import train  # torch comes with it

        start = partial(train, watched(plugins, choice), SOURCE, folder)
        yield from watch(
            switch,
            start,
            draw,
            outputs=OUTPUTS,
            max_seconds=min(limits.train_seconds, limits.max_seconds),
            expected=SECONDS,
            toasts=False,  # they stand beside the curves
        )


def _bounded(plugins: Plugins, choice: TrainChoice, limits: Limits) -> TrainChoice:
    pictures = min(choice.settings.pictures, limits.train_pictures)
    return resolve_train(plugins, [{"pictures": pictures}, Layer(flatten(choice.to_dict()))])


def _reached(folder: Path, plugins: Plugins) -> tuple[int, int]:
    from gancraft.training.reach import modes_reached

    return modes_reached(folder / "model.safetensors", SOURCE, plugins)


def _facts(seen: Seen, seed: int, reached: int, there: int) -> list[str]:
    assert seen.finished is not None
    stopped = ", stopped" if seen.finished.stopped else ""
    return [
        f"{reached} of {there} heaps found",
        f"{seen.finished.facts['pictures']:,} points seen{stopped}",
        f"seed {seed}",
        label.seconds(seen.finished.seconds),
    ]


def _verdict(seen: Seen, reached: int, there: int) -> Verdict:
    """What the count of heaps says, and what the engine's own check of the run's health does."""
    assert seen.finished is not None
    found = f"All {there} heaps are found" if reached == there else f"{reached} of {there} heaps are found"
    tone = "good" if reached == there else "bad" if reached <= there // 4 else "warn"
    said = seen.finished.problem or seen.finished.facts["verdict"]
    return Verdict(tone, found, f"gancraft's health check says: {said}.")


def _curves(found: Course, verdict: Verdict) -> str:
    return f'<div class="{ROOT}">{light(verdict)}{found.events}{found.charts}</div>'


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
