"""Checks of a `StyleLoss`, under the engine's own runner with a tiny network.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gancraft.events import Finished, Progress, Run
from gancraft.interfaces import StyleInput, StyleJob, StyleLoss
from gancraft.style.matching import matches
from gancraft.style.objective import PICTURE
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.regions import Region, Style
from gancraft.style.settings import OptimiseOptions
from gancraft.style.tiles import Tile, whole
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.testing.probes import rough, same_compiled, seeded, smooth, tensors_of, tiny_network

LAYERS = ("relu1", "relu2")
REACH = 4  # pixels that the deeper one sees beside its own
HALF = 24  # pixels of the masks' left half
NOT_ADDITIVE = (
    "it isn't a sum over positions whose every term looks at the features of its own position alone. Means and ratios belong "
    "into `distance`; what looks at neighbours is a loss of whole maps: leave out `additive`, 'mask' and 'tiles', and define "
    "`loss` in place of `distance`"
)


@check("It paints: the photo's size, colours from 0 to 1, and a loss that falls.")
def paints(subject: Subject) -> None:
    last, losses = _painted(subject)
    _is_picture(last, height=24, width=36)
    expect(losses[-1] < 0.9 * losses[0], f"the style loss went from {losses[0]:.4g} to {losses[-1]:.4g} in 30 steps.")


@check("The same seed paints the same picture, to the last bit.")
def repeats(subject: Subject) -> None:
    one, other = (_painted(subject)[0].picture_HWC for _ in range(2))
    assert one is not None and other is not None
    expect(np.array_equal(one, other), "two runs differ; draw random numbers from torch's default generator.")


@check("A layer's loss is about 1 where nothing of the style is there, and far less for the style itself.")
def scale(subject: Subject) -> None:
    style = Region([Style(rough(48, 48, 2), 1.0)])
    near, far, nothing = (
        _distance(subject, style, x) / len(LAYERS)
        for x in (rough(48, 48, 2), smooth(48, 48, 9), torch.zeros(1, 3, 48, 48))
    )
    expect(0.05 < nothing < 5, f"{nothing:.4g} for a black picture, a layer; divide by the style's own size.")
    found = f"{near:.4g} for the style itself, {far:.4g} for another picture and {nothing:.4g} for a black one."
    expect(near < 0.5 * far and near < 0.5 * nothing, found)


@check("Of a blend of two styles the one that counts more is nearer.")
def blends(subject: Subject) -> None:
    one, two = rough(48, 48, 2), (0.2 * rough(48, 48, 3)).clamp(0, 1)
    apart = [_distance(subject, Region([Style(one, share), Style(two, 1 - share)]), one) for share in (1.0, 0.8, 0.2)]
    told = ", ".join(f"{value:.4g}" for value in apart)
    expect(apart[0] < apart[1] < apart[2], f"with 100, 80 and 20 % of it the loss of the first style is {told}.")


@check("Masks and tiles are declared by whom they are possible for: `additive` losses (both) and losses by points.")
def capabilities(subject: Subject) -> None:
    loss, entry = subject.make(), subject.thing
    expect(not (loss.additive and loss.points), "it says both `additive` and `points`; it can be only one of them.")
    local = loss.additive or bool(loss.points)
    for word in ("mask", "tiles"):
        expect(entry.can(word) <= local, f"it is registered with '{word}', and is neither additive nor by points.")
        expect(entry.can(word) >= loss.additive, f"it is additive, and registered without '{word}' in `capabilities`.")


@check("A mask keeps a style to its place: only pixels there, and those that features there see, are moved.")
def masks(subject: Subject) -> None:
    _masked(subject)
    place_N1HW = torch.zeros(1, 1, 32, 48)
    place_N1HW[..., :HALF] = 1
    x_NCHW = smooth(48, 32, 1).requires_grad_()
    _distance_of(subject, Region([Style(rough(40, 40, 2), 1.0)], place_N1HW), x_NCHW).backward()
    assert x_NCHW.grad is not None
    moved_W = x_NCHW.grad.abs().sum((0, 1, 2))
    expect(bool((moved_W[: HALF - REACH] > 0).all()), "some columns within the mask have no gradient.")
    expect(bool((moved_W[HALF + REACH :] == 0).all()), "columns outside of the mask have a gradient.")


@check("Of a style picture only what its own mask shows is looked at.")
def style_masks(subject: Subject) -> None:
    _masked(subject)
    style = rough(48, 48, 2)
    half = style.clone()
    half[..., HALF:] = 0
    part_N1HW = torch.zeros(1, 1, 48, 48)
    part_N1HW[..., : HALF - REACH] = 1
    masked, unmasked = (_distance(subject, Region([Style(half, 1.0, mask)]), style) for mask in (part_N1HW, None))
    expect(masked < unmasked, f"with half of it blacked out and masked {masked:.4g}, not masked {unmasked:.4g}.")


@check("Sums of two halves of a picture add up to those of the whole.")
def adds_up(subject: Subject) -> None:
    loss = subject.make()
    if not loss.additive:
        raise NotForThis("it isn't additive")
    features = _features(rough(48, 32, 4))
    with seeded():
        together = loss.target(features)
        halves = [loss.target({n: f[..., side] for n, f in features.items()}) for side in (slice(0, 8), slice(8, None))]
    for name, value in together.items():
        apart = halves[0][name] + halves[1][name]
        expect(torch.allclose(apart, value, rtol=1e-3, atol=1e-4), f"'{name}' differs: {NOT_ADDITIVE}.")


@check("Given features in bfloat16 it computes in float32, and comes to about the same.")
def precision(subject: Subject) -> None:
    loss = subject.make()
    coarse = {n: f.bfloat16() for n, f in _features(smooth(24, 24, 1), loss).items()}
    with seeded():
        target = _target(loss, coarse)
        losses = loss.loss({n: (f * 0.5) for n, f in coarse.items()}, target)
        exact = loss.loss({n: f.float() * 0.5 for n, f in coarse.items()}, target)
    for name, value in losses.items():
        expect(value.dtype == torch.float32, f"the loss of '{name}' is {value.dtype}; call .float() on features first.")
        expect(value.ndim == 0, f"the loss of '{name}' has the shape {tuple(value.shape)}; it must be one number.")
        expect(bool(value.isfinite()), f"the loss of '{name}' is {float(value)}.")
        apart = abs(float(value) - float(exact[name]))
        expect(
            apart <= 0.1 * abs(float(exact[name])) + 1e-3,
            f"'{name}': {float(value):.4g}, in float32 {float(exact[name]):.4g}.",
        )


@check("Nothing that is given is changed in place.")
def pure(subject: Subject) -> None:
    loss = subject.make()
    features = _features(smooth(24, 24, 1), loss)
    before = {n: f.clone() for n, f in features.items()}
    with seeded():
        target = _target(loss, features)
        kept = {n: t.clone() for n, t in target.items()}
        loss.loss(features, target)
    expect(all(torch.equal(features[n], before[n]) for n in before), "the features were changed.")
    expect(all(torch.equal(target[n], kept[n]) for n in kept), "the statistics were changed by the loss.")


@check("Gradients of the loss reach every feature that it was given.")
def gradients(subject: Subject) -> None:
    loss = subject.make()
    with seeded():
        target = _target(loss, _features(rough(24, 24, 2), loss))
        features = {n: f.requires_grad_() for n, f in _features(smooth(24, 24, 1), loss).items()}
        losses = loss.loss(features, target)
    torch.stack(list(losses.values())).sum().backward()
    for name in (n for n in features if n != PICTURE):
        slope = features[name].grad
        expect(slope is not None and bool(slope.isfinite().all()), f"layer '{name}' has none, or it isn't finite.")
        assert slope is not None
        share = float((slope != 0).any(1).float().mean())
        expect(share > 0.5, f"in layer '{name}' only {share:.0%} of the positions have one.")


@check("Traced as one graph it gives the same losses and gradients.")
def compiles(subject: Subject) -> None:
    loss = subject.make()
    with seeded():
        target = _target(loss, _features(rough(24, 24, 2), loss))
    features = {n: f.requires_grad_() for n, f in _features(smooth(24, 24, 1), loss).items()}
    leaves = [f for n, f in features.items() if n != PICTURE]

    def body() -> list[Tensor]:
        return tensors_of(loss.loss(features, target))

    same_compiled(body, (), leaves)


def _painted(subject: Subject) -> tuple[Finished, list[float]]:
    """The end of a short run, and its style losses."""
    job = StyleJob(smooth(36, 24, 1), [StyleInput(rough(40, 40, 2))], seed=3, precision="float32", network=tiny_network)
    method = OptimisedStyle(OptimiseOptions(iterations=30, strength=0.9), subject.make())
    losses: list[float] = []
    with seeded():
        for event in Run(lambda run: method.run(job, run)):
            if isinstance(event, Progress):
                losses.append(event.values["style"])
    assert isinstance(event, Finished)
    return event, losses


def _is_picture(last: Finished, height: int, width: int) -> None:
    expect(last.problem is None, f"the run ended early: {last.problem}.")
    picture = last.picture_HWC
    expect(
        picture is not None and picture.shape == (height, width, 3),
        f"a picture of shape {getattr(picture, 'shape', None)}.",
    )
    assert picture is not None
    expect(bool(np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1), "values outside of 0 to 1.")


def _masked(subject: Subject) -> None:
    if not subject.thing.can("mask"):
        raise NotForThis("it takes no masks")


def _features(x_NCHW: Tensor, loss: StyleLoss | None = None) -> dict[str, Tensor]:
    """Of a picture, in the style layers; for a loss by points those of all positions of a layer, as a row of points."""
    features = {n: f.detach() for n, f in tiny_network()(x_NCHW, LAYERS).items()}
    if loss is None or not loss.points:
        return features
    size = features[LAYERS[-1]].shape[-2:]
    rows = {**features, PICTURE: x_NCHW}
    return {n: torch.nn.functional.adaptive_avg_pool2d(f, size).flatten(2)[:, :, None] for n, f in rows.items()}


def _target(loss: StyleLoss, features: dict[str, Tensor]) -> Any:
    return loss.blend([loss.target(features)], [1.0])


def _look(x_NCHW: Tensor) -> Iterator[tuple[dict[str, Tensor], Tile]]:
    yield {**tiny_network()(x_NCHW, LAYERS), PICTURE: x_NCHW}, whole(x_NCHW.shape[-1], x_NCHW.shape[-2])


def _distance(subject: Subject, region: Region, x_NCHW: Tensor) -> float:
    return float(_distance_of(subject, region, x_NCHW))


def _distance_of(subject: Subject, region: Region, x_NCHW: Tensor) -> Tensor:
    """The loss of a picture, summed over its layers, as the engine's runner takes it."""
    height, width = x_NCHW.shape[-2:]
    loss = subject.make()
    with seeded():
        (match,) = matches(loss, [region], _look, (width, height), torch.Generator().manual_seed(0))
        ((features, tile),) = _look(x_NCHW)
        if not loss.points:
            features = {layer: features[layer] for layer in LAYERS}
        return torch.stack(list(match.distance(match.gather(features, tile)).values())).sum()
