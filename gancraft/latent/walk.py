"""A walk through the latents of a generator: from picture to picture, back to the first or not, as a film.

Shape suffixes: N = frames or pictures, K = stops, L = latent size (or styles of a picture, each of
so many numbers), C = channels, H, W = height, width.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.latent.codes import Codes, styled
from gancraft.latent.enlarge import auto_scale, smoothly
from gancraft.latent.film import check_film, film
from gancraft.latent.generate import batch_size, draw
from gancraft.latent.sheet import is_points, rgb
from gancraft.models import Model, StyledGenerator


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


def straight(a_NL: Tensor, b_NL: Tensor, t_N: Tensor) -> Tensor:
    """From a (t = 0) to b (t = 1), as styles are mixed: their space was learned so that between two there is a third (Karras
    et al. 2019, section 4.1)."""
    return torch.lerp(a_NL, b_NL, t_N.to(a_NL).view(-1, *[1] * (a_NL.dim() - 1)))


def path(
    stops_KL: Tensor,
    t_N: Tensor,
    eased: bool = True,
    closed: bool = True,
    between: Callable[[Tensor, Tensor, Tensor], Tensor] = spherical,
) -> Tensor:
    """Latents at times t of a walk over all stops, NL. closed: back to the first, t in [0, 1); else from the first (0) to
    the last (1). eased: slow at the stops, else at constant speed."""
    count = len(stops_KL)
    place_N = t_N.double() * (count if closed else count - 1)
    before_N = place_N.floor().long()
    if not closed:
        before_N = before_N.clamp(max=count - 2)
    way_N = place_N - before_N
    if eased:
        way_N = way_N * way_N * (3 - 2 * way_N)
    return between(stops_KL[before_N % count], stops_KL[(before_N + 1) % count], way_N)


def walk(
    model: Model,
    stops: Codes,
    seconds: float,
    fps: int = 30,
    *,
    truncation: float = 1.0,
    closed: bool = True,
    eased: bool = True,
    scale: int = 0,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Iterator[np.ndarray]:
    """Frames of a walk over pictures, each HW3 uint8: by their styles where the model has them, else by their latents.

    stops: two pictures or more; the class of all frames is that of the first. closed: back to the first; else the last frame
    is the last picture. scale: whole factor to enlarge by; 0 brings small pictures to about 512 pixels. batch: frames at a
    time; 0 chooses. Raises UsageError for a model of points.
    """
    _check(model, stops)
    by_styles = isinstance(model.generator, StyledGenerator)
    stops = styled(model, stops) if by_styles else stops
    between = straight if by_styles else spherical
    total, batch = frame_count(seconds, fps), batch or batch_size(model.info.shape)
    scale = scale or auto_scale(model.info.shape.height, model.info.shape.width)
    for start in range(0, total, batch):
        part = range(start, min(total, start + batch))
        t_N = torch.tensor(part, dtype=torch.float64) / max(1, total if closed else total - 1)
        labels_N = None if stops.labels_N is None else stops.labels_N[:1].expand(len(part))
        codes = Codes(stops.space, path(stops.values, t_N, eased, closed, between), labels_N)
        for x_NCHW in draw(model, codes, truncation, batch, device):
            x_NHWC = (rgb(x_NCHW.numpy()) * 255 + 0.5).astype(np.uint8)
            yield from (smoothly(x_HWC, scale) for x_HWC in x_NHWC)


def filming(
    model: Model,
    target: Path,
    stops: Codes,
    seconds: float,
    fps: int = 30,
    *,
    truncation: float = 1.0,
    closed: bool = True,
    eased: bool = True,
    scale: int = 0,
    batch: int = 0,
    device: str | torch.device = "auto",
) -> Run:
    """A run that writes the film of a `walk` to `target`; one that is stopped keeps the frames that there are."""
    _check(model, stops)
    total, shape = frame_count(seconds, fps), model.info.shape
    factor = scale or auto_scale(shape.height, shape.width)
    width, height = shape.width * factor, shape.height * factor
    check_film(target, fps, total, width, height)

    def events(run: Run) -> Iterator[Event]:
        yield Started(total, f"{total} frames of {width}x{height} on {choose(device, 'float32').name}")
        frames = walk(
            model, stops, seconds, fps,
            truncation=truncation, closed=closed, eased=eased, scale=factor, batch=batch, device=device,
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


def _check(model: Model, stops: Codes) -> None:
    if len(stops) < 2:
        raise UsageError("a walk needs two pictures at least")
    if is_points(model.info.shape):
        raise UsageError("this model makes points in the plane, of which there is no film; sample draws them")
