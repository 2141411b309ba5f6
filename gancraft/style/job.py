"""From a choice and pictures to a run, and from a run to a file that carries its recipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from gancraft.compute import choose
from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Run, Saved, Warned
from gancraft.interfaces import InstantStyle, StyleInput, StyleJob, StyleLoss, StyleMethod
from gancraft.pictures import Picture, save_picture
from gancraft.style.choice import StyleChoice, runner_of, sized
from gancraft.style.guide import Guide
from gancraft.style.instant import InstantPainter, InstantPainting
from gancraft.style.masks import MaskPair, check_masks, mask_tensor
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.recipe import recipe_of
from gancraft.style.settings import InstantOptions, OptimiseOptions
from gancraft.style.tensors import to_tensor

if TYPE_CHECKING:
    from gancraft.style.judge import Scores

Styles = Sequence[tuple[Picture, float]]


def paint(
    choice: StyleChoice,
    content: Picture,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    preview_every: int = 0,
    guide: Guide | None = None,
) -> Run:
    """Paint `content` in the manner of `styles` (pictures with weights). `gancraft.stylise` is the simple way.

    choice: method, network and settings, as `gancraft.style.choice.resolve_style` finds them; start: a picture to start from,
    for methods that can; masks: the Nth says where the Nth style goes; preview_every: steps between two Preview events, 0 for
    none; guide: of the result's size, for methods that are painted in steps. The run ends with `Finished`, whose picture has
    the size that the settings ask for. Raises UsageError at once where the pictures, the masks or the size can't be used.
    """
    check_styles(choice, styles)
    if start is not None and not choice.method.can("start"):
        raise UsageError(f"{choice.method.name} can't start from a picture: leave it out, or choose another method")
    if masks and not choice.method.can("mask"):
        raise UsageError(f"--mask: {choice.method.name} takes no masks: leave them out, or choose another method")
    check_masks(masks, content, [picture for picture, _ in styles])
    settings = choice.settings
    compute = choose(settings.device, settings.precision, settings.launch)
    job = StyleJob(
        content_NCHW=to_tensor(sized(choice, content).rgb_HWC),
        styles=_inputs(choice, styles, masks),
        seed=settings.seed,
        device=compute.device,
        precision=str(compute.dtype).removeprefix("torch."),
        launch=settings.launch,
        start_NCHW=to_tensor(start.rgb_HWC) if start is not None else None,
        preview_every=preview_every,
        guide_NCHW=guide.x_NCHW if guide is not None else None,
        guide_weight_N1HW=guide.weight_N1HW if guide is not None else None,
        network=choice.make_network if choice.network is not None else None,
    )
    method = _method(choice)
    return Run(lambda run: _checked(method.run(job, run), job, choice))


def _checked(events: Iterator[Event], job: StyleJob, choice: StyleChoice) -> Iterator[Event]:
    """The same events. Raises GancraftError where they are none, or end without a picture of the content's size."""
    who = f"plugin {choice.method.plugin}: {choice.method.name}"
    if not isinstance(events, Iterable):
        raise GancraftError(f"{who}: its `run` gave {type(events).__name__}; make it a generator, which yields events")
    finished = False
    try:
        for event in events:
            if isinstance(event, Finished):
                finished = True
                if (wrong := _wrong(event, (*job.content_NCHW.shape[-2:], 3))) is not None:
                    raise GancraftError(f"{who} {wrong}")
            yield event
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()
    if not finished:
        raise GancraftError(f"{who}: its run ended without a Finished event")


def _wrong(last: Finished, wanted: tuple[int, ...]) -> str | None:
    """What is wrong with the picture at the end; None where nothing is."""
    picture = last.picture_HWC
    if picture is None:
        return None if last.stopped or last.problem else "gave no picture: say `Finished(picture_HWC=…)`"
    if not isinstance(picture, np.ndarray):
        return f"gave a picture that is a {type(picture).__name__}, not a NumPy array"
    if picture.shape != wanted:
        got, asked = ("x".join(map(str, shape)) for shape in (picture.shape, wanted))
        return f"gave a picture of {got} numbers, where {asked} were asked for (height, width, colours)"
    if picture.dtype.kind != "f":
        return f"gave a picture of {picture.dtype}, where float32 from 0 to 1 was asked for"
    return None


def instant_painter(choice: StyleChoice, styles: Styles, masks: Sequence[MaskPair] = ()) -> InstantPainter:
    """What paints one picture after the other, as tensors, with the same styles: for film. Raises UsageError where the
    method doesn't paint at once, or the pictures can't be used."""
    check_styles(choice, styles)
    method = _method(choice)
    if not isinstance(method, InstantPainting):
        raise UsageError(f"{choice.method.name} doesn't paint at once: choose a method that does")
    settings = choice.settings
    compute = choose(settings.device, settings.precision, settings.launch)
    return InstantPainter(method.method, method.options, _inputs(choice, styles, masks), compute)


def check_styles(choice: StyleChoice, styles: Styles) -> None:
    """Raise UsageError unless there are as many style pictures as the method needs, with weights."""
    if choice.method.can("styleless"):
        if styles:
            raise UsageError(f"{choice.method.name} takes no style picture: leave it out, or choose another method")
    elif not styles or not all(0 <= weight < float("inf") for _, weight in styles) or not any(w for _, w in styles):
        raise UsageError("at least one style picture with a weight above 0 is needed")


def _inputs(choice: StyleChoice, styles: Styles, masks: Sequence[MaskPair]) -> list[StyleInput]:
    """Those that count, each with its masks."""
    pairs: list[MaskPair | None] = [*masks, *[None] * (len(styles) - len(masks))]
    return [_input(choice, style, weight, pair) for (style, weight), pair in zip(styles, pairs, strict=True) if weight]


def _input(choice: StyleChoice, picture: Picture, weight: float, pair: MaskPair | None) -> StyleInput:
    """A style with its masks, the photo's as it is sized and cropped."""
    place = mask_tensor(sized(choice, pair.place)) if pair is not None else None
    part = mask_tensor(pair.part) if pair is not None and pair.part is not None else None
    return StyleInput(to_tensor(picture.rgb_HWC), weight, place, part)


def _method(choice: StyleChoice) -> StyleMethod:
    """The method, under its runner where it has no run of its own."""
    part = choice.make_method()
    runner = runner_of(choice.method)
    options = choice.options[runner.name] if runner is not None else None
    if isinstance(part, StyleLoss):
        assert isinstance(options, OptimiseOptions)
        return OptimisedStyle(options, part)
    if isinstance(part, InstantStyle):
        assert isinstance(options, InstantOptions)
        return InstantPainting(options, part)
    assert isinstance(part, StyleMethod)
    return part


def paint_to(
    target: str | Path | BinaryIO,
    choice: StyleChoice,
    content: Picture,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    preview_every: int = 0,
    scores: Scores | None = None,
) -> Run:
    """Paint into a file, or as PNG into a stream: the same events, with `Saved` before `Finished`.

    What a run leaves is saved however it ended: done, stopped, or with a problem. scores: of the result, for its facts; see
    `gancraft.style.judge.scorer`.
    """

    def events(outer: Run) -> Iterator[Event]:
        inner = paint(choice, content, styles, start=start, masks=masks, preview_every=preview_every)
        try:
            for event in inner:
                if isinstance(event, Finished) and (picture_HWC := event.picture_HWC) is not None:
                    if scores is not None:
                        try:
                            event = replace(event, facts={**event.facts, **scores(choice, picture_HWC)})
                        except (GancraftError, RuntimeError, MemoryError) as error:  # the picture is worth more
                            yield Warned(f"the result couldn't be judged: {error}")
                    recipe = recipe_of(choice, content, styles, start, event.facts, masks)
                    to_file = isinstance(target, str | Path)
                    alpha_HW = sized(choice, content).alpha_HW
                    save_picture(target, picture_HWC, alpha_HW, recipe=recipe, format=None if to_file else "png")
                    yield Saved(str(target) if to_file else "-")
                yield event
                inner.stopping = outer.stopping
        finally:
            inner.close()

    return Run(events)
