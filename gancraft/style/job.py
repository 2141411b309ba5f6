"""From a choice and pictures to a run, and from a run to a file that carries its recipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Run, Saved
from gancraft.interfaces import StyleInput, StyleJob, StyleLoss
from gancraft.pictures import Picture, save_picture
from gancraft.style.choice import StyleChoice, sized
from gancraft.style.masks import MaskPair, check_masks, mask_tensor
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.recipe import recipe_of
from gancraft.style.settings import OptimiseOptions
from gancraft.style.tensors import to_tensor

Styles = Sequence[tuple[Picture, float]]


def paint(
    choice: StyleChoice,
    content: Picture,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    preview_every: int = 0,
) -> Run:
    """Paint `content` in the manner of `styles` (pictures with weights); see `gancraft.resolve.resolve_style`.

    start: a picture to start from, for methods that can; masks: the Nth says where the Nth style goes; preview_every: steps
    between two Preview events, 0 for none. The run ends with `Finished`, whose picture has the size that the settings ask
    for. Raises UsageError at once where the pictures, the masks or the size can't be used.
    """
    if not styles or not all(0 <= weight < float("inf") for _, weight in styles) or not any(w for _, w in styles):
        raise UsageError("at least one style picture with a weight above 0 is needed")
    if start is not None and not choice.method.can("start"):
        raise UsageError(f"{choice.method.name} can't start from a picture: leave it out, or choose another method")
    if masks and not choice.method.can("mask"):
        raise UsageError(f"--mask: {choice.method.name} takes no masks: leave them out, or choose another method")
    check_masks(masks, content, [picture for picture, _ in styles])
    settings = choice.settings
    pairs: list[MaskPair | None] = [*masks, *[None] * (len(styles) - len(masks))]
    job = StyleJob(
        content_NCHW=to_tensor(sized(choice, content).rgb_HWC),
        styles=[
            _input(choice, picture, weight, pair)
            for (picture, weight), pair in zip(styles, pairs, strict=True)
            if weight
        ],
        seed=settings.seed,
        device=settings.device,
        precision=settings.precision,
        launch=settings.launch,
        start_NCHW=to_tensor(start.rgb_HWC) if start is not None else None,
        preview_every=preview_every,
        network=choice.make_network if choice.network is not None else None,
    )
    part = choice.method.create(choice.options[choice.method.name])
    method = _optimised(choice, part) if isinstance(part, StyleLoss) else part
    return Run(lambda run: method.run(job, run))


def _input(choice: StyleChoice, picture: Picture, weight: float, pair: MaskPair | None) -> StyleInput:
    """A style with its masks, the photo's as it is sized and cropped."""
    place = mask_tensor(sized(choice, pair.place)) if pair is not None else None
    part = mask_tensor(pair.part) if pair is not None and pair.part is not None else None
    return StyleInput(to_tensor(picture.rgb_HWC), weight, place, part)


def _optimised(choice: StyleChoice, loss: StyleLoss) -> OptimisedStyle:
    options = choice.options["optimise"]
    assert isinstance(options, OptimiseOptions)
    return OptimisedStyle(options, loss)


def paint_to(
    target: str | Path | BinaryIO,
    choice: StyleChoice,
    content: Picture,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    preview_every: int = 0,
) -> Run:
    """Paint into a file, or as PNG into a stream: the same events, with `Saved` before `Finished`.

    What a run leaves is saved however it ended: done, stopped, or with a problem.
    """

    def events(outer: Run) -> Iterator[Event]:
        inner = paint(choice, content, styles, start=start, masks=masks, preview_every=preview_every)
        try:
            for event in inner:
                if isinstance(event, Finished) and event.picture_HWC is not None:
                    recipe = recipe_of(choice, content, styles, start, event.facts, masks)
                    to_file = isinstance(target, str | Path)
                    alpha_HW = sized(choice, content).alpha_HW
                    save_picture(target, event.picture_HWC, alpha_HW, recipe=recipe, format=None if to_file else "png")
                    yield Saved(str(target) if to_file else "-")
                yield event
                inner.stopping = outer.stopping
        finally:
            inner.close()

    return Run(events)
