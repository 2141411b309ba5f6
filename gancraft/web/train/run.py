"""A training on the page: what is shown of the run while it goes on, and what it leaves to take away.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.errors import UsageError
from gancraft.events import Finished
from gancraft.latent.sheet import is_points
from gancraft.plugins import Plugins
from gancraft.resolve import Layer, flatten
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.fits import parameters
from gancraft.training.folder import RunFolder
from gancraft.training.report import read_run, write_report
from gancraft.web import gpu, label
from gancraft.web.painting import levels
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import TRAIN_WEIGHT, Limits
from gancraft.web.train.course import CourseOf
from gancraft.web.train.pace import sheet_every
from gancraft.web.train.words import again, friendly_words, told
from gancraft.web.train.work import Work
from gancraft.web.visit import Visit

skip = gr.skip()
OUTPUTS = 7  # visit, picture, label, course, model, report, command


def train_events(switch: Switch, visit: Visit, work: Work, plugins: Plugins, limits: Limits) -> Iterator[Outputs]:
    """Train, and yield (visit, picture, label, course, model, report, command) as they come about. Closing this closes the
    run."""
    visit.running = work.folder.name
    course, longest = CourseOf(work.folder, work.total), limits.train_seconds
    mark = (lambda said: said) if work.fresh else again
    first = mark(label.busy(work.title, "Looking at the pictures …"))

    def draw(seen: Seen) -> Outputs:
        if seen.saved:
            visit.latest = work.folder.name
        how = course.html(seen) or skip
        if seen.finished is not None:
            return _end(visit, work, seen.finished, how)
        picture = levels(seen.preview.picture_HWC) if seen.preview is not None and seen.fresh else skip
        progress = replace(seen.progress, size=None) if is_points(work.shape) else seen.progress
        if progress.seconds_left is not None:
            progress = replace(progress, seconds_left=min(progress.seconds_left, longest - seen.seconds))
        more = [f"{progress.rate:,.0f} pictures a second"] if progress.rate else []
        said = mark(label.progressing(work.title, progress, more, work.sheet))
        return visit, picture, said, how, skip, skip, skip

    try:
        yield (visit, None, first, "", None, None, "") if work.fresh else (visit, skip, first, skip, None, None, "")
        with friendly_words():
            from gancraft.training.job import train  # torch comes with it

            _check(work, limits)
            start = partial(train, _shown(work, plugins), work.source, work.folder, command=work.command)
            bounds = {"max_seconds": longest, "expected": min(longest, gpu.LONGEST), "weight": TRAIN_WEIGHT}
            yield from watch(switch, start, draw, outputs=OUTPUTS, toasts=False, **bounds)
    except Exception:
        if work.fresh and work.folder.name not in visit.runs():
            shutil.rmtree(work.folder, ignore_errors=True)  # nothing came of it
        raise
    finally:
        with contextlib.suppress(OSError):  # there is something in it
            work.folder.rmdir()  # nobody begins in a folder of a run that was called off


def after_error(visit: Visit) -> Outputs:
    """What is shown then of what there is all the same: of the run that broke off, or of the one before."""
    name, visit.running = visit.running, None
    if name is not None and name in visit.runs():
        folder = visit.home / name
        visit.latest = name
        said = f"After {read_run(folder).pictures:,} pictures. The message says why; what was learned shortly before is kept."
        return visit, skip, label.label("done", "The run broke off", said), skip, *_leave(visit, folder, name), skip
    if visit.taken is not None:
        said = "The message says why. What was trained before is still here."
        return visit, skip, label.label("done", "Nothing new was trained", said), skip, *visit.taken, skip
    return (skip,) * OUTPUTS


def _end(visit: Visit, work: Work, event: Finished, how: Any) -> Outputs:
    visit.running = None
    if event.problem:
        gr.Warning(told(event.problem))
    picture = skip if event.picture_HWC is None else levels(event.picture_HWC)
    size = [] if is_points(work.shape) else [f"{work.shape.width} × {work.shape.height}"]
    facts = [
        *size,
        f"{event.facts['pictures']:,} pictures seen{', stopped' if event.stopped else ''}",
        f"seed {work.choice.settings.seed}",
        label.seconds(event.seconds),
        *([f"kept in {work.folder}"] if visit.keep_runs else []),
    ]
    said = label.label("done", work.title, facts, work.sheet)
    return visit, picture, said, how, *_leave(visit, work.folder, work.stem), work.command


def _leave(visit: Visit, folder: Path, stem: str) -> tuple[str | None, str | None]:
    """(model, report) to take away, None where there is none. Each time they are other files, so that what was made of the
    model before is known to be old."""
    model = RunFolder(folder, writes=False).model
    if not model.is_file():
        return None, None
    place = visit.folder / "take" / f"{folder.name}-{read_run(folder).pictures}"
    place.mkdir(parents=True, exist_ok=True)
    mine = place / f"{stem}.safetensors"
    shutil.copyfile(model, mine)
    report = write_report(folder, place / f"{stem}.html", "" if visit.keep_runs else mine.name)
    visit.taken = str(mine), str(report)
    return visit.taken


def _check(work: Work, limits: Limits) -> None:
    """Settings decide how large the networks are: a few digits could ask for more memory than there is."""
    size = parameters(work.choice, work.shape)
    if size > limits.train_parameters:
        most = f"at most {limits.train_parameters / 1e6:,.0f} million are taken here"
        raise UsageError(f"the networks would have {size / 1e6:,.0f} million numbers; {most}: make them smaller")


def _shown(work: Work, plugins: Plugins) -> TrainChoice:
    """The choice with what the page and its machine need beside: that changes no picture."""
    from gancraft.compute import choose

    settings = work.choice.settings
    beside: dict[str, Any] = {f"train.{name}": value for name, value in gpu.run_settings().items()}
    # Others than a CPU are so fast that the engine's own number is enough. On ZeroGPU nothing must be asked of the GPU here.
    if not gpu.zero_gpu() and choose(settings.device, settings.precision, settings.launch).device.type == "cpu":
        beside["keep.sheet_every"] = sheet_every(work.shape, settings.pictures, settings.batch)
    return resolve_train(plugins, [beside, Layer(flatten(work.choice.to_dict()))])
