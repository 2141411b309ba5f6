"""A walk through the latents of a generator: from picture to picture, and back to the first, as a film.

Shape suffixes: N = frames or pictures, K = stops, L = latent size, C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.latent.enlarge import auto_scale, smoothly
from gancraft.latent.film import check_film, film
from gancraft.latent.generate import batch_size, generate
from gancraft.latent.latents import labels, latents
from gancraft.latent.sheet import is_points, rgb
from gancraft.models import Model


def spherical(a_NL: Tensor, b_NL: Tensor, t_N: Tensor) -> Tensor:
    """From a (t = 0) to b (t = 1) along the great circle between their directions, with the length between theirs (Shoemake
    1985; White 2016 for latents): a straight line would cross the middle, where a generator has learned nothing. Latents of
    any shape; those in one line, or without length, go straight."""
    shape = a_NL.shape
    a, b, t = a_NL.flatten(1).double(), b_NL.flatten(1).double(), t_N[:, None].double()
    length_a, length_b = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)
    from_a, to_b = a / length_a.clamp(min=1e-9), b / length_b.clamp(min=1e-9)
    angle = (from_a * to_b).sum(1, keepdim=True).clamp(-1, 1).acos()
    sine = angle.sin()
    straight = (sine < 1e-4) | (length_a < 1e-9) | (length_b < 1e-9)
    turned = (((1 - t) * angle).sin() * from_a + (t * angle).sin() * to_b) / sine.clamp(min=1e-9)
    return torch.where(straight, torch.lerp(a, b, t), turned * torch.lerp(length_a, length_b, t)).view(shape).to(a_NL)


def path(stops_KL: Tensor, t_N: Tensor, eased: bool = True) -> Tensor:
    """Latents at times t in [0, 1) of a closed walk over all stops, NL. eased: slow at the stops, else at constant speed."""
    place_N = t_N.double() * len(stops_KL)
    before_N = place_N.floor().long() % len(stops_KL)
    way_N = place_N - place_N.floor()
    if eased:
        way_N = way_N * way_N * (3 - 2 * way_N)
    return spherical(stops_KL[before_N], stops_KL[(before_N + 1) % len(stops_KL)], way_N)


def walk(
    model: Model,
    seed: int,
    numbers: Sequence[int],
    seconds: float,
    fps: int = 30,
    *,
    truncation: float = 1.0,
    label: int = 0,
    eased: bool = True,
    scale: int = 0,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Iterator[np.ndarray]:
    """Frames of a walk over the pictures of these numbers (see `latents`) and back, each HW3 uint8.

    label: the class of all frames, for a model that has classes. scale: whole factor to enlarge by; 0 brings small pictures
    to about 512 pixels. batch: frames at a time; 0 chooses. Raises UsageError for a model of points.
    """
    _check_pictures(model)
    stops_KL = latents(model.generator, seed, numbers)
    total, batch = frame_count(seconds, fps), batch or batch_size(model.info.shape)
    scale = scale or auto_scale(model.info.shape.height, model.info.shape.width)
    for start in range(0, total, batch):
        part = range(start, min(total, start + batch))
        z_NL = path(stops_KL, torch.tensor(part, dtype=torch.float64) / total, eased)
        for x_NCHW in generate(model, z_NL, labels(model.info, part, label), truncation, batch, device):
            x_NHWC = (rgb(x_NCHW.numpy()) * 255 + 0.5).astype(np.uint8)
            yield from (smoothly(x_HWC, scale) for x_HWC in x_NHWC)


def filming(
    model: Model,
    target: Path,
    seed: int,
    numbers: Sequence[int],
    seconds: float,
    fps: int = 30,
    *,
    truncation: float = 1.0,
    label: int = 0,
    eased: bool = True,
    scale: int = 0,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Run:
    """A run that writes the film of a `walk` to `target`; one that is stopped keeps the frames that there are."""
    _check_pictures(model)
    total, shape = frame_count(seconds, fps), model.info.shape
    factor = scale or auto_scale(shape.height, shape.width)
    width, height = shape.width * factor, shape.height * factor
    check_film(target, fps, total, width, height)

    def events(run: Run) -> Iterator[Event]:
        yield Started(total, f"{total} frames of {width}x{height} on {choose(device, 'float32').name}")
        frames = walk(
            model, seed, numbers, seconds, fps,
            truncation=truncation, label=label, eased=eased, scale=factor, batch=batch, device=device,
        )  # fmt: skip
        began = time.monotonic()
        with film(target, fps, total, width, height) as add:
            done = 0
            for done, frame_HWC in enumerate(frames, 1):
                add(frame_HWC)
                left = (time.monotonic() - began) / done * (total - done)
                yield Progress(done, total, size=(width, height), seconds_left=left)
                if run.stopping:
                    break
        yield Finished(stopped=run.stopping and done < total, facts={"frames": done})

    return Run(events)


def frame_count(seconds: float, fps: int) -> int:
    """Frames of a film, at least one."""
    return max(1, round(seconds * fps))


def stops(text: str) -> list[int]:
    """Numbers of pictures out of `3,17,20`. Raises UsageError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if len(words) < 2 or not all(word.isdecimal() and len(word) < 10 for word in words):
        raise UsageError(f"'{text}': give two numbers of pictures or more, such as 3,17,20")
    return [int(word) for word in words]


def _check_pictures(model: Model) -> None:
    if is_points(model.info.shape):
        raise UsageError("this model makes points in the plane, of which there is no film; sample draws them")
