"""Checks of a `Trainable`, and of a `StyleTrainable`: networks by name, and the phases in which they learn.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gancraft.errors import UsageError
from gancraft.interfaces import Batch, Outcome, Phase, Plan, StyleGoal, StyleInput, StyleTrainable, Trainable
from gancraft.models import BatchRandom, Generator
from gancraft.testing.core import Broken, Subject, check, expect
from gancraft.testing.probes import reached, rough, same_compiled, seeded, shaken, tiny_network
from gancraft.testing.runs import trained_and_painted, trained_and_sampled
from gancraft.testing.shapes import USUAL, labels, pictures

BATCH = 8


@check(
    "Its sampler is one of its networks: a `gancraft.Generator`, or where it `repaints` one that gives pictures of the same "
    "size; and what phases teach are networks of its own."
)
def networks(subject: Subject) -> None:
    trainable, made, _ = _made(subject)
    names = ", ".join(made)
    expect(trainable.sampler in made, f"its `sampler` is '{trainable.sampler}', its networks are {names}.")
    sampler = made[trainable.sampler]
    if trainable.repaints:
        with torch.no_grad():
            x_NCHW = pictures(trainable.plan.shape)
            painted = sampler.eval()(x_NCHW)
        expect(painted.shape == x_NCHW.shape, f"{tuple(painted.shape)} for {tuple(x_NCHW.shape)}.")
    else:
        expect(isinstance(sampler, Generator), f"its sampler is a {type(sampler).__name__}.")
    phases = trainable.phases()
    expect(len(phases) > 0, "it has no phases.")
    for phase in phases:
        for name in phase.learns:
            expect(name in made, f"phase '{phase.name}' teaches '{name}', its networks are {names}.")
    taught = {name for phase in phases for name in phase.learns}
    expect(taught == set(made), f"no phase teaches {', '.join(sorted(set(made) - taught))}; give them by `fixed`.")


@check("The same seed makes the same weights and the same losses.")
def repeats(subject: Subject) -> None:
    values = []
    for _ in range(2):
        trainable, made, seen = _made(subject)
        values.append(
            [torch.stack(list(_outcome(phase, trainable, seen).parts.values())) for phase in trainable.phases()]
        )
    expect(all(map(torch.equal, *values)), "two differ; draw random numbers from the `random` that losses are given.")


@check("Every part of a loss is one number, finite, and what it writes into the named state is there from the start.")
def losses(subject: Subject) -> None:
    trainable, made, seen = _made(subject)
    state = trainable.state()
    for phase in trainable.phases():
        outcome = _outcome(phase, trainable, seen)
        for name, value in {**outcome.parts, **outcome.seen}.items():
            expect(value.ndim == 0, f"'{name}' of phase '{phase.name}' has the shape {tuple(value.shape)}.")
            expect(bool(value.isfinite()), f"'{name}' of phase '{phase.name}' is {float(value.detach())}.")
        expect(len(outcome.parts) > 0, f"phase '{phase.name}' minimises nothing.")
        new = sorted(set(outcome.state) - set(state))
        expect(not new, f"phase '{phase.name}' writes {', '.join(new)}, which `state` doesn't have.")
    for name in trainable.knobs(0):
        expect(name in state, f"`knobs` has '{name}', which `state` doesn't have.")


@check("Gradients of a phase's loss reach every parameter of the networks that it teaches.")
def gradients(subject: Subject) -> None:
    trainable, made, seen = _made(subject)
    with seeded(1):
        for network in made.values():
            shaken(network)
    for phase in trainable.phases():
        outcome = _outcome(phase, trainable, seen)
        named = [(f"{n}.{p}", x) for n in phase.learns for p, x in made[n].named_parameters()]
        reached(torch.stack(list(outcome.parts.values())).sum(), named)


@check("Losses change nothing that they are given, and read no value; traced as one graph they give the same.")
def compiles(subject: Subject) -> None:
    trainable, made, seen = _made(subject)
    shape, state = trainable.plan.shape, _state(trainable)
    x_NCHW, labels_N = pictures(shape, BATCH), labels(shape, BATCH)
    kept = x_NCHW.clone()
    for phase in trainable.phases():
        _outcome(phase, trainable, seen)
        expect(torch.equal(x_NCHW, kept), f"phase '{phase.name}' changes the pictures in place.")
        leaves = [p for n in phase.learns for p in made[n].parameters()]

        def body(x_NCHW: Tensor, labels_N: Tensor | None, phase: Phase = phase) -> list[Tensor]:
            return list(phase.loss(seen, Batch(x_NCHW, labels_N), state, BatchRandom()).parts.values())

        for network in made.values():
            network.eval()  # running averages of the first pass must not make the second another one
        same_compiled(body, (x_NCHW, labels_N), leaves)


@check("It trains for two steps, and with the model that is left pictures are made, or painted.")
def trains(subject: Subject) -> None:
    trainable = _made(subject)[0]
    train_and_use = trained_and_painted if trainable.repaints else trained_and_sampled
    train_and_use(subject, trainable.plan.shape)


def _made(subject: Subject) -> tuple[Trainable, dict[str, nn.Module], dict[str, nn.Module]]:
    """For the first usual shape that it takes: with its networks, and with those that losses are given. Raises Broken where
    it takes none."""
    more: list[Any] = []
    if subject.thing.interface is StyleTrainable:
        more.append(StyleGoal([StyleInput(rough(24, 24, 2))], tiny_network))
    reasons = []
    for shape in USUAL:
        try:
            with seeded():
                trainable: Trainable = subject.make(Plan(shape, 16, BATCH, 32), *more)
                made = trainable.networks()
                fixed = {n: network.eval().requires_grad_(False) for n, network in trainable.fixed().items()}
            return trainable, made, {**fixed, **made}
        except UsageError as error:
            reasons.append(str(error))
    raise Broken(f"it takes none of {', '.join(map(str, USUAL))}: {reasons[0]}.")


def _state(trainable: Trainable) -> dict[str, Tensor]:
    """At the start, with what the schedule writes."""
    return {**trainable.state(), **{name: torch.tensor(value) for name, value in trainable.knobs(0).items()}}


def _outcome(phase: Phase, trainable: Trainable, seen: dict[str, nn.Module]) -> Outcome:
    shape = trainable.plan.shape
    batch = Batch(pictures(shape, BATCH), labels(shape, BATCH))
    with seeded(5):
        return phase.loss(seen, batch, _state(trainable), BatchRandom())
