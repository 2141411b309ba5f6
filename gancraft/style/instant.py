"""The engine's runner for methods that paint at once: colours, masks, tiles and strength, frame after frame.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from gancraft.compute import Compute, choose
from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.interfaces import InstantStyle, StyleInput, StyleJob, StyleMethod, Sums
from gancraft.perceptual.network import weights_fingerprint
from gancraft.style import instant_memory, memory
from gancraft.style.colours import Colours, colours_of
from gancraft.style.regions import regions
from gancraft.style.resize import fit_style, resize
from gancraft.style.settings import InstantOptions
from gancraft.style.tensors import to_array
from gancraft.style.tiles import Box, Tile

STYLE_SIDE = 1024  # pixels of a style picture at most: more tell these methods nothing
PALETTE_SIDE = 512  # of the photo, where only its colours are looked at
FADE = 0.25  # strength below which a method's faintest painting gives way to the photo itself


@dataclass(frozen=True)
class Place:
    """A part of the result, with what is remembered of the styles there. weight: how much each pixel belongs to it."""

    state: Any
    weight_N1HW: Tensor | None


class InstantPainter:
    """Paints pictures with the same styles, which are looked at once: where colours are the photo's, with those of the first
    picture. Masks are fitted to each picture."""

    def __init__(self, method: InstantStyle, options: InstantOptions, styles: Sequence[StyleInput], compute: Compute):
        """styles: as for a job, on the CPU."""
        self.method, self.options, self.styles, self.compute = method, options, styles, compute
        self._fingerprint = weights_fingerprint(method.network.state_dict())  # before they are rounded
        compute.place(method.network)
        self.states: list[Any] = []

    def paint(self, content_NCHW: Tensor) -> Tensor:
        """The picture, painted, on the CPU."""
        with self.compute.scope():
            sheet = self.sheet(content_NCHW)
            for _ in sheet.steps():
                pass
            return sheet.result_NCHW

    def sheet(self, content_NCHW: Tensor) -> Sheet:
        """A picture to be painted tile by tile."""
        height, width = content_NCHW.shape[-2:]
        content_NCHW = content_NCHW.to(self.compute.device)
        colours = self._colours(content_NCHW)
        found = regions(self.styles, width, height)
        if not self.states:
            self.states = [self._prepare(styles, max(width, height), colours) for styles, *_ in found]
        places = [
            Place(state, weight.to(self.compute.device) if weight is not None else None)
            for state, (_, weight, _) in zip(self.states, found, strict=True)
        ]
        return Sheet(self, content_NCHW, colours, places)

    def _colours(self, content_NCHW: Tensor) -> Colours:
        mode = self.options.colours
        return colours_of(mode, fit_style(content_NCHW, PALETTE_SIDE) if self.recoloured else content_NCHW)

    @property
    def recoloured(self) -> bool:
        """Whether the photo's colours are given to the style; without a style picture, to the result."""
        return self.options.colours in ("moments", "transport")

    @torch.no_grad()
    def _prepare(self, styles: Sequence[StyleInput], long_side: int, colours: Colours) -> Any:
        total = sum(style.weight for style in styles)
        side = min(STYLE_SIDE, long_side * self.options.style_scale)
        return self.method.prepare([self._seen(s, s.weight / total, side, colours) for s in styles])

    def _seen(self, style: StyleInput, share: float, side: float, colours: Colours) -> StyleInput:
        """A style picture as it is looked at: at this size, its sides multiples of the stride."""
        device, stride = self.compute.device, self.method.stride
        x_NCHW, part_N1HW = fit_style(style.x_NCHW, side).to(device), style.part_N1HW
        if part_N1HW is not None:
            part_N1HW = resize(part_N1HW, x_NCHW.shape[-1], x_NCHW.shape[-2]).clamp(0, 1).to(device)
            part_N1HW = filled(part_N1HW, stride)
        return StyleInput(filled(colours.style(x_NCHW), stride), share, None, part_N1HW)

    def facts(self) -> dict[str, object]:
        """For the recipe."""
        return {**self.compute.facts(), "weights": self._fingerprint}


class Sheet:
    """One picture on its way: `steps` paints it, `result_NCHW` is what there is of it."""

    def __init__(self, painter: InstantPainter, content_NCHW: Tensor, colours: Colours, places: Sequence[Place]):
        self.painter, self.method, self.colours = painter, painter.method, colours
        self.height, self.width = content_NCHW.shape[-2:]
        self.content_NCHW, stride = content_NCHW, self.method.stride
        self.seen_NCHW = filled(colours.seen(content_NCHW).clamp(0, 1), stride)
        self.places = [
            replace(place, weight_N1HW=filled(place.weight_N1HW, stride)) if place.weight_N1HW is not None else place
            for place in places
        ]
        self.painted_NCHW = self.seen_NCHW.clone()
        state = places[0].state
        self.tiles = instant_memory.cut(painter, state, self.seen_NCHW.shape[-1], self.seen_NCHW.shape[-2])
        self.rounds = self.method.rounds if len(self.tiles) > 1 else 0

    @property
    def total(self) -> int:
        """How many steps there are."""
        return len(self.tiles) * (self.rounds + 1)

    def steps(self) -> Iterator[None]:
        """One tile painted, or looked at, after the other. Before its end the picture is still the photo where nothing was
        painted."""
        if self.painter.options.strength == 0:
            return
        known: list[list[Sums]] = [[] for _ in self.places]
        for _ in range(self.rounds):
            sums: list[dict[str, Tensor]] = [{} for _ in self.places]
            for tile in self.tiles:
                for number, place in enumerate(self.places):
                    _add(sums[number], self._survey(tile, place, known[number]))
                yield
            for before, now in zip(known, sums, strict=True):
                before.append(now)
        for tile in self.tiles:
            self._paint(tile, known)
            yield

    @torch.no_grad()
    def _survey(self, tile: Tile, place: Place, known: Sequence[Sums]) -> Sums:
        x_NCHW = tile.seen.of(self.seen_NCHW)
        where_N1HW = torch.zeros_like(x_NCHW[:, :1])
        _own(tile).of(where_N1HW).copy_(
            tile.own.of(place.weight_N1HW) if place.weight_N1HW is not None else torch.ones(())
        )
        strength = self.painter.options.strength
        return self.method.survey(x_NCHW, place.state, known, where_N1HW, strength)

    @torch.no_grad()
    def _paint(self, tile: Tile, known: Sequence[Sequence[Sums]]) -> None:
        """Every place's own painting of the tile, mixed by their weights; what none of them claims is the photo."""
        x_NCHW = tile.seen.of(self.seen_NCHW)
        result_NCHW = x_NCHW.clone()
        for place, sums in zip(self.places, known, strict=True):
            weight = tile.seen.of(place.weight_N1HW) if place.weight_N1HW is not None else None
            if weight is not None and not bool(weight.any()):
                continue
            frame_NCHW = self.method.frame(
                x_NCHW,
                place.state,
                strength=self.painter.options.strength,
                where_N1HW=weight,
                known=sums if self.rounds else None,
            )
            moved_NCHW = frame_NCHW.float().clamp(0, 1) - x_NCHW
            result_NCHW += moved_NCHW * weight if weight is not None else moved_NCHW
        tile.own.of(self.painted_NCHW).copy_(_own(tile).of(result_NCHW))

    @property
    def result_NCHW(self) -> Tensor:
        """On the CPU, in [0, 1]."""
        painted_NCHW = self.painted_NCHW[..., : self.height, : self.width]
        shown_NCHW = self.colours.shown(painted_NCHW)
        if self.painter.recoloured and not self.painter.styles:
            shown_NCHW = self.colours.style(shown_NCHW)
        strength = self.painter.options.strength
        share = min(1.0, strength / FADE) if self.method.blends else strength
        return torch.lerp(self.content_NCHW, shown_NCHW, share).clamp(0, 1).cpu()


class InstantPainting(StyleMethod):
    """A run over one picture."""

    options: InstantOptions

    def __init__(self, options: InstantOptions, method: InstantStyle):
        super().__init__(options)
        self.method = method

    def run(self, job: StyleJob, run: Run) -> Iterator[Event]:
        compute = choose(job.device, job.precision, job.launch)
        with compute.scope():
            yield from self._events(job, run, compute)

    def _events(self, job: StyleJob, run: Run, compute: Compute) -> Iterator[Event]:
        began = time.monotonic()
        height, width = job.content_NCHW.shape[-2:]
        painter = InstantPainter(self.method, self.options, job.styles, compute)
        yield Started(None, f"{width}x{height} at once on {compute.name}")
        try:
            sheet = painter.sheet(job.content_NCHW)
            if len(sheet.tiles) > 1:
                yield Warned(f"{width}x{height} is painted in {len(sheet.tiles)} tiles, for want of memory", "tiles")
            started = time.monotonic()
            for done, _ in enumerate(sheet.steps(), 1):
                left = (sheet.total - done) * (time.monotonic() - started) / done
                yield Progress(done, sheet.total, size=(width, height), seconds_left=left)
                if job.preview_every and done % job.preview_every == 0:
                    yield Preview(to_array(sheet.result_NCHW), done)
                if run.stopping and done < sheet.total:
                    break
            result_NCHW = sheet.result_NCHW
        except (MemoryError, RuntimeError) as error:
            if not memory.is_shortage(error):
                raise
            compute.release()
            raise instant_memory.shortage(compute, width, height) from error
        yield Finished(
            picture_HWC=to_array(result_NCHW),
            stopped=run.stopping,
            seconds=time.monotonic() - began,
            facts=painter.facts(),
        )


def filled(x_NCHW: Tensor, stride: int) -> Tensor:
    """Gone on to the right and below, to multiples of `stride`: by reflection, or with the last pixel where there are too
    few to be mirrored."""
    height, width = x_NCHW.shape[-2:]
    right, below = -width % stride, -height % stride
    if not right and not below:
        return x_NCHW
    for side, more, sides in ((width, right, (0, right, 0, 0)), (height, below, (0, 0, 0, below))):
        x_NCHW = pad(x_NCHW, sides, mode="reflect" if more < side else "replicate")
    return x_NCHW


def _own(tile: Tile) -> Box:
    """The part that a tile answers for, within what it sees."""
    own, seen = tile.own, tile.seen
    return Box(own.top - seen.top, own.bottom - seen.top, own.left - seen.left, own.right - seen.left)


def _add(sums: dict[str, Tensor], more: Mapping[str, Tensor]) -> None:
    for name, value in more.items():
        sums[name] = sums[name] + value if name in sums else value
