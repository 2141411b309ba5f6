"""Projection: the picture of a generator that is nearest to a photo, and its code.

Shape suffixes: C = channels, H, W = height, width; pictures are float32, sRGB in [0, 1].
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Started
from gancraft.interfaces import DataShape
from gancraft.latent.codes import Codes
from gancraft.latent.drawing import check_pictures
from gancraft.latent.enlarge import auto_scale, smoothly
from gancraft.latent.generate import draw
from gancraft.latent.project_loss import Distance
from gancraft.latent.project_options import ProjectOptions
from gancraft.latent.project_search import Search
from gancraft.latent.project_space import CodeSpace, space_name
from gancraft.latent.sheet import rgb
from gancraft.models import Model
from gancraft.pictures import Picture
from gancraft.pictures.dataset.prepare import preparation, prepared
from gancraft.plugins import Plugins

_GAP = 8  # white pixels between photo and picture in a preview


@dataclass(frozen=True)
class Projected:
    """What was found. codes: of one picture, to be saved with `gancraft.latent.codes.save_codes`. picture_CHW: what the model
    makes of them; photo_CHW: what was looked for, at the model's size. loss: its parts: `perceptual`, `pixel`, `prior`, and
    their weighted sum `loss`."""

    codes: Codes
    picture_CHW: np.ndarray
    photo_CHW: np.ndarray
    loss: dict[str, float]

    def beside(self) -> np.ndarray:
        """The photo and the picture on its right, HW3, small ones enlarged."""
        scale = auto_scale(*self.photo_CHW.shape[1:])
        photo_HWC, picture_HWC = (
            smoothly((rgb(x_CHW[None])[0].clip(0, 1) * 255 + 0.5).astype(np.uint8), scale).astype(np.float32) / 255
            for x_CHW in (self.photo_CHW, self.picture_CHW)
        )
        gap_HWC = np.ones((len(photo_HWC), _GAP, 3), np.float32)
        return np.concatenate([photo_HWC, gap_HWC, picture_HWC], 1)


class Projection(Run):
    """A run whose `result` is there as soon as it has yielded `Finished`, stopped or not."""

    def __init__(self, body: Callable[[Projection], Iterator[Event]]):
        self.result: Projected | None = None
        super().__init__(lambda run: body(self))


def project(
    model: Model,
    photo: Picture,
    plugins: Plugins,
    options: ProjectOptions | None = None,
    *,
    label: int | None = None,
    preview_every: int = 0,
) -> Projection:
    """A run that looks for the code whose picture is nearest to a photo (Karras et al. 2020, appendix D, from many starts).

        run = project(model, photo, plugins, ProjectOptions(steps=100), preview_every=10)
        for event in run:
            ...
        save_codes(path, model, run.result.codes)

    photo: of any size, see `ProjectOptions.fit`. plugins: bring the perceptual network that compares. label: the class, for a
    model that has classes; None: whichever suits best. preview_every: steps between two `Preview` events, each with the photo
    on the left and the best picture so far on the right; 0: none.

    Yields Started, Progress (`values`: the loss and its parts `perceptual`, `pixel`, `prior`), Preview and Finished, whose
    `picture_HWC` shows both as a preview does and whose facts are the parts of the loss; then `run.result` is there. A run
    that is stopped has the best that was found. The photo isn't changed, nor the model, but that it moves to the device.

    Raises UsageError at once for a model of points, a space that the model hasn't, or an unknown network, device or colour.
    """
    options = options or ProjectOptions()
    check_pictures(model)
    name = space_name(model, options.space)
    photo_CHW = fitted_photo(photo, model.info.shape, options)
    compute = choose(options.device, "float32")
    entry = plugins.get("network", options.network)

    def events(run: Projection) -> Iterator[Event]:
        began = time.monotonic()
        shape = model.info.shape
        yield Started(options.steps, f"{options.steps} steps in {name}, {shape}, on {compute.name}")
        network: Any = entry.create(entry.options())
        network = compute.place(network) if hasattr(network, "to") else network
        model.generator.to(compute.device)
        distance = Distance(network, torch.from_numpy(photo_CHW).to(compute.device))
        search = Search(CodeSpace(model, name, compute.device), distance, options, label)
        size = (shape.width, shape.height)
        for _ in search.starts():
            yield Progress(0, options.steps, size=size, values=search.best.values)
            if run.stopping:
                break
        search.begin()
        done, looping = 0, time.monotonic()
        while done < options.steps and not run.stopping:
            for _ in search.step(done):
                left = (time.monotonic() - looping) / done * (options.steps - done) if done else None
                yield Progress(done, options.steps, size=size, values=search.best.values, seconds_left=left)
            done += 1
            if preview_every and done % preview_every == 0:
                yield Preview(_result(model, search, photo_CHW, options.device).beside(), done)
        yield Progress(done, options.steps, size=size, values=search.best.values, seconds_left=0.0)
        run.result = _result(model, search, photo_CHW, options.device)
        facts = {"steps": done, "space": name, **run.result.loss, "network": network.fingerprint, **compute.facts()}
        yield Finished(
            run.result.beside(), run.stopping and done < options.steps, seconds=time.monotonic() - began, facts=facts
        )

    return Projection(events)


def fitted_photo(photo: Picture, shape: DataShape, options: ProjectOptions) -> np.ndarray:
    """The photo as one of the model's data: CHW float32 in [0, 1]. Raises UsageError for an unknown colour, and for channels
    that no photo has."""
    if shape.channels not in (1, 3, 4):
        raise UsageError(f"this model makes pictures of {shape.channels} channels, which no photo has")
    how = preparation(None, str(shape.channels), options.fit, options.background, math.inf)
    return prepared(photo, shape.width, shape.height, how).astype(np.float32) / 255


def _result(model: Model, search: Search, photo_CHW: np.ndarray, device: str) -> Projected:
    best = search.found()
    codes = search.codes(best)
    picture_CHW = next(draw(model, codes, device=device))[0].numpy()
    return Projected(codes, picture_CHW, photo_CHW, best.values)
