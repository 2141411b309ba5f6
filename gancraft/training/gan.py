"""A GAN as phases: a discriminator's and a generator's, from parts that may come from different plugins.

Shape suffixes: N = pictures of the batch, C = channels, H, W = height, width. Pictures are in [-1, 1].
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import (
    Adam,
    AdversarialLoss,
    Batch,
    LossHealth,
    Outcome,
    Phase,
    Plan,
    Random,
    Stage,
    Trainable,
)
from gancraft.models import Discriminator, Generator, Output, StyledGenerator
from gancraft.options import Options
from gancraft.plugins import Registered
from gancraft.training import augment, penalties
from gancraft.training.judging import as_list, each, floats, judged, separation
from gancraft.training.rungs import Rungs
from gancraft.training.settings import AugmentOptions, GanOptions

Networks = Mapping[str, nn.Module]


class Gan(Trainable):
    """Generator and discriminator in alternation (Goodfellow et al. 2014): the discriminator is shown reals and fakes and
    moved by its loss, then the generator by the discriminator's opinion of new fakes, through frozen weights."""

    options: GanOptions

    def __init__(self, roles: Mapping[str, Registered], options: Mapping[str, Options], plan: Plan):
        super().__init__(options["gan"], plan)
        self.roles, self.all_options = roles, options
        self.loss: AdversarialLoss = roles["loss"].create(options["loss"])
        given = cast(AugmentOptions, options["augment"])
        self.rungs = Rungs(self.options, given, self.loss.penalties, plan.shape)
        self.at_rung(0)

    def networks(self) -> dict[str, nn.Module]:
        shape = self.plan.shape
        generator = self.roles["generator"].create(self.all_options["generator"], shape)
        discriminator = self.roles["discriminator"].create(self.all_options["discriminator"], shape)
        for role, network, base in (
            ("generator", generator, Generator),
            ("discriminator", discriminator, Discriminator),
        ):
            if not isinstance(network, base):
                raise GancraftError(
                    f"plugin {self.roles[role].plugin}: {self.roles[role].name} must be a gancraft.{base.__name__}"
                )
        self._check(generator, discriminator)
        self._stages, self._stage = generator.stages(self.plan.pictures), 0
        if self.options.path_length > 0 and not isinstance(generator, StyledGenerator):
            name = self.roles["generator"].name
            raise UsageError(
                f"--path-length: generator {name} has no styles between latents and pictures; leave it at 0"
            )
        if self.options.spectral_norm:
            bound(discriminator)
        self._freeze(discriminator)
        return {"generator": generator, "discriminator": discriminator}

    def phases(self) -> Sequence[Phase]:
        options, every = self.now, self.now.penalty_every
        shared = {"beta1": options.beta1, "beta2": options.beta2}
        adam = Adam(options.discriminator_rate, **shared)
        penalised = bool(self.weights)
        lazy = penalised and every > 1
        skip = (lambda state: state["discriminator"] < options.skip_below) if options.skip_below > 0 else None
        always = penalised and not lazy
        play, steps = partial(self._discriminator, penalise=always), options.discriminator_steps
        phases = [Phase("discriminator", ("discriminator",), play, adam, steps=steps, skip=skip, second_order=always)]
        if lazy:
            phases.append(Phase("penalty", ("discriminator",), self._penalty, adam, every=every, second_order=True))
        wants_data = self.loss.paired or self.plan.shape.classes > 0 or options.skip_below > 0
        phases.append(
            Phase(
                "generator",
                ("generator",),
                self._generator,
                Adam(options.generator_rate, **shared),
                steps=options.generator_steps,
                data=wants_data,
            )
        )
        if options.path_length > 0:
            adam = Adam(options.generator_rate, **shared)
            every = options.path_every
            phases.append(Phase("path", ("generator",), self._path, adam, every=every, data=False, second_order=True))
        return phases

    def state(self) -> dict[str, Tensor]:
        start = 0.0 if self.augmented.augment == "ada" else self.augmented.probability
        state = {"augment": start, "noise": 0.0, "discriminator": 1e9, "penalty": 1.0, "path": 0.0}
        return {**{name: torch.tensor(value) for name, value in state.items()}, **augment.ada_state()}

    def knobs(self, pictures: int) -> dict[str, float]:
        options = self.now
        gone = options.noise_until * self.plan.pictures
        share, final = min(1.0, pictures / self.plan.pictures), options.penalty_final
        knobs = {
            "noise": options.instance_noise * max(0.0, 1 - pictures / gone),
            "penalty": final + (1 - final) * (1 + math.cos(math.pi * share)) / 2,
        }
        if self.augmented.augment != "ada":
            risen = min(1.0, share / self.augmented.rise) if self.augmented.rise else 1.0
            knobs["augment"] = self.augmented.probability * risen
        return knobs

    def half_life(self) -> float:
        return self.options.average

    def stages(self) -> Sequence[Stage]:
        return self._stages

    def enter(self, networks: Networks, stage: int) -> None:
        self._stage = stage
        for network in networks.values():
            cast(Generator, network).grow(stage)
        if self.options.spectral_norm and "discriminator" in networks:
            bound(networks["discriminator"])
        if "discriminator" in networks:
            self._freeze(networks["discriminator"])

    def fade(self, networks: Networks, amount: float) -> None:
        for network in networks.values():
            cast(Generator, network).fade(amount)

    def scores(self, networks: Networks, x_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        generator, discriminator = _pair(networks)
        logits: Tensor = discriminator(generator.reals(x_NCHW), labels_N)
        return logits.float()

    def health(self) -> LossHealth:
        return self.loss.health

    def remedies(self) -> Sequence[str]:
        return self.rungs.sentences

    def at_rung(self, rung: int) -> None:
        self.now, self.augmented, weights = self.rungs.at(rung)
        self.weights = {name: weight for name, weight in weights.items() if weight}
        policy = augment.policy_of(self.augmented)
        augment.check(self.plan.shape, policy)
        self.augment = augment.Augment(policy) if policy else None

    # The losses: pure functions of what they are given.

    def _discriminator(
        self, networks: Networks, batch: Batch, state: Mapping[str, Tensor], random: Random, *, penalise: bool
    ) -> Outcome:
        """Equation 1 of Goodfellow et al. 2014 and its successors: reals up, fakes down, gradients bounded."""
        generator, discriminator = _pair(networks)
        n, labels_N = len(batch.x_NCHW), batch.labels_N
        with torch.no_grad():
            fake = floats(generator.fakes(random, n, labels_N))
        real = generator.reals(batch.x_NCHW)
        weights = self.weights if penalise else {}
        real = penalties.tracked(real, discriminator) if "r1" in weights else real
        fake = penalties.tracked(fake, discriminator) if "r2" in weights else fake
        show = partial(self._shown, discriminator, labels_N, state, random)
        shown = show(real), show(fake)
        real_N, fake_N = judged(
            discriminator, *shown, labels_N, apart=bool(weights) and not {"r1", "r2"} <= weights.keys()
        )
        parts = {"discriminator": self.loss.discriminator(real_N, fake_N)}
        if weights:
            weights = self._weighted(weights, state)
            parts |= penalties.parts(weights, discriminator, (real, fake), shown, (real_N, fake_N), labels_N, random)
        parts |= discriminator.auxiliary(shown[0], random)
        apart = separation(real_N, fake_N)
        new = {"discriminator": parts["discriminator"].detach()}
        sign = torch.sign(real_N).mean() if self.loss.health.sign else 2 * apart - 1
        if self.augmented.augment == "ada":
            step = self._stages[self._stage].pictures(self.plan)
            new |= augment.ada_step(state, sign.detach(), step, self.augmented)
        seen = {"separation": apart, "sign": sign, "real": real_N.mean(), "fake": fake_N.mean()}
        if self.augment is not None:
            seen["augment"] = state["augment"]
        return Outcome(parts, new, {name: value.detach() for name, value in seen.items()})

    def _penalty(self, networks: Networks, batch: Batch, state: Mapping[str, Tensor], random: Random) -> Outcome:
        """The penalties alone, every so often and as much stronger (lazy regularisation, Karras et al. 2020)."""
        generator, discriminator = _pair(networks)
        labels_N = batch.labels_N
        stronger = self.now.penalty_every * self.now.discriminator_steps
        weights = {name: weight * stronger for name, weight in self._weighted(self.weights, state).items()}
        real = penalties.tracked(generator.reals(batch.x_NCHW), discriminator)
        show = partial(self._shown, discriminator, labels_N, state, random)
        seen = show(real)
        real_N = discriminator(seen, labels_N).float()
        if weights.keys() == {"r1"}:  # fakes that nobody looks at would cost time, and random numbers
            return Outcome(penalties.parts(weights, discriminator, (real,), (seen,), (real_N,), labels_N, random))
        with torch.no_grad():
            fake = floats(generator.fakes(random, len(batch.x_NCHW), labels_N))
        fake = penalties.tracked(fake, discriminator)
        shown = seen, show(fake)
        fake_N = discriminator(shown[1], labels_N).float() if "r2" in weights else real_N
        return Outcome(penalties.parts(weights, discriminator, (real, fake), shown, (real_N, fake_N), labels_N, random))

    def _weighted(self, weights: Mapping[str, float], state: Mapping[str, Tensor]) -> dict[str, Any]:
        """Where the weights of the penalties go down in the course of a run."""
        if self.now.penalty_final == 1:
            return dict(weights)
        return {n: value * state["penalty"] if n in ("r1", "r2") else value for n, value in weights.items()}

    def _generator(self, networks: Networks, batch: Batch, state: Mapping[str, Tensor], random: Random) -> Outcome:
        generator, discriminator = _pair(networks)
        labels_N = batch.labels_N
        fake = generator.fakes(random, len(batch.x_NCHW), labels_N)
        show = partial(self._shown, discriminator, labels_N, state, random)
        fake_N = discriminator(show(floats(fake)), labels_N).float()
        real_N = None
        if self.loss.paired:
            with torch.no_grad():  # reals don't depend on the generator
                real_N = discriminator(show(generator.reals(batch.x_NCHW)), labels_N).float()
        parts = {"generator": self.loss.generator(fake_N, real_N)}
        if self.now.skip_below <= 0:
            return Outcome(parts)
        with torch.no_grad():  # a discriminator that rests must be measured here, or it would rest for ever
            if real_N is None:
                real_N = discriminator(show(generator.reals(batch.x_NCHW)), labels_N).float()
            return Outcome(parts, {"discriminator": self.loss.discriminator(real_N, fake_N)})

    def _path(self, networks: Networks, batch: Batch, state: Mapping[str, Tensor], random: Random) -> Outcome:
        """A step in the space of styles is to change the picture as much wherever it is taken (Karras et al. 2020, equation
        4): every so often, as much stronger, on half of the batch, and towards the running mean of the steps before."""
        generator, _ = _pair(networks)
        n = max(1, len(batch.x_NCHW) // 2)
        # Every other label, so that several processes have those that one would have.
        w_NKS = generator.mixed(random, n, None if batch.labels_N is None else batch.labels_N[::2][:n])
        lengths_N = penalties.path_lengths(generator, w_NKS, random)
        weight = self.now.path_length * self.now.path_every * self.now.generator_steps
        mean = lengths_N.mean().detach()
        new = {"path": torch.lerp(state["path"], mean, 0.01)}
        return Outcome({"path": weight * (lengths_N - state["path"]).square().mean()}, new, {"path length": mean})

    def _shown(
        self, discriminator: Any, labels_N: Tensor | None, state: Mapping[str, Tensor], random: Random, x: Output
    ) -> Output:
        """Pictures as the discriminator sees them: augmented and noisy. Those of a class that it compares change alike."""
        if self.augment is not None:
            drawn = self.augment.draw(len(as_list(x)[0]), random)
            if labels_N is not None and discriminator.together > 1:
                drawn = augment.alike_by_class(drawn, labels_N, discriminator.together)
            x = self.augment(x, drawn, state["augment"])
        if self.now.instance_noise > 0:
            x = each(x, lambda x_NCHW: x_NCHW + state["noise"] * random.normal(*x_NCHW.shape))
        return x

    def _freeze(self, discriminator: nn.Module) -> None:
        """Keep the lower layers as they are (FreezeD, Mo et al. 2020, section 3)."""
        lower, count = cast(Discriminator, discriminator).lower(), self.options.freeze
        if count > len(lower) and len(self._stages) == 1:  # one that grows may have more later
            name = self.roles["discriminator"].name
            some, instead = f"{len(lower)} layers", f"give at most {len(lower)}"
            if not lower:
                some, instead = "no layers", "leave --freeze out, or give --from a run whose discriminator has some"
            raise UsageError(f"--freeze {count}: discriminator {name} has {some} that can be kept; {instead}")
        for module in lower[:count]:
            module.requires_grad_(False)

    def _check(self, generator: Generator, discriminator: Discriminator) -> None:
        """See that the parts fit each other and the data, on two pictures."""
        shape, names = (
            self.plan.shape,
            "{} and {}".format(*(self.roles[r].name for r in ("generator", "discriminator"))),
        )
        mine, theirs = generator.stages(self.plan.pictures), discriminator.stages(self.plan.pictures)
        if [stage.start for stage in mine] != [stage.start for stage in theirs]:
            raise UsageError(f"--generator and --discriminator: {names} don't grow in step; take both from one plugin")
        z_NL = torch.zeros(2, generator.latent_size)
        labels_N = torch.zeros(2, dtype=torch.int64) if shape.classes else None
        real_NCHW = torch.zeros(2, shape.channels, shape.height, shape.width)
        training = generator.training, discriminator.training
        generator.eval(), discriminator.eval()
        try:
            with torch.no_grad():
                fake = generator(z_NL, labels_N)
                real = generator.reals(real_NCHW)
                if [tuple(x.shape) for x in as_list(fake)] != [tuple(x.shape) for x in as_list(real)]:
                    raise UsageError(f"--generator: {self.roles['generator'].name} doesn't make pictures of {shape}")
                logits = discriminator(fake, labels_N)
        except (RuntimeError, TypeError, ValueError, AttributeError) as error:
            reason = " ".join(str(error).split())[:120]
            raise UsageError(f"--generator and --discriminator: {names} don't fit each other ({reason})") from error
        finally:
            generator.train(training[0]), discriminator.train(training[1])
        if logits.dim() != 1 or len(logits) % 2:
            raise UsageError(
                f"--discriminator: {self.roles['discriminator'].name} must give one number for each picture"
            )


def bound(network: nn.Module) -> None:
    """Spectral norm (Miyato et al. 2018) on every layer with a weight matrix that learns and hasn't got it yet."""
    for module in network.modules():
        plain = isinstance(module, nn.Conv2d | nn.Linear) and "weight" in module._parameters
        if plain and module.weight.requires_grad:
            spectral_norm(module)


def _pair(networks: Networks) -> tuple[Any, Any]:
    return networks["generator"], networks["discriminator"]
