"""Checks of an `AdversarialLoss`. Shape suffix: N = logits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gancraft.testing.core import Subject, check, expect
from gancraft.testing.probes import same_compiled, tensors_of

REAL = [2.0, -0.5, 0.3, 1.4]
FAKE = [-1.0, 0.7, -3.0, 0.1]
PENALTIES = {"r1", "r2", "gradient"}


@check("Both sides give one float32 number.")
def shapes(subject: Subject) -> None:
    for side, value in zip(("discriminator", "generator"), _sides(subject)(*_logits()), strict=True):
        expect(value.ndim == 0, f"the {side}'s has the shape {tuple(value.shape)}; take the mean.")
        expect(value.dtype == torch.float32, f"the {side}'s is in {value.dtype}.")


@check("It is the mean over the batch: twice the same batch gives the same value.")
def means(subject: Subject) -> None:
    real_N, fake_N = _logits()
    once, twice = _sides(subject)(real_N, fake_N), _sides(subject)(real_N.repeat(2), fake_N.repeat(2))
    for side, one, two in zip(("discriminator", "generator"), once, twice, strict=True):
        expect(torch.allclose(one, two, rtol=1e-5), f"the {side}'s goes from {float(one):.4g} to {float(two):.4g}.")


@check("The discriminator wants reals up and fakes down, the generator its fakes up.")
def pulls_apart(subject: Subject) -> None:
    loss = subject.make()
    real_N, fake_N = torch.tensor([0.05], requires_grad=True), torch.tensor([0.02], requires_grad=True)
    up, down = torch.autograd.grad(loss.discriminator(real_N, fake_N), [real_N, fake_N])
    found = f"slopes of {float(up):.3g} for a real of 0.05 and {float(down):.3g} for a fake of 0.02."
    expect(float(up) < 0 < float(down), f"the discriminator's loss has {found}")
    (wanted,) = torch.autograd.grad(loss.generator(fake_N, real_N.detach()), [fake_N])
    expect(float(wanted) < 0, f"the generator's loss has a slope of {float(wanted):.3g} for a fake of 0.02.")


@check("Logits of ten thousand, right or wrong, give finite values and gradients.")
def extremes(subject: Subject) -> None:
    real_N = torch.tensor([-1e4, 1e4], requires_grad=True)
    fake_N = torch.tensor([1e4, -1e4], requires_grad=True)
    values = _sides(subject)(real_N, fake_N)
    slopes = torch.autograd.grad(torch.stack(list(values)).sum(), [real_N, fake_N], allow_unused=True)
    for x in [*values, *(s for s in slopes if s is not None)]:
        expect(bool(x.isfinite().all()), "some aren't; write it with softplus or logsigmoid.")


@check("A loss that is `paired` looks at reals for the generator, and no other does.")
def paired(subject: Subject) -> None:
    loss = subject.make()
    real_N, fake_N = _logits()
    looks = not torch.equal(loss.generator(fake_N, real_N), loss.generator(fake_N, real_N + 1))
    expect(looks == bool(loss.paired), f"`paired` is {loss.paired}, and reals {'do' if looks else 'do not'} count.")
    if not loss.paired:
        loss.generator(fake_N)  # the engine gives it no reals; raises where it needs them


@check("Penalties are among r1, r2 and gradient, with weights of at least 0.")
def penalties(subject: Subject) -> None:
    for name, weight in subject.make().penalties.items():
        expect(name in PENALTIES, f"'{name}'; the engine has {', '.join(sorted(PENALTIES))}.")
        expect(weight >= 0, f"'{name}' weighs {weight}.")


@check(
    "`health.blind` is the least that one and the same logit for all can reach, `health.overpowering` lies below it."
)
def health(subject: Subject) -> None:
    loss = subject.make()
    blind, overpowering = loss.health.blind, loss.health.overpowering
    if blind is not None:
        least = min(float(loss.discriminator(x, x)) for x in torch.linspace(-4, 4, 801)[:, None])
        expect(abs(least - blind) < 1e-3, f"`blind` is {blind:.4g}, and the least is {least:.4g}.")
    if overpowering is not None:
        best = min(
            float(loss.discriminator(r, f)) for r in torch.linspace(-8, 8, 81) for f in torch.tensor([-8.0, -1.0, 0.0])
        )
        expect(
            best < overpowering, f"a perfect discriminator's {best:.4g} isn't below `overpowering`, {overpowering:.4g}."
        )
        expect(blind is None or overpowering < blind, f"`overpowering` is {overpowering:.4g}, `blind` {blind}.")


@check("Logits are left as they are.")
def pure(subject: Subject) -> None:
    real_N, fake_N = _logits()
    first = _sides(subject)(real_N, fake_N)
    expect(torch.equal(real_N, _logits()[0]) and torch.equal(fake_N, _logits()[1]), "they were changed in place.")
    loss = subject.make()
    again = [(loss.discriminator(real_N, fake_N), loss.generator(fake_N, real_N)) for _ in range(2)]
    same = all(torch.equal(a, b) for pair in again for a, b in zip(pair, first, strict=True))
    expect(same, "called again it gives something else; a loss keeps nothing between calls.")


@check("Traced as one graph it gives the same values and gradients.")
def compiles(subject: Subject) -> None:
    logits = [x.requires_grad_() for x in _logits()]
    sides = _sides(subject)
    same_compiled(lambda real_N, fake_N: tensors_of(sides(real_N, fake_N)), logits, logits)


def _logits() -> tuple[Tensor, Tensor]:
    return torch.tensor(REAL), torch.tensor(FAKE)


def _sides(subject: Subject) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    loss = subject.make()
    return lambda real_N, fake_N: (loss.discriminator(real_N, fake_N), loss.generator(fake_N, real_N))
