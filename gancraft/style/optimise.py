"""The engine's runner: a style loss, a content loss and a smoothing loss, minimised over the pixels, coarse to fine."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gancraft.compute import Compute, choose
from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.interfaces import StyleInput, StyleJob, StyleLoss, StyleMethod
from gancraft.style import levels, memory, start
from gancraft.style.accelerate import Stepper
from gancraft.style.canvas import Canvas
from gancraft.style.colours import Colours, colours_of
from gancraft.style.guide import Guide
from gancraft.style.layers import weighted_layers
from gancraft.style.margin import Margin
from gancraft.style.objective import Objective, Weights
from gancraft.style.regions import Region, Style, regions
from gancraft.style.resize import fit_style, resize
from gancraft.style.settings import OptimiseOptions
from gancraft.style.strength import content_weight
from gancraft.style.tensors import to_array
from gancraft.style.tiled import TiledObjective
from gancraft.style.tiles import Tile

POINTS_STEPS = 2  # of Adam in an iteration of a loss by points, which L-BFGS can't follow (tried: it ended higher)
COOL_DOWN = 0.2  # last share of each level in which Adam's step size falls to a tenth


class OptimisedStyle(StyleMethod):
    """Gatys et al. 2016, for any `StyleLoss`."""

    options: OptimiseOptions

    def __init__(self, options: OptimiseOptions, style_loss: StyleLoss):
        super().__init__(options)
        self.style_loss = style_loss

    def run(self, job: StyleJob, run: Run) -> Iterator[Event]:
        compute = choose(job.device, job.precision, job.launch)
        with compute.scope():
            yield from _Painting(self.options, self.style_loss, job, run, compute).events()


class _Painting:
    """One run of the optimiser over all levels."""

    def __init__(self, options: OptimiseOptions, style_loss: StyleLoss, job: StyleJob, run: Run, compute: Compute):
        self.options, self.style_loss, self.job, self.run, self.compute = options, style_loss, job, run, compute
        self.network = compute.place(_network(job))
        self.weights = self._weights()
        self.optimiser, self.repeats = chosen(options.optimiser, style_loss)
        self.height, self.width = job.content_NCHW.shape[-2:]
        self.plan = levels.plan(self.width, self.height, options.levels, options.iterations)
        self.total = sum(level.steps for level in self.plan)
        self.began = time.monotonic()
        self.done = self.previewed = 0
        self.told: set[str] = set()  # what was said already: once is enough for all levels
        self.laid = 0  # pixels of the canvas that is there
        self.margin = Margin.around(self.plan[0].width, self.plan[0].height)
        self.good: Tensor | None = None  # the last picture that was finite

    def events(self) -> Iterator[Event]:
        sizes = " → ".join(f"{level.width}x{level.height}" for level in self.plan)
        yield Started(self.total, f"{self.total} iterations at {sizes} on {self.compute.name}")
        problem = None
        try:
            self._cut(self.width, self.height)  # before the work starts: where it can't fit, it says so now
            canvas = self._canvas()
            for number, level in enumerate(self.plan, 1):
                if number > 1:
                    canvas.grow(partial(self._enlarged, level=level))
                self.margin = Margin.around(level.width, level.height)
                yield from self._level(canvas, number, level)
                if self.run.stopping:
                    break
        except _Diverged:
            other = "a smaller --learning-rate" if self.optimiser == "adam" else "--optimiser adam"
            problem = f"the loss is no longer a number after {self.done} iterations; try {other}"
        except (MemoryError, RuntimeError) as error:
            if not memory.is_shortage(error):
                raise
            self.compute.release()
            raise memory.shortage(self.network, self.weights.layers, self.width, self.height, self.compute) from error
        picture = self.good if self.good is not None else self.job.content_NCHW
        yield Finished(
            picture_HWC=to_array(resize(picture, self.width, self.height).clamp(0, 1)),
            stopped=self.run.stopping,
            problem=problem,
            seconds=time.monotonic() - self.began,
            facts={"iterations": self.done, **self.compute.facts(), "network": self.network.fingerprint},
        )

    def _level(self, canvas: Canvas, number: int, level: levels.Level) -> Iterator[Event]:
        self.laid = level.width * level.height
        objective = self._objective(level)
        tiled = len(objective.tiles) > 1
        stepper = Stepper(canvas, TiledObjective(objective) if tiled else objective, self.compute, self.repeats)
        if tiled and "tiles" not in self.told:
            self.told.add("tiles")
            yield Warned(
                f"{level.width}x{level.height} is painted in {len(objective.tiles)} tiles, for want of memory", "tiles"
            )
        begun = time.monotonic()
        for step in range(1, level.steps + 1):
            canvas.set_rate(self.options.learning_rate * _cooling(step / level.steps))
            stepper.step()
            self.done += 1
            if stepper.warning and stepper.warning not in self.told:
                self.told.add(stepper.warning)
                yield Warned(stepper.warning)
            if not stepper.due(step) and step < level.steps and not self.run.stopping:
                continue
            values = stepper.values()  # waits for the device
            if not all(map(math.isfinite, values.values())):
                raise _Diverged
            self.good = self.margin.crop(self.shown(canvas.picture_NCHW)).cpu()
            pace = (time.monotonic() - begun) / step
            yield Progress(
                self.done,
                self.total,
                number,
                len(self.plan),
                (level.width, level.height),
                values,
                self._seconds_left(number, step, pace),
            )
            every = self.job.preview_every
            if every and self.done // every > self.previewed // every:
                self.previewed = self.done
                yield Preview(to_array(self.good), self.done)
            if self.run.stopping:
                return

    def _enlarged(self, x_NCHW: Tensor, level: levels.Level) -> Tensor:
        """From this level's canvas to the next one's."""
        larger = resize(self.margin.crop(x_NCHW), level.width, level.height)
        return Margin.around(level.width, level.height).add(larger)

    def _canvas(self) -> Canvas:
        first = self.plan[0]
        generator = torch.Generator().manual_seed(self.job.seed)
        kind = "picture" if self.job.start_NCHW is not None else self.options.start
        if kind == "noise":
            x_NCHW = start.noise(first.width, first.height, generator)
        elif kind == "style":
            x_NCHW = start.style_noise(self.job.styles, first.width, first.height, generator)
        elif kind == "picture":
            if self.job.start_NCHW is None:
                raise UsageError("--start picture needs a file: give it with --start-picture")
            x_NCHW = self.job.start_NCHW
        else:
            x_NCHW = self.job.content_NCHW
        x_NCHW = resize(x_NCHW, first.width, first.height).clamp(0, 1)
        options = self.options
        return Canvas(
            self.margin.add(x_NCHW).to(self.compute.device),
            optimiser=self.optimiser,
            learning_rate=options.learning_rate,
            average=options.average,
            octaves=self.style_loss.octaves,
            finest=self.style_loss.finest,
        )

    def _objective(self, level: levels.Level) -> Objective:
        device = self.compute.device
        content = resize(self.job.content_NCHW, level.width, level.height).clamp(0, 1)
        content = self.margin.add(content).to(device)
        long_side = max(level.width, level.height) * self.options.style_scale
        colours = colours_of(self.options.colours, content)
        self.shown = colours.shown
        found = []
        for styles, place_N1HW, weight in regions(self.job.styles, level.width, level.height):
            total = sum(style.weight for style in styles)
            place = self.margin.add(place_N1HW).to(device) if place_N1HW is not None else None
            found.append(
                Region([_seen(s, s.weight / total, long_side, colours, device) for s in styles], place, weight)
            )
        generator = torch.Generator(device).manual_seed(self.job.seed)
        guide = self._guide(level)
        return Objective(
            self.network, self.style_loss, self.weights, content, found, generator, colours.seen, self._cut, guide
        )

    def _guide(self, level: levels.Level) -> Guide | None:
        if self.job.guide_NCHW is None or self.job.guide_weight_N1HW is None:
            return None
        guide = Guide(self.job.guide_NCHW, self.job.guide_weight_N1HW)
        return guide.each(lambda x: self.margin.add(resize(x, level.width, level.height)).to(self.compute.device))

    def _cut(self, width: int, height: int) -> list[Tile]:
        """A picture of this size into tiles that fit into the memory."""
        limit = self.options.memory_bytes
        layers, canvas = self.weights.layers, round(self.width * self.height - memory.THERE * self.laid)
        return memory.cut(self.network, layers, width, height, self.compute, limit, canvas)

    def _weights(self) -> Weights:
        o, network = self.options, self.network
        known: Sequence[str] = network.layers
        weights = Weights(
            content=o.content_weight * content_weight(o.strength) * self.style_loss.content_factor,
            style=o.style_weight,
            variation=o.variation_weight * VARIATION,
            content_layers=weighted_layers(o.content_layers, network.content_layers, known, "--content-layers"),
            style_layers=weighted_layers(o.style_layers, network.style_layers, known, "--style-layers"),
        )
        if weights.content + weights.style + weights.variation == 0:
            raise UsageError("--content-weight, --style-weight and --variation-weight are all 0: nothing to do")
        return weights

    def _seconds_left(self, number: int, step: int, pace: float) -> float:
        """From this level's pace; a later level's step costs as many times more as it has more pixels."""
        now = self.plan[number - 1]
        pixels = now.width * now.height
        left = (now.steps - step) * pace
        return left + sum(level.steps * pace * level.width * level.height / pixels for level in self.plan[number:])


def chosen(optimiser: str, style_loss: StyleLoss) -> tuple[str, int]:
    """The optimiser, and its steps in an iteration. L-BFGS needs the same loss at every step."""
    if optimiser != "auto":
        return optimiser, 1
    return ("adam", POINTS_STEPS) if style_loss.points else ("lbfgs", 1)


def _seen(style: StyleInput, share: float, long_side: float, colours: Colours, device: torch.device) -> Style:
    """A style picture as it is looked at, with its mask."""
    x_NCHW, part_N1HW = fit_style(style.x_NCHW, long_side), style.part_N1HW
    if part_N1HW is not None:
        part_N1HW = resize(part_N1HW, x_NCHW.shape[-1], x_NCHW.shape[-2]).clamp(0, 1).to(device)
    return Style(colours.style(x_NCHW.to(device)), share, part_N1HW)


def _network(job: StyleJob) -> Any:
    if job.network is None:
        raise UsageError("a style loss needs a perceptual network: give the job one")
    return job.network()


class _Diverged(GancraftError):
    """The loss is infinite or not a number."""


VARIATION = 0.012  # unit of --variation-weight: found by looking (docs/style-guide.md)


def _cooling(progress: float) -> float:
    """Factor of the step size: 1, then falling geometrically to 0.1 over the last `COOL_DOWN` of a level."""
    return 10 ** -max(0.0, (progress - 1 + COOL_DOWN) / COOL_DOWN)
