"""The rungs of a GAN's ladder of remedies: settings that stand instead of the given ones, mildest first."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gancraft.interfaces import DataShape
from gancraft.training.settings import AugmentOptions, GanOptions

PENALTY = 1.0  # R1 where there was no penalty at all
GENTLE = ["colour", "translation"]


class Rungs:
    """Settings at each rung. Rung 0 is what was asked for; each further one keeps those below it."""

    def __init__(self, gan: GanOptions, augment: AugmentOptions, weights: Mapping[str, float], shape: DataShape):
        """weights: the loss's own penalties, which the options may override."""
        own = {name: getattr(gan, name) for name in ("r1", "r2", "gradient")}
        weights = {n: weights.get(n, 0.0) if value is None else value for n, value in own.items()}
        if (
            gan.penalty_size
        ):  # a gradient's square goes with the number of pixels (Karras et al. 2020, appendix C), or more
            share = (math.sqrt(shape.height * shape.width) / gan.penalty_size) ** gan.penalty_growth
            weights = {n: value * share if n in ("r1", "r2") else value for n, value in weights.items()}
        self._steps = [(gan, augment, {name: value for name, value in weights.items() if value > 0})]
        self.sentences: list[str] = []
        self._even()
        if min(shape.height, shape.width) > 1:
            self._augment(augment)
        self._penalise()
        self._penalise()

    def at(self, rung: int) -> tuple[GanOptions, AugmentOptions, dict[str, float]]:
        return self._steps[max(0, min(rung, len(self._steps) - 1))]

    def _even(self) -> None:
        gan, augment, weights = self._steps[-1]
        if gan.generator_steps > gan.discriminator_steps:
            self._steps.append((gan.model_copy(update={"generator_steps": gan.discriminator_steps}), augment, weights))
            self.sentences.append(
                f"the generator takes no more steps than the discriminator: {gan.discriminator_steps}"
            )

    def _augment(self, now: AugmentOptions) -> None:
        gan, _, weights = self._steps[-1]
        if now.augment == "none":
            change: dict[str, object] = {"augment": "diffaugment", "policy": GENTLE, "probability": 1.0}
            self.sentences.append("what the discriminator sees is augmented: colour, translation")
        elif now.augment == "diffaugment" and (now.policy is not None and "cutout" not in now.policy):
            change = {"policy": [*now.policy, "cutout"]}
            self.sentences.append("augmentation gains cutout")
        else:
            return
        self._steps.append((gan, now.model_copy(update=change), weights))

    def _penalise(self) -> None:
        gan, augment, weights = self._steps[-1]
        if weights:
            weights = {name: 2 * weight for name, weight in weights.items()}
            strengths = ", ".join(f"{name} {weight:g}" for name, weight in weights.items())
            self.sentences.append(f"gradient penalties become twice as strong: {strengths}")
        else:
            weights = {"r1": PENALTY}
            self.sentences.append(f"the discriminator's gradient on reals is penalised: r1 {PENALTY:g}")
        self._steps.append((gan, augment, weights))
