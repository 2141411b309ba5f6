"""The painter: layer after layer, each with a smaller brush, only where the painting isn't like the photo yet.

Shape suffixes: N = 1 picture, C = 3 channels, H, W = height, width, S = strokes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from gancraft import Event, Finished, Preview, Progress, Run, Started, StyleJob, StyleMethod
from gancraft_strokes import StrokeOptions
from gancraft_strokes.brush import Canvas
from gancraft_strokes.colours import recoloured
from gancraft_strokes.flow import blurred, directions
from gancraft_strokes.trace import Segments, difference, seeds, segments, trace

COATS = 3  # a layer's strokes are laid on in so many turns, so that edges of early ones are seen below late ones
_BLUR = 0.5  # of what a brush is to paint, in its radii
_AT_ONCE = 5_000  # strokes that are traced in one go
_SMALLEST = 0.75  # pixels of radius: a smaller brush paints single pixels


class StrokePainter(StyleMethod):
    """Curved strokes of several sizes (Hertzmann 1998). It paints on the CPU, whatever the device."""

    options: StrokeOptions

    def run(self, job: StyleJob, run: Run) -> Iterator[Event]:
        began, options = time.monotonic(), self.options
        generator = torch.Generator().manual_seed(job.seed)
        wanted_CHW = recoloured(job.content_NCHW[0].cpu(), job.styles, options.strength)
        height, width = wanted_CHW.shape[1:]
        radii = _radii(options, max(height, width))
        total, done, size = COATS * len(radii), 0, (width, height)
        yield Started(total, f"{width}x{height} pixels with {len(radii)} brushes, {_list(radii)} pixels in radius")
        canvas = Canvas(wanted_CHW.mean((1, 2)), height, width, generator)
        for level, radius in enumerate(radii):
            seen_CHW = blurred(wanted_CHW, _BLUR * radius)
            flow_2HW = directions(seen_CHW, max(1.5, radius))
            yield Progress(done, total, level + 1, len(radii), size)
            for coat in range(COATS):
                start_S2 = self._starts(canvas.colour_CHW, seen_CHW, radius, level, coat, job.seed)
                for part_S2 in start_S2.split(_AT_ONCE):
                    if run.stopping:
                        break
                    strokes = self._strokes(part_S2, canvas.colour_CHW, seen_CHW, flow_2HW, radius, generator)
                    for _ in canvas.paint(strokes, options.opacity, run):
                        yield Progress(done, total, level + 1, len(radii), size)
                done += 1
                left = float(difference(wanted_CHW, canvas.colour_CHW).mean())
                seconds = (time.monotonic() - began) / done * (total - done)
                yield Progress(done, total, level + 1, len(radii), size, {"difference": left}, seconds)
                if job.preview_every and done % job.preview_every == 0:
                    yield Preview(_shown(canvas, options), done)
                if run.stopping and done < total:
                    yield Finished(_shown(canvas, options), stopped=True, seconds=time.monotonic() - began)
                    return
        facts = {"difference": left, "brushes": _list(radii)}
        yield Finished(_shown(canvas, options), seconds=time.monotonic() - began, facts=facts)

    def _starts(self, canvas_CHW: Tensor, seen_CHW: Tensor, radius: float, level: int, coat: int, seed: int) -> Tensor:
        """Where the strokes of a coat begin, in random order, S2. The first layer covers everything, a part of it in each
        coat; later ones mend what differs, half of it at a time, so that what lies well isn't painted over."""
        start_S2 = seeds(seen_CHW, canvas_CHW, radius, -1.0 if level == 0 else self.options.tolerance)
        if level == 0:  # the same order in all coats
            order_S = torch.randperm(len(start_S2), generator=torch.Generator().manual_seed(seed))
            return start_S2[order_S[coat::COATS]]
        order_S = torch.randperm(len(start_S2), generator=torch.Generator().manual_seed(seed + COATS * level + coat))
        return start_S2[order_S[: -(-len(order_S) // 2)]]

    def _strokes(
        self,
        start_S2: Tensor,
        canvas_CHW: Tensor,
        seen_CHW: Tensor,
        flow_2HW: Tensor,
        radius: float,
        generator: torch.Generator,
    ) -> Segments:
        """Strokes from there, ready to be painted."""
        options = self.options
        points_SK2, count_S = trace(start_S2, seen_CHW, canvas_CHW, flow_2HW, radius, options.length, options.curvature)
        colour_SC = _colours(seen_CHW, start_S2, options.jitter, generator)
        return segments(points_SK2, count_S, colour_SC, radius)


def _colours(seen_CHW: Tensor, start_S2: Tensor, jitter: float, generator: torch.Generator) -> Tensor:
    """What the photo has where strokes begin, strayed: lightness more than hue. SC in [0, 1]."""
    x_S, y_S = start_S2.long().unbind(1)
    light_S1 = torch.randn(len(start_S2), 1, generator=generator)
    hue_SC = torch.randn(len(start_S2), 3, generator=generator)
    return (seen_CHW[:, y_S, x_S].T + jitter * (0.1 * light_S1 + 0.05 * hue_SC)).clamp(0, 1)


def _radii(options: StrokeOptions, side: int) -> list[float]:
    """Radii of the brushes in pixels, largest first; those too small for a picture of that side are left out."""
    largest = max(_SMALLEST, options.brush / 100 * side)
    return [r for r in (largest / 2**i for i in range(options.layers)) if r >= _SMALLEST]


def _list(radii: list[float]) -> str:
    return ", ".join(f"{radius:.3g}" for radius in radii)


def _shown(canvas: Canvas, options: StrokeOptions):  # type: ignore[no-untyped-def]
    return canvas.lit(options.relief).permute(1, 2, 0).contiguous().numpy()
