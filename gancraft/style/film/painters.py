"""One frame after the other, by each kind of method.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width, P = pixels, T = terms of a polynomial; pictures are sRGB
in [0, 1].
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gancraft.events import Event, Finished, Progress, Run
from gancraft.interfaces import InstantStyle, StyleLoss
from gancraft.pictures import Picture
from gancraft.style.choice import StyleChoice, runner_of, sized
from gancraft.style.film.settings import FilmOptions
from gancraft.style.guide import Guide
from gancraft.style.job import Styles, instant_painter, paint
from gancraft.style.masks import MaskPair
from gancraft.style.settings import OptimiseOptions
from gancraft.style.tensors import to_array, to_tensor

# Adam's step size against a single picture's, for frames that start at the one before: at the full one, what comes into sight
# was speckled (found by looking).
WARM_RATE = 0.4
RIDGE = 1e-4  # of the fit of colours: few pixels, or few colours, must not make wild ones


@dataclass(frozen=True)
class Carried:
    """The painted frame before, moved to where this frame has it. trust: how far each pixel is to be trusted, 0 to 1."""

    x_NCHW: Tensor
    trust_N1HW: Tensor


class FramePainter(ABC):
    """Paints the frames of a film."""

    def __init__(self, choice: StyleChoice, styles: Styles, start: Picture | None, masks: Sequence[MaskPair]):
        self.choice, self.styles, self.start, self.masks = choice, styles, start, masks
        options = choice.options["film"]
        assert isinstance(options, FilmOptions)
        self.options = options

    def check(self, content: Picture) -> None:
        """Raise UsageError for what can't be painted; content: of the film's size."""
        paint(self.choice, content, self.styles, start=self.start, masks=self.masks).close()

    @abstractmethod
    def frame(self, content: Picture, before: Carried | None, run: Run) -> Iterator[Event]:
        """The events of one frame, `Finished` last. before: None for the first frame of a scene."""


class _Optimised(FramePainter):
    """Painted in steps: it starts at the frame before, which a temporal loss keeps it like (Ruder, Dosovitskiy & Brox 2016,
    "Artistic Style Transfer for Videos"). What comes into sight starts at the film's own frame, in the painting's colours."""

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.choice = _with_kept_network(self.choice)
        options = self.choice.options["optimise"]
        assert isinstance(options, OptimiseOptions)
        rate = WARM_RATE * options.learning_rate
        # Adam in small steps stays near the frame before.
        steps = {"iterations": self.options.warm_iterations, "levels": 1, "optimiser": "adam", "learning_rate": rate}
        changed = options.model_copy(update=steps)
        self.warm = replace(self.choice, options={**self.choice.options, "optimise": changed})

    def frame(self, content: Picture, before: Carried | None, run: Run) -> Iterator[Event]:
        if before is None:
            inner = paint(self.choice, content, self.styles, start=self.start, masks=self.masks)
        else:
            start = Picture(to_array(completed(to_tensor(sized(self.choice, content).rgb_HWC), before)))
            guide = Guide(before.x_NCHW, before.trust_N1HW * self.options.temporal_weight)
            inner = paint(self.warm, content, self.styles, start=start, masks=self.masks, guide=guide)
        yield from _passed_on(inner, run)


class _Smoothed(FramePainter):
    """Painted alone, then mixed with the frame before."""

    def frame(self, content: Picture, before: Carried | None, run: Run) -> Iterator[Event]:
        for event in self.alone(content, run):
            if before is not None and isinstance(event, Finished) and event.picture_HWC is not None:
                share_N1HW = before.trust_N1HW * self.options.smoothing
                mixed_NCHW = torch.lerp(to_tensor(event.picture_HWC), before.x_NCHW, share_N1HW)
                event = replace(event, picture_HWC=to_array(mixed_NCHW))
            yield event

    def alone(self, content: Picture, run: Run) -> Iterator[Event]:
        return _passed_on(paint(self.choice, content, self.styles, start=self.start, masks=self.masks), run)


class _Instant(_Smoothed):
    """What is remembered of the styles serves every frame."""

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.painter = instant_painter(self.choice, self.styles, self.masks)

    def alone(self, content: Picture, run: Run) -> Iterator[Event]:
        began = time.monotonic()
        with self.painter.compute.scope():
            sheet = self.painter.sheet(to_tensor(sized(self.choice, content).rgb_HWC))
            for done, _ in enumerate(sheet.steps(), 1):
                yield Progress(done, sheet.total)
                if run.stopping and done < sheet.total:
                    break
            result_HWC = to_array(sheet.result_NCHW)
        yield Finished(result_HWC, run.stopping, seconds=time.monotonic() - began, facts=self.painter.facts())


def completed(content_NCHW: Tensor, before: Carried) -> Tensor:
    """The frame before, as it was carried; where it isn't trusted the film's own frame, recoloured: each colour is that
    polynomial of second degree of the film's which fits best where the frame is trusted."""
    kept_P = before.trust_N1HW.flatten() > 0.5
    terms_PT, painted_PC = _terms(content_NCHW[0].flatten(1).T), before.x_NCHW[0].flatten(1).T
    known_PT = terms_PT[kept_P]
    ridge_TT = RIDGE * max(1, len(known_PT)) * torch.eye(terms_PT.shape[1])
    fit_TC = torch.linalg.solve(known_PT.T @ known_PT + ridge_TT, known_PT.T @ painted_PC[kept_P])
    own_NCHW = (terms_PT @ fit_TC).clamp(0, 1).T.reshape(content_NCHW.shape)
    return torch.lerp(own_NCHW, before.x_NCHW, before.trust_N1HW)


def _terms(rgb_PC: Tensor) -> Tensor:
    """1, the colours, and the products of two of them."""
    pairs = torch.tensor([(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)])
    return torch.cat([torch.ones_like(rgb_PC[:, :1]), rgb_PC, rgb_PC[:, pairs[:, 0]] * rgb_PC[:, pairs[:, 1]]], 1)


def frame_painter(
    choice: StyleChoice, styles: Styles, start: Picture | None, masks: Sequence[MaskPair]
) -> FramePainter:
    """The one for the method that was chosen."""
    runner = runner_of(choice.method)
    interface = choice.method.interface if runner is not None else None
    kinds: dict[Any, type[FramePainter]] = {StyleLoss: _Optimised, InstantStyle: _Instant}
    return kinds.get(interface, _Smoothed)(choice, styles, start, masks)


@dataclass(frozen=True)
class _Kept(StyleChoice):
    """A choice whose network was made already."""

    made: Any = None

    def make_network(self) -> Any:
        return self.made


def _with_kept_network(choice: StyleChoice) -> StyleChoice:
    if choice.network is None:
        return choice
    return _Kept(**vars(choice), made=choice.make_network())


def _passed_on(inner: Run, outer: Run) -> Iterator[Event]:
    """The events of a run within a run, which stops with it."""
    try:
        for event in inner:
            yield event
            inner.stopping = outer.stopping
    finally:
        inner.close()
