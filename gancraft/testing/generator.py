"""Checks of a generator.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.models import BatchRandom, Generator, check_model, info_of, load_model, make, save_model
from gancraft.models.cost import Cost
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.testing.probes import close, reached, same_compiled, seeded, tensors_of
from gancraft.testing.shapes import (
    MORE,
    POINTS,
    N,
    alive,
    labels,
    latents,
    made,
    outputs,
    pictures,
    same_state,
    usual,
)


@check("It makes pictures of exactly the size asked for, of any size and number of channels that it doesn't refuse.")
def sizes(subject: Subject) -> None:
    for shape in (usual(subject), *MORE):
        try:
            generator = made(subject, shape)
        except UsageError:
            continue
        found = make(generator, latents(generator), labels(shape))
        wanted = (N, shape.channels, shape.height, shape.width)
        expect(tuple(found.shape) == wanted, f"{tuple(found.shape)} instead of {wanted}.")
        expect(found.dtype == torch.float32, f"pictures in {found.dtype}.")
        expect(bool(found.isfinite().all()), f"values that aren't finite, for {shape}.")
        with torch.no_grad():
            fake, real = (outputs(x) for x in (generator(latents(generator)), generator.reals(pictures(shape))))
        same = [x.shape for x in fake] == [x.shape for x in real]
        expect(same, "`reals` gives other sizes of real pictures than `forward` does of made ones.")


@check(
    "Latents are n x `latent_size`, float32, from `random`; different ones make different pictures, about in [-1, 1]."
)
def varies(subject: Subject) -> None:
    generator = alive(subject, shape := usual(subject))
    z_NL = latents(generator)
    expect(tuple(z_NL.shape) == (N, generator.latent_size), f"latents of the shape {tuple(z_NL.shape)}.")
    expect(z_NL.dtype == torch.float32, f"latents in {z_NL.dtype}.")
    x_NCHW = make(generator, z_NL)
    expect(float((x_NCHW[0] - x_NCHW[1]).abs().max()) > 1e-6, "two latents make the same picture.")
    if shape != POINTS:
        mean = float(x_NCHW.abs().mean())
        expect(mean < 3, f"new, its values average {mean:.3g}; a last tanh, or smaller weights, keep them in range.")


@check("The same seed makes the same weights, and the same latents the same pictures.")
def repeats(subject: Subject) -> None:
    one, other = (made(subject, usual(subject)) for _ in range(2))
    expect(same_state(one, other), "weights differ; draw them from torch's default generator.")
    same = torch.equal(make(one, latents(one)), make(other, latents(other)))
    expect(same, "pictures differ: in evaluation nothing may be drawn.")


@check("Gradients reach every parameter, at every stage if it grows.")
def gradients(subject: Subject) -> None:
    shape = usual(subject)
    stages = len(made(subject, shape, 0).stages(1000))
    for stage in {0, stages - 1}:
        generator = alive(subject, shape, stage)
        if stage:
            generator.fade(0.5)  # old and new layers both have a part then
        with seeded():
            made_N = outputs(generator.fakes(BatchRandom(), N, labels(shape)))
        loss = torch.stack([(x * torch.linspace(0.5, 1.5, x.numel()).view_as(x)).sum() for x in made_N]).sum()
        reached(loss, generator.named_parameters())


@check("Saved in a model's file and loaded again, it makes the same pictures.")
def saves(subject: Subject) -> None:
    shape = usual(subject)
    generator = alive(subject, shape)
    stage = len(generator.stages(1000)) - 1
    info = info_of(subject.thing, subject.options, shape, stage=stage)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        save_model(file, generator, info)
        loaded = load_model(file, subject.plugins).generator
        check_model(file, subject.plugins, Cost(2**62, 2**62))  # builds it on torch's meta device, as the page does
    z_NL = latents(generator)
    expect(torch.equal(make(generator, z_NL), make(loaded, z_NL)), "they differ; keep what counts in buffers.")


@check("Traced as one graph it gives the same pictures and gradients.")
def compiles(subject: Subject) -> None:
    generator = alive(subject, shape := usual(subject))
    z_NL = latents(generator).requires_grad_()
    state = {n: t.clone() for n, t in generator.state_dict().items()}

    def body(z_NL: Tensor, labels_N: Tensor | None) -> list[Tensor]:
        return tensors_of(generator(z_NL, labels_N))

    generator.eval()  # running averages of the first pass must not make the second another one
    same_compiled(body, (z_NL, labels(shape)), [z_NL, *generator.parameters()])
    generator.load_state_dict(state)


@check("Under autocast to bfloat16 it makes about the same pictures.")
def precision(subject: Subject) -> None:
    generator = alive(subject, usual(subject)).eval()
    exact = make(generator, latents(generator))
    with torch.autocast("cpu", torch.bfloat16):
        coarse = make(generator, latents(generator))
    expect(close(coarse, exact), "they have little to do with each other, or aren't finite.")


@check("Where there are classes, labels change the picture.")
def classes(subject: Subject) -> None:
    shape = usual(subject, classes=3)
    generator = alive(subject, shape)
    z_NL = latents(generator)[:1].expand(3, -1)
    x_NCHW = make(generator, z_NL, torch.arange(3))
    expect(float((x_NCHW[0] - x_NCHW[1]).abs().max()) > 1e-6, "the same latent makes the same picture in two classes.")


@check(
    "Stages begin at 0 pictures and follow each other; at each the discriminator's pictures are as large as its own."
)
def grows(subject: Subject) -> None:
    shape = usual(subject)
    stages = made(subject, shape, 0).stages(1000)
    if len(stages) == 1:
        raise NotForThis("it doesn't grow")
    starts = [stage.start for stage in stages]
    expect(starts[0] == 0 and starts == sorted(set(starts)), f"they begin at {starts} of 1000 pictures.")
    for stage in range(len(stages)):
        generator = made(subject, shape, stage)
        _same_sizes(generator, shape, stage)
        generator.fade(0.5)
        _same_sizes(generator, shape, stage)


@check("At truncation 0 there is no more variety than at 1, and at 1 latents are as they were.")
def truncation(subject: Subject) -> None:
    generator = alive(subject, usual(subject))
    z_NL = latents(generator)
    none, half, full = (_variety(make(generator, z_NL, truncation=t)) for t in (0.0, 0.5, 1.0))
    plain = _variety(make(generator, z_NL))
    expect(plain == full, "truncation 1 changes the pictures.")
    expect(
        none <= half + 1e-6 and none <= full + 1e-6, f"deviations {none:.3g} at 0, {half:.3g} at 0.5, {full:.3g} at 1."
    )


def _variety(x_NCHW: Tensor) -> float:
    return float(x_NCHW.std(0).mean())


def _same_sizes(generator: Generator, shape: DataShape, stage: int) -> None:
    with torch.no_grad():
        fake, real = outputs(generator(latents(generator))), outputs(generator.reals(pictures(shape)))
    expect([x.shape for x in fake] == [x.shape for x in real], f"at stage {stage} they differ.")
