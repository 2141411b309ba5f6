"""Checks of a `StyleMethod`, which paints by itself.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gancraft.events import Event, Finished, Preview, Run, Started
from gancraft.interfaces import StyleInput, StyleJob
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.testing.probes import rough, seeded, smooth, tiny_network

SIZES = ((36, 24), (25, 41))  # width and height, one of them odd


@check("It paints a picture of the photo's size whatever that is, in float32 from 0 to 1, and it isn't the photo.")
def paints(subject: Subject) -> None:
    for width, height in SIZES:
        last = _last(_events(subject, _job(subject, width, height)))
        picture = _picture(last, width, height)
        photo = _job(subject, width, height).content_NCHW[0].permute(1, 2, 0).numpy()
        expect(float(np.abs(picture - photo).mean()) > 1e-3, f"at {width}x{height} the photo came back as it was.")


@check("The same seed paints the same picture, to the last bit.")
def repeats(subject: Subject) -> None:
    one, other = (_last(_events(subject, _job(subject, seed=5))).picture_HWC for _ in range(2))
    expect(np.array_equal(one, other), "two runs differ; take random numbers from a generator with `job.seed`.")  # type: ignore[arg-type]


@check("It ends with Finished after events that can cross processes: numbers, text and NumPy arrays.")
def events(subject: Subject) -> None:
    told = _events(subject, replace(_job(subject), preview_every=1))
    expect(isinstance(told[0], Started), f"its first event is {type(told[0]).__name__}, not Started.")
    for event in told:
        for name, value in vars(event).items():
            expect(
                _is_plain(value), f"`{name}` of {type(event).__name__} holds what isn't plain: {type(value).__name__}."
            )
        if isinstance(event, Preview):
            good = event.picture_HWC.ndim == 3 and event.picture_HWC.shape[-1] == 3
            expect(good, f"a preview of shape {event.picture_HWC.shape}; it must be HWC with 3 colours.")


@check(
    "Asked to stop, it ends after the step that it is in, with `Finished(stopped=True)` and the picture as it stands."
)
def stops(subject: Subject) -> None:
    whole = len(_events(subject, _job(subject)))
    method = subject.make()
    run = Run(lambda run: method.run(_job(subject), run))
    told = [next(run)]
    run.stop()
    with seeded():
        told += list(run)
    last = _last(told)
    expect(last.stopped, "`stopped` is False; read `run.stopping` between steps and say so in `Finished`.")
    expect(len(told) <= max(whole, 3), "it went on telling more than a whole run does.")
    _picture(last, *SIZES[0])


@check("Several styles with weights are taken, and of two the weights count.")
def weighs(subject: Subject) -> None:
    if subject.thing.can("styleless"):
        raise NotForThis("it takes no style picture")
    styles = (smooth(40, 30, 2), 1 - smooth(30, 40, 2))
    made = []
    for shares in ((1.0, 0.1), (0.1, 1.0)):
        inputs = [StyleInput(x, share) for x, share in zip(styles, shares, strict=True)]
        made.append(_last(_events(subject, replace(_job(subject), styles=inputs))).picture_HWC)
    same = np.array_equal(*made)  # type: ignore[arg-type]
    cure = "read `StyleInput.weight`, or register it as `styleless` if it looks at no style picture"
    expect(not same, f"turning the weights around changes nothing; {cure}.")


@check("A picture to start from is heeded, where the method is registered with the capability `start`.")
def start(subject: Subject) -> None:
    if not subject.thing.can("start"):
        raise NotForThis("it isn't registered with `start`")
    job = _job(subject)
    other = _last(_events(subject, replace(job, start_NCHW=rough(20, 20, 8)))).picture_HWC
    expect(not np.array_equal(_last(_events(subject, job)).picture_HWC, other), "it changes nothing.")  # type: ignore[arg-type]


def _is_plain(value: object) -> bool:
    """Whether it is made of numbers, text and NumPy arrays alone."""
    if isinstance(value, Mapping):
        return all(_is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str | np.generic | np.ndarray)


def _job(subject: Subject, width: int = SIZES[0][0], height: int = SIZES[0][1], seed: int = 3) -> StyleJob:
    network: Any = tiny_network if subject.thing.can("network") else None
    styles = [] if subject.thing.can("styleless") else [StyleInput(smooth(40, 32, 2))]
    return StyleJob(smooth(width, height, 1), styles, seed=seed, precision="float32", network=network)


def _events(subject: Subject, job: StyleJob) -> list[Event]:
    method = subject.make()
    with seeded():
        return list(Run(lambda run: method.run(job, run)))


def _last(told: list[Event]) -> Finished:
    expect(bool(told), "it told nothing at all.")
    last = told[-1]
    expect(isinstance(last, Finished), f"its last event is {type(last).__name__}, not Finished.")
    assert isinstance(last, Finished)
    expect(last.problem is None, f"it ended early: {last.problem}.")
    return last


def _picture(last: Finished, width: int, height: int) -> np.ndarray:
    picture = last.picture_HWC
    found = f"{getattr(picture, 'shape', None)} for a photo of {width}x{height}."
    expect(isinstance(picture, np.ndarray) and picture.shape == (height, width, 3), found)
    assert picture is not None
    expect(picture.dtype == np.float32, f"a picture in {picture.dtype}.")
    inside = bool(np.isfinite(picture).all()) and picture.min() >= 0 and picture.max() <= 1
    expect(inside, f"values from {picture.min():.3g} to {picture.max():.3g}.")
    return picture
