"""The lesson's "what goes wrong" as rules: each reads a run's course and says whether a trouble is there now.

A rule for a trouble that is already known asks for less (hysteresis), so that what hovers at a threshold isn't announced
again and again. Every rule is quiet where the values it needs are missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gancraft.training.health import thresholds as t
from gancraft.training.health.case import Case
from gancraft.training.health.look import Look


@dataclass(frozen=True)
class Sign:
    """A trouble is there: in a sentence, and its number."""

    sentence: str
    value: float


Rule = Callable[[Case], Sign | None]


def diverged(case: Case) -> Sign | None:
    """Numbers that are none, or gradients far beyond what the run is used to."""
    values = case.course.looks[-1].values
    losses = [values.get(name, 0.0) for name in ("discriminator", "generator", "nonfinite")]
    if losses[2] != 0 or not all(map(math.isfinite, losses)):
        return Sign("training diverged: losses are not numbers", losses[2])
    for network in ("generator", "discriminator"):
        name = f"gradient/{network}"
        usual = case.course.before(name, (case.pictures if case.since is None else case.since) - 1)
        now = values.get(name, 0.0)
        if len(usual) >= t.EXPLOSION_LOOKS and now > t.EXPLOSION * median(usual) > 0:
            times = now / median(usual)
            return Sign(f"training diverges: the {network}'s gradients are {times:,.0f} times their usual size", times)
    return None


def _is_alike(case: Case, look: Look) -> bool:
    """Whether a look's pictures are alike: by themselves, or less varied and at the same time less like the data than they
    were."""
    diversity, peak = look.values["diversity"], case.peak()
    farther = look.values.get("distance", 0.0) - case.progress.best
    return diversity < max(t.ALIKE, t.FALLEN * peak) or (diversity < t.LESS * peak and farther > t.FAR)


def collapse(case: Case) -> Sign | None:
    """Mode collapse: the pictures of many latents are alike."""
    values = case.course.last("diversity", t.ALIKE_WINDOW)
    if not values or (case.is_beginner() and not case.active):
        return None
    if case.active:
        high = max(t.VARIED, t.RISEN * case.peak())
        gone = len(values) >= t.VARIED_LOOKS and min(values[-t.VARIED_LOOKS :]) >= high
    else:
        alike = [_is_alike(case, look) for look in case.course.having("diversity", t.ALIKE_WINDOW)]
        gone = not alike[-1] or sum(alike) < t.ALIKE_LOOKS
    if gone:
        return None
    what = "pictures have become alike" if case.was_varied() else "pictures have been alike from the start"
    value = min(values) if case.active else values[-1]
    return Sign(f"{what}: diversity {value:.2g} of the data's", value)


def latents_ignored(case: Case) -> Sign | None:
    values = case.course.last("latent_use", t.LATENT_LOOKS)
    border = t.LATENT_USED if case.active else t.LATENT_IGNORED
    if len(values) < t.LATENT_LOOKS or max(values) >= border or (case.is_beginner() and not case.active):
        return None
    sentence = f"the generator ignores its latents: they change pictures by {values[-1]:.2g} of the data's spread"
    return Sign(sentence, values[-1])


def overpowering(case: Case) -> Sign | None:
    """The discriminator wins always, and the generator learns nothing from it. A low loss alone is common in good runs."""
    border = case.health.overpowering
    losses = case.course.last("discriminator", t.LOSS_LOOKS)
    if border is None or len(losses) < t.LOSS_LOOKS or max(losses) >= border:
        return None
    gradients = case.course.before("gradient/generator", case.pictures)
    usual = median(gradients[: len(gradients) // 2 + 1]) if gradients else 0.0
    starved = bool(gradients) and max(gradients[-t.LOSS_LOOKS :]) <= t.GRADIENT_GONE * usual
    known = bool(gradients) or case.distance() is not None
    alone = case.course.last("discriminator", t.LOSS_ALONE_LOOKS)
    if known:
        there = case.active or starved or case.is_stuck(t.STALL)
    else:
        there = len(alone) >= t.LOSS_ALONE_LOOKS and max(alone) < border
    if not there:
        return None
    return Sign(f"the discriminator overpowers the generator: its loss is {losses[-1]:.2g}", losses[-1])


def blind(case: Case) -> Sign | None:
    """The discriminator tells nothing apart although the pictures are not like the data yet: at the end of a good run its
    loss is the same."""
    border = case.health.blind
    losses = case.course.last("discriminator", t.LOSS_LOOKS)
    distance = case.distance()
    if border is None or len(losses) < t.LOSS_LOOKS or distance is None or distance <= t.BLIND_DISTANCE:
        return None
    near = all(abs(loss - border) <= t.BLIND_NEAR * max(abs(border), 0.1) for loss in losses)
    if not near or not (case.active or case.is_stuck(t.STALL)):
        return None
    return Sign(f"the discriminator tells nothing apart: its loss is {losses[-1]:.3g}, that of guessing", losses[-1])


def _told_by_held_out(case: Case) -> bool:
    """Whether there are enough held-out pictures to believe what is measured on them."""
    return case.course.looks[-1].values.get("held_out", math.inf) >= t.HELD_OUT_LEAST


def memorising(case: Case) -> Sign | None:
    """The discriminator knows the training set by heart: held-out pictures look to it as fakes do."""
    gap = case.course.middle("held_out_gap", t.MEMORISING_LOOKS, t.MEMORISING_LOOKS)
    if gap is None or not _told_by_held_out(case) or gap < (t.MEMORISING_OVER if case.active else t.MEMORISING):
        return None
    return Sign(f"the discriminator learns the training pictures by heart: held-out gap {gap:.2f}", gap)


def copying(case: Case) -> Sign | None:
    """Generated pictures lie nearer to training pictures than new real ones do."""
    ratio = case.course.middle("copying", t.COPYING_LOOKS, t.COPYING_LOOKS)
    if ratio is None or not _told_by_held_out(case) or ratio > (t.COPYING_OVER if case.active else t.COPYING):
        return None
    return Sign(f"pictures copy the training set: {ratio:.2f} times as far from it as new ones are", ratio)


def _swings(values: Sequence[float]) -> int:
    """Ups and downs of at least SWING, one after the other."""
    swings, direction = 0, 0
    low, high = math.inf, -math.inf
    for value in values:
        low, high = min(low, value), max(high, value)
        if direction <= 0 and value - low >= t.SWING:
            swings, direction, high = swings + 1, 1, value
        elif direction >= 0 and high - value >= t.SWING:
            swings, direction, low = swings + 1, -1, value
    return swings


def unstable(case: Case) -> Sign | None:
    """The distance goes up and down instead of down: the generator runs from one thing to another."""
    if case.is_beginner() and not case.active:
        return None
    values = case.course.last("distance", t.SWING_WINDOW)
    swings = _swings(values)
    if swings < (t.SWINGS - 2 if case.active else t.SWINGS):
        return None
    width = max(values) - min(values)
    between = f"distance {min(values):.0f} to {max(values):.0f} in {len(values)} looks"
    return Sign(f"training swings to and fro: {between}", width)


def thrown_back(case: Case) -> Sign | None:
    """A network that repaints has lost what it had learned: its pictures are much farther from the style than they were.
    A GAN's distance wavers in good runs, and has rules of its own."""
    if case.course.last("diversity", 1) or not (distances := case.course.last("distance", 1)):
        return None
    best = case.progress.best
    worse = distances[-1] / best - 1 if best > 0 else 0.0
    if worse < (t.BACK_OVER if case.active else t.BACK):
        return None
    return Sign(f"training was thrown back: the distance is {distances[-1]:.3g}, and was {best:.3g}", worse)


def stagnant(case: Case) -> Sign | None:
    """No better for long, and no other trouble explains it."""
    since = case.progress.stuck_for(case.pictures)
    if not case.is_stuck(int(max(t.STAGNANT, case.total / 4))) or (case.others and not case.active):
        return None
    return Sign(f"no better for {since:,} pictures: the distance stays above {case.progress.best:.0f}", float(since))


def leak(case: Case) -> Sign | None:
    """Adaptive augmentation has gone so far that its changes show up in pictures (Karras et al. 2020, section 2.2)."""
    values = case.course.before("augment", case.pictures)
    # A constant probability, or one switched on by a remedy, is somebody's choice: an adaptive one takes many values.
    if len(set(values)) < t.LEAK_STEPS or min(values[-t.LEAK_LOOKS :]) < t.LEAK:
        return None
    return Sign(f"augmentation may leak into pictures: its probability is {values[-1]:.2f}", values[-1])


# By code; in the order in which they are told.
RULES: Mapping[str, Rule] = {
    "diverged": diverged,
    "collapse": collapse,
    "latents-ignored": latents_ignored,
    "overpowering": overpowering,
    "blind": blind,
    "memorising": memorising,
    "copying": copying,
    "unstable": unstable,
    "thrown-back": thrown_back,
    "stagnant": stagnant,
    "leak": leak,
}
