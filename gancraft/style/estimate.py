"""How long a run will take and how much memory: from a few steps on a small picture, before it starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import Compute, choose
from gancraft.events import Progress
from gancraft.interfaces import StyleLoss
from gancraft.pictures import Picture, fit_size
from gancraft.style import instant_memory, levels, memory
from gancraft.style.accelerate import GPU_STRIDE
from gancraft.style.choice import RUNNERS, StyleChoice, runner_of
from gancraft.style.instant import STYLE_SIDE, InstantPainter
from gancraft.style.job import instant_painter, paint
from gancraft.style.layers import weighted_layers
from gancraft.style.margin import Margin
from gancraft.style.optimise import chosen
from gancraft.style.settings import OptimiseOptions
from gancraft.style.tensors import to_tensor

# Long sides in pixels of two small pictures: a part of a step's time doesn't depend on the size.
CPU_SIDES, GPU_SIDES = (64, 192), (128, 512)
BUDGET = 1.0  # seconds that the larger one may take, by what the smaller one took; else only the network is timed there
SHORT_WORK, SHORT_STEPS = 1e6, 25  # pixels times steps, and steps, that are over before a calibration is worth it
SHORT_AT_ONCE = 1e6  # pixels of a picture that is painted at once
TARGET = 1 / 3  # of a step: looking at a picture without a gradient

Styles = Sequence[tuple[Picture, float]]


@dataclass(frozen=True)
class Estimate:
    """seconds: of the run. bytes: that the process, or what it has on a GPU, will have at most; None where it can't be
    told. tiles: in which the largest level is painted."""

    seconds: float
    bytes: float | None = None
    tiles: int = 1


def is_short(choice: StyleChoice, content_size: tuple[int, int]) -> bool:
    """Whether a run is over so soon that nobody needs an estimate; seen from its settings alone."""
    width, height = _size(choice, content_size)
    options = choice.options.get("optimise")
    if isinstance(options, OptimiseOptions):
        plan = levels.plan(width, height, options.levels, options.iterations)
        work = sum(level.steps * level.width * level.height for level in plan)
        return work < SHORT_WORK and options.iterations <= SHORT_STEPS
    return width * height < SHORT_AT_ONCE


def estimate(choice: StyleChoice, content_size: tuple[int, int], styles: Styles) -> Estimate | None:
    """What a run over a picture of this (width, height) will take; None for methods that run themselves, of which nothing is
    known. Takes about a second, and leaves every random generator as it was.

    Raises GancraftError where the run would too: for want of memory, weights or a device.
    """
    runner = runner_of(choice.method)
    if runner is None:
        return None
    settings = choice.settings
    compute = choose(settings.device, settings.precision, settings.launch)
    size = _size(choice, content_size)
    cuda = [compute.device] if compute.device.type == "cuda" else []
    with torch.random.fork_rng(cuda):
        if runner is RUNNERS[StyleLoss]:
            return _optimised(choice, compute, size, styles)
        return _at_once(choice, size, styles, (CPU_SIDES, GPU_SIDES)[bool(cuda)])


def _at_once(choice: StyleChoice, size: tuple[int, int], styles: Styles, sides: tuple[int, int]) -> Estimate:
    began = time.monotonic()
    painter = instant_painter(choice, _small(styles, sides[-1]))
    loading = time.monotonic() - began
    pixels, took = list[int](), list[float]()
    for side in sides:
        width, height = _at(size, side)
        x_NCHW = to_tensor(np.random.default_rng(0).random((height, width, 3), np.float32))
        start = time.monotonic()
        painter.paint(x_NCHW)
        loading += time.monotonic() - start if not took else 0  # with a look at the styles
        pixels.append(width * height)
        took.append(min(_seconds_of(painter, x_NCHW) for _ in range(2)))
    more = pixels[1] - pixels[0]
    slope = max((took[1] - took[0]) / more if more else 0.0, 0.5 * took[1] / pixels[1])
    whole = size[0] * size[1]
    tiles = instant_memory.cut(painter, painter.states[0], *size)
    seen = [(tile.seen.bottom - tile.seen.top) * (tile.seen.right - tile.seen.left) for tile in tiles]
    repeated = (1 + painter.method.rounds / 2) * sum(seen) / whole if len(tiles) > 1 else 1.0
    each = instant_memory.bytes_per_pixel(painter, painter.states[0])
    needed = memory.used(painter.compute) + each * max(seen) + instant_memory.FIXED * whole
    looked = TARGET * sum(_fitted_pixels(picture, min(STYLE_SIDE, max(size))) for picture, _ in styles)
    return Estimate(loading + slope * (whole * repeated + looked), needed, len(tiles))


def _seconds_of(painter: InstantPainter, x_NCHW: Tensor) -> float:
    start = time.monotonic()
    painter.paint(x_NCHW)
    return time.monotonic() - start


def _optimised(choice: StyleChoice, compute: Compute, size: tuple[int, int], styles: Styles) -> Estimate:
    options = choice.options["optimise"]
    assert isinstance(options, OptimiseOptions) and choice.network is not None
    began = time.monotonic()
    network = choice.make_network()
    loading = time.monotonic() - began
    known = replace(choice, network=replace(choice.network, target=lambda _options: network))
    a, b = _pace(known, compute, size, styles)
    placed = compute.place(network)
    cut_size = Margin.around(*size)
    width, height = size[0] + cut_size.left + cut_size.right, size[1] + cut_size.top + cut_size.bottom
    layers = [
        *weighted_layers(options.style_layers, placed.style_layers, placed.layers, "--style-layers"),
        *weighted_layers(options.content_layers, placed.content_layers, placed.layers, "--content-layers"),
    ]
    layers = [*dict.fromkeys(layers)]
    tiles = memory.cut(placed, layers, width, height, compute, options.memory_bytes, size[0] * size[1])
    each = memory.bytes_per_pixel(placed, layers, compute)
    seen = [(t.seen.bottom - t.seen.top) * (t.seen.right - t.seen.left) for t in tiles]
    canvas = memory.FIXED * width * height if len(tiles) > 1 else 0
    # A step over tiles looks at each twice, and at what is around them.
    repeated = (1 + TARGET) * sum(seen) / (width * height) if len(tiles) > 1 else 1.0
    seconds = loading
    for level in levels.plan(*size, options.levels, options.iterations):
        pixels = _pixels(level.width, level.height)
        long_side = max(level.width, level.height) * options.style_scale
        looked = sum(_fitted_pixels(picture, long_side) for picture, _ in styles) + pixels
        seconds += level.steps * (a + b * pixels) * (repeated if (level.width, level.height) == size else 1)
        seconds += TARGET * b * looked
    return Estimate(seconds, memory.used(compute) + each * max(seen) + canvas, len(tiles))


def _pace(choice: StyleChoice, compute: Compute, size: tuple[int, int], styles: Styles) -> tuple[float, float]:
    """Seconds of a step: those of any, and those more of each pixel of the canvas."""
    options = choice.options["optimise"]
    assert isinstance(options, OptimiseOptions)
    waits = compute.device.type != "cuda"
    small = options.model_copy(
        update={"iterations": 3 if waits else 2 * GPU_STRIDE, "levels": 1, "start": "content", "memory": None}
    )
    compiled = choice.settings.launch == "compile"  # which takes longer than all that is measured here
    settings = choice.settings.model_copy(update={"launch": "auto"} if compiled else {})
    choice = replace(choice, settings=settings, options={**choice.options, "optimise": small})
    near, far = (_at(size, side) for side in (CPU_SIDES if compute.device.type != "cuda" else GPU_SIDES))
    seconds, pace = _timed(choice, near, _small(styles, max(near)))
    pixels, more = _pixels(*near), _pixels(*far) - _pixels(*near)
    if more <= 0:
        return 0.0, pace / pixels
    if seconds > BUDGET / 2:
        # Such losses take most of their time for something else than pixels.
        steps = chosen(options.optimiser, choice.make_method())[1]
        slope = steps * _network_slope(choice, compute, (near, far))
    else:
        slope = (_timed(choice, far, _small(styles, max(far)))[1] - pace) / more
    return (max(0.0, pace - slope * pixels), slope) if slope > 0 else (0.0, pace / pixels)


def _network_slope(choice: StyleChoice, compute: Compute, sizes: Sequence[tuple[int, int]]) -> float:
    """Seconds of a pass through the network and back, for each pixel more."""
    network = compute.place(choice.make_network())
    took = []
    for width, height in sizes:
        x_NCHW = torch.zeros(1, 3, height, width, device=compute.device, requires_grad=True)
        began = time.monotonic()
        features = network(x_NCHW, list(network.style_layers))
        torch.stack([feature.float().mean() for feature in features.values()]).sum().backward()
        took.append(time.monotonic() - began)
    (near_w, near_h), (far_w, far_h) = sizes
    return (took[1] - took[0]) / (far_w * far_h - near_w * near_h)


def _timed(choice: StyleChoice, size: tuple[int, int], styles: Styles) -> tuple[float, float]:
    """Seconds of a run at this size, or of its beginning where that takes long, and of one of its steps after the first."""
    settings = choice.settings.model_copy(update={"size": "{}x{}".format(*size), "scale": None})
    noise_HWC = np.random.default_rng(0).random((size[1], size[0], 3), np.float32)
    began, stamps = time.monotonic(), list[tuple[int, float]]()
    run = paint(replace(choice, settings=settings), Picture(noise_HWC), styles)
    for event in run:
        if isinstance(event, Progress):
            stamps.append((event.done, time.monotonic()))
            if len(stamps) > 1 and time.monotonic() - began > BUDGET / 4:
                break
    run.close()
    seconds = time.monotonic() - began
    (first, start), (last, end) = (stamps[0], stamps[-1]) if stamps else ((0, 0.0), (0, 0.0))
    return seconds, (end - start) / (last - first) if last > first else seconds / max(1, last)


def _size(choice: StyleChoice, content_size: tuple[int, int]) -> tuple[int, int]:
    width, height, _ = fit_size(choice.settings.size, choice.settings.scale, *content_size)
    return width, height


def _at(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The same shape with this long side, or the size itself where it is smaller."""
    factor = min(1.0, side / max(size))
    width, height = (max(16, round(length * factor)) for length in size)
    return width, height


def _pixels(width: int, height: int) -> int:
    """Of the canvas around a picture."""
    margin = Margin.around(width, height)
    return (width + margin.left + margin.right) * (height + margin.top + margin.bottom)


def _small(styles: Styles, side: int) -> list[tuple[Picture, float]]:
    """So that reducing large style pictures isn't measured."""
    found: list[tuple[Picture, float]] = []
    for picture, weight in styles:
        factor = min(1.0, side / max(picture.width, picture.height))
        size: Any = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        found.append((picture.resized(*size), weight))
    return found


def _fitted_pixels(picture: Picture, long_side: float) -> float:
    factor = min(1.0, long_side / max(picture.width, picture.height))
    return picture.width * picture.height * factor**2
