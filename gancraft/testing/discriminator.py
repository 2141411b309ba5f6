"""Checks of a discriminator.

Shape suffixes: N = pictures or logits, C = channels, H, W = height, width.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.models import BatchRandom, Discriminator, Output
from gancraft.testing.core import Broken, NotForThis, Subject, check, expect
from gancraft.testing.probes import close, reached, same_compiled, seeded
from gancraft.testing.shapes import MORE, N, alive, counterpart, labels, made, pictures, same_state, usual


@check("It gives one logit a picture in one dimension, or as many for each, for every shape that it doesn't refuse.")
def logits(subject: Subject) -> None:
    for shape in (usual(subject), *MORE):
        try:
            discriminator = made(subject, shape)
            shown = _shown(subject, shape)
        except UsageError:
            continue
        with seeded():
            logits_N = discriminator(shown, labels(shape))
        good = logits_N.ndim == 1 and len(logits_N) % N == 0 and len(logits_N) > 0
        expect(good, f"the shape {tuple(logits_N.shape)} for {N} pictures.")
        expect(bool(logits_N.isfinite().all()), f"logits that aren't finite, for {shape}.")


@check(
    "`together` says how many pictures of a batch bear on each other's logits: changing one leaves other groups alone."
)
def together(subject: Subject) -> None:
    shape = usual(subject)
    discriminator = alive(subject, shape)
    group = discriminator.together
    if group == 0:
        raise NotForThis("0: all may bear on each other")
    n = 2 * max(group, 2)
    x_NCHW = pictures(shape, n)
    other = x_NCHW.clone()
    other[0] = -other[0]
    reals = _reals(subject, shape)
    with torch.no_grad():
        one, two = (_by_picture(discriminator, reals(x), n) for x in (x_NCHW, other))
    moved = [i for i in range(n) if float((one[i] - two[i]).abs().max()) > 1e-5]
    expect(all(i < group for i in moved), f"`together` is {group}, and the first picture moved the logits of {moved}.")


@check("The same seed makes the same weights, and the same pictures get the same logits.")
def repeats(subject: Subject) -> None:
    shape = usual(subject)
    one, other = (made(subject, shape).eval() for _ in range(2))
    expect(same_state(one, other), "weights differ; draw them from torch's default generator.")
    with torch.no_grad():
        a, b = (network(_shown(subject, shape)) for network in (one, other))
    expect(torch.equal(a, b), "logits differ: in evaluation nothing may be drawn.")


@check("Gradients of its logits and its own terms reach every parameter, at every stage if it grows.")
def gradients(subject: Subject) -> None:
    shape = usual(subject)
    stages = len(made(subject, shape, 0).stages(1000))
    for stage in {0, stages - 1}:
        discriminator, shown = alive(subject, shape, stage), _shown(subject, shape, stage)
        if stage:
            discriminator.fade(0.5)  # old and new layers both have a part then
        with seeded():
            logits_N = discriminator(shown, labels(shape))
            own = list(discriminator.auxiliary(shown, BatchRandom()).values())
        expect(all(term.ndim == 0 for term in own), "a term of `auxiliary` isn't one number.")
        weights = torch.linspace(0.5, 1.5, len(logits_N))
        reached(
            torch.stack([(logits_N.float().square() * weights).mean(), *own]).sum(), discriminator.named_parameters()
        )


@check("Its gradient has a gradient, which penalties need: the slope of R1 is about that of a difference, in float64.")
def second_derivative(subject: Subject) -> None:
    shape = usual(subject)
    discriminator = alive(subject, shape).double().eval()  # in training some norms change at every look
    x_NCHW, reals = pictures(shape).double(), _reals(subject, shape)
    parameters = _learning(discriminator)
    found = torch.autograd.grad(_penalty(discriminator, x_NCHW, reals), parameters, allow_unused=True)
    slopes = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]
    steepest = float(torch.stack([g.square().sum() for g in slopes]).sum().sqrt())
    expect(steepest > 1e-9, "R1 has no slope for any weight.")
    length = float(torch.stack([p.detach().square().sum() for p in parameters]).sum().sqrt())
    directions = [g * (length / steepest) for g in slopes]  # where it is steepest, as far as all weights together
    told = []
    # A long step meets bends of ReLUs, a short one drowns where a layer computes in float32: neither is exact.
    for step in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4):
        difference = _difference(discriminator, directions, step, x_NCHW, reals)
        if abs(difference - steepest * length) <= 0.2 * steepest * length:
            return
        told.append(f"{difference:.4g}")
    raise Broken(f"a slope of {steepest * length:.4g}, and by differences {', '.join(told)}.")


@check("Saved as safetensors and loaded into a new one, it judges the same.")
def saves(subject: Subject) -> None:
    shape = usual(subject)
    discriminator, other = alive(subject, shape), made(subject, shape, seed=9)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "discriminator.safetensors"
        save_file({n: t.contiguous().clone() for n, t in discriminator.state_dict().items()}, file)
        other.load_state_dict(load_file(file))
    with torch.no_grad():
        a, b = (network.eval()(_shown(subject, shape)) for network in (discriminator, other))
    expect(torch.equal(a, b), "logits differ; keep what counts in buffers.")


@check("Traced as one graph it gives the same logits and gradients.")
def compiles(subject: Subject) -> None:
    shape = usual(subject)
    # In float64: rounding in float32 carries now and then a value across the bend of a ReLU, and gradients jump there.
    discriminator, reals = alive(subject, shape).double().eval(), _reals(subject, shape)
    x_NCHW = pictures(shape).double().requires_grad_()

    def body(x_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        logits: Tensor = discriminator(reals(x_NCHW), labels_N)
        return logits

    same_compiled(body, (x_NCHW, labels(shape)), [x_NCHW, *_learning(discriminator)])


@check("Under autocast to bfloat16 it gives about the same logits.")
def precision(subject: Subject) -> None:
    shape = usual(subject)
    discriminator = alive(subject, shape).eval()
    with torch.no_grad():
        exact = discriminator(_shown(subject, shape))
        with torch.autocast("cpu", torch.bfloat16):
            coarse = discriminator(_shown(subject, shape))
    expect(close(coarse, exact, 0.95), "they have little to do with each other, or aren't finite.")


@check("Where there are classes, labels change the logits.")
def classes(subject: Subject) -> None:
    shape = usual(subject, classes=3)
    discriminator = alive(subject, shape).eval()
    shown, zeros_N = _shown(subject, shape), torch.zeros(N, dtype=torch.int64)
    with torch.no_grad():
        a, b = (discriminator(shown, labels_N) for labels_N in (zeros_N, zeros_N + 1))
    expect(float((a - b).abs().max()) > 1e-6, "the same pictures get the same logits in two classes.")


@check(
    "`lower` are its own parts, from the picture inwards: those that may be kept as they are when it learns another set."
)
def freezes(subject: Subject) -> None:
    discriminator = made(subject, usual(subject))
    parts = discriminator.lower()
    if not parts:
        raise NotForThis("it has none that may be kept")
    expect(all(isinstance(part, nn.Module) for part in parts), "some aren't modules.")
    own = {id(parameter) for parameter in discriminator.parameters()}
    expect(all(id(p) in own for part in parts for p in part.parameters()), "some have weights that aren't its own.")


def _reals(subject: Subject, shape: DataShape, stage: int | None = None) -> Any:
    """What shows it real pictures."""
    other = counterpart(subject, shape, stage)
    return other.reals if other is not None else lambda x_NCHW: x_NCHW


def _shown(subject: Subject, shape: DataShape, stage: int | None = None) -> Output:
    shown: Output = _reals(subject, shape, stage)(pictures(shape))
    return shown


def _by_picture(discriminator: Discriminator, shown: Output, n: int) -> Tensor:
    """Logits as n rows; several of one picture stand together."""
    rows: Tensor = discriminator(shown).reshape(n, -1)
    return rows


def _penalty(discriminator: Discriminator, x_NCHW: Tensor, reals: Any) -> Tensor:
    """R1 (Mescheder et al. 2018)."""
    x_NCHW = x_NCHW.detach().requires_grad_(True)
    with seeded(3):
        total = discriminator(reals(x_NCHW)).sum()
    (slope_NCHW,) = torch.autograd.grad(total, x_NCHW, create_graph=True)
    return slope_NCHW.square().sum((1, 2, 3)).mean()


def _difference(
    discriminator: Discriminator, directions: list[Tensor], step: float, x_NCHW: Tensor, reals: Any
) -> float:
    """How fast the penalty grows when the weights go that way; they are put back."""
    parameters = _learning(discriminator)
    values: list[float] = []
    for way in (step, -step):
        with torch.no_grad():
            torch._foreach_add_(parameters, directions, alpha=way)
        values.append(float(_penalty(discriminator, x_NCHW, reals).detach()))
        with torch.no_grad():
            torch._foreach_add_(parameters, directions, alpha=-way)
    return (values[0] - values[1]) / (2 * step)


def _learning(discriminator: Discriminator) -> list[Tensor]:
    """Its weights but those that it never changes."""
    return [parameter for parameter in discriminator.parameters() if parameter.requires_grad]
