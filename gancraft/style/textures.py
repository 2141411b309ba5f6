"""What a style loss keeps of a picture, layer by layer: for each style layer of the network a texture that agrees with the
picture in all layers up to that one, with the Gram matrix that it was painted after.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch

from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Saved, Started
from gancraft.perceptual.gram import agreement, gram_matrix, heat_map
from gancraft.pictures import Picture, save_picture
from gancraft.style.choice import StyleChoice, sized
from gancraft.style.job import paint_to
from gancraft.style.settings import OptimiseOptions
from gancraft.style.tensors import to_tensor

MAP = 192  # pixels of the picture of a matrix, about


def style_layers(choice: StyleChoice) -> list[str]:
    """Those of the network that was chosen, shallow to deep. Raises UsageError for a method without a network."""
    if choice.network is None or "optimise" not in choice.options:
        raise UsageError(f"{choice.method.name} looks through no layers of a network")
    network = choice.make_network()
    return [name for name in network.layers if name in network.style_layers]


def textures_to(folder: str | Path, choice: StyleChoice, picture: Picture, preview_every: int = 0) -> Run:
    """Paint a texture for each of `style_layers`, one after the other, into a folder: `LAYER.png`, with its recipe, and
    `LAYER-gram.png`, the picture's matrix in that layer.

    choice: its content weight should be 0 and its start noise. Progress has the number of the layer as its level, and as
    `values` how far the finished layers' matrices agree (1: they are the same). When it is stopped, the layer at work ends as
    it is and no further one is begun. Raises UsageError as `style_layers` does.
    """
    return Run(lambda run: _events(Path(folder), choice, picture, preview_every, run))


def _events(folder: Path, choice: StyleChoice, picture: Picture, preview_every: int, run: Run) -> Iterator[Event]:
    began, layers = time.monotonic(), style_layers(choice)
    options = cast(OptimiseOptions, choice.options["optimise"])
    total = len(layers) * options.iterations
    agreed: dict[str, float] = {}
    last = Finished()
    yield Started(total, f"textures of {', '.join(layers)}")
    for number, layer in enumerate(layers, 1):
        upto = replace(choice, options={**choice.options, "optimise": _with_layers(options, layers[:number])})
        before = (number - 1) * options.iterations
        inner = paint_to(folder / f"{layer}.png", upto, picture, [(picture, 1.0)], preview_every=preview_every)
        try:
            for event in inner:
                if isinstance(event, Progress):
                    now = before + event.done
                    left = (total - now) * (time.monotonic() - began) / now if now else None
                    yield Progress(now, total, number, len(layers), event.size, agreed, left)
                elif isinstance(event, Preview):
                    yield Preview(event.picture_HWC, before + event.done)
                elif isinstance(event, Finished):
                    last = event
                elif not isinstance(event, Started):
                    yield event
                inner.stopping = run.stopping
        finally:
            inner.close()
        if last.picture_HWC is not None:
            file, agrees = _compared(folder, choice, picture, last.picture_HWC, layer)
            agreed = {**agreed, layer: agrees}
            yield Saved(str(file))
            yield Progress(number * options.iterations, total, number, len(layers), None, agreed)
        if run.stopping or last.problem is not None:
            break
    yield replace(last, seconds=time.monotonic() - began, facts={"agreement": agreed})


def _with_layers(options: OptimiseOptions, layers: Sequence[str]) -> OptimiseOptions:
    return OptimiseOptions(**{**options.model_dump(), "style_layers": list(layers)})


@torch.no_grad()
def _compared(folder: Path, choice: StyleChoice, picture: Picture, texture_HWC: Any, layer: str) -> tuple[Path, float]:
    """Draw the picture's matrix into a file; how far the texture's agrees with it."""
    network, seen_HWC = choice.make_network(), sized(choice, picture).rgb_HWC
    wanted_CC, got_CC = (gram_matrix(network(to_tensor(x_HWC), [layer])[layer]) for x_HWC in (seen_HWC, texture_HWC))
    file = folder / f"{layer}-gram.png"
    save_picture(file, heat_map(wanted_CC, MAP))
    return file, agreement(got_CC, wanted_CC)
