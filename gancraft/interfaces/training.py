"""Training: what the trainer is given. It knows networks by name and phases, nothing of generators and discriminators.

A `Trainable` says which networks there are and in which phases they learn: for a GAN a discriminator's phase and a
generator's, for an autoencoder one. Most plugins bring parts of a GAN instead (a generator, a discriminator, a loss) and a
`Preset` that names a set of them; the engine arranges these in phases.

Pictures are float32 in [-1, 1] in here, as in every paper on GANs, whose settings (penalties above all) suppose that range;
outside of training they are in [0, 1]. Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from gancraft.options import Options

if TYPE_CHECKING:
    from torch import Tensor, nn

    Networks = Mapping[str, nn.Module]


@dataclass(frozen=True)
class DataShape:
    """Size of every picture of a set. Points in the plane are 2x1x1."""

    channels: int  # 1 grey, 3 RGB, 4 RGBA
    height: int  # pixels
    width: int  # pixels
    classes: int = 0  # 0: without labels

    def __str__(self) -> str:
        if (self.channels, self.height, self.width) == (2, 1, 1):
            return "points in the plane"
        kind = {1: "grey", 3: "RGB", 4: "RGBA"}.get(self.channels, f"{self.channels} channels")
        return f"{self.width}x{self.height} {kind}" + (f" in {self.classes} classes" if self.classes else "")


@dataclass(frozen=True)
class Plan:
    """What a run is to be, for those who arrange it."""

    shape: DataShape  # of every picture
    pictures: int  # to be seen in all, by the first phase
    batch: int  # over all processes
    data: int = 0  # pictures in the set


@dataclass(frozen=True)
class Stage:
    """A stretch of a run in which the networks keep their structure. Counted in pictures seen."""

    start: int = 0  # pictures seen when it begins
    fade: int = 0  # pictures over which what is new fades in
    batch: int | None = None  # instead of the plan's
    title: str = ""  # "16x16"
    times: int = 1  # as many times the plan's batch, where there is none of its own

    def pictures(self, plan: Plan) -> int:
        """A step's pictures, over all processes, in a run of this `plan`."""
        return self.batch or self.times * plan.batch


@dataclass(frozen=True)
class Batch:
    """Real pictures for one step of one phase."""

    x_NCHW: Tensor
    labels_N: Tensor | None = None


class Random(Protocol):
    """Random numbers for a batch. With several processes each gets its own rows of what one process would have drawn.

    Noise that isn't drawn through it (dropout in a network) comes from torch's default generator, which the engine seeds,
    saves and restores.
    """

    def normal(self, n: int, *shape: int) -> Tensor:
        """n x shape, standard normal, float32."""
        ...

    def uniform(self, n: int, *shape: int) -> Tensor:
        """n x shape, in [0, 1), float32."""
        ...

    def integers(self, n: int, high: int) -> Tensor:
        """n, int64 in [0, high)."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a loss returns. Every tensor is a scalar; `state` may hold any shape.

    parts: summed and minimised. state: new values of the named state that was given; names left out stay as they are. With
    several processes the engine averages it, so that all decide alike. seen: worth watching, not minimised.
    """

    parts: Mapping[str, Tensor]
    state: Mapping[str, Tensor] = field(default_factory=dict)
    seen: Mapping[str, Tensor] = field(default_factory=dict)


# A pure function of networks by name, a batch of reals, the named state, and random numbers. Nothing is kept between calls;
# it must not change a tensor in place and not read a value (`item`), so that it can be compiled and captured.
PhaseLoss = Callable[["Networks", Batch, Mapping[str, "Tensor"], Random], Outcome]


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba 2015) for one phase. rate: before any schedule of the run."""

    rate: float = 2e-4
    beta1: float = 0.0  # decay of the mean gradient, 0 to 1
    beta2: float = 0.99  # decay of the mean square, 0 to 1
    eps: float = 1e-8  # keeps the division finite


@dataclass(frozen=True)
class Phase:
    """Networks that learn together, by one loss; all others are frozen meanwhile. Phases with the same `learns` share an
    optimiser, whose settings are those of the first."""

    name: str  # in logs and the report; unique in a run
    learns: tuple[str, ...]
    loss: PhaseLoss
    optimiser: Adam = Adam()
    steps: int = 1  # in a row, each with a batch of its own
    every: int = 1  # rounds from one time to the next
    data: bool = True  # whether it takes new pictures; if not it is given those of the phase before
    # Read before each step from the named state as numbers, averaged over processes; True leaves the step out.
    # It makes the device wait at every step: None where it isn't needed.
    skip: Callable[[Mapping[str, float]], bool] | None = None
    # Whether its loss holds gradients itself, as penalties do. Large pictures then cost compiled code too much.
    second_order: bool = False


class Trainable(ABC):
    """Anything that the trainer can train. Made with its options and the plan of the run."""

    # The network that makes pictures: a `gancraft.Generator`. A running average of it is kept and saved as the model.
    sampler: str = "generator"
    # Whether the sampler makes its pictures out of other pictures instead of latents. Then it is any module that is called
    # with pictures NCHW in [-1, 1] and gives as many of the same size; sheets show held-out pictures and what it makes of
    # them.
    repaints: ClassVar[bool] = False

    def __init__(self, options: Options, plan: Plan):
        self.options, self.plan = options, plan

    @abstractmethod
    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, new and initialised from torch's default generator, on the CPU."""

    def fixed(self) -> dict[str, nn.Module]:
        """Networks that never learn, which losses look through: phases are given them beside the others, by name. They are
        made anew when a run goes on, and are in no checkpoint."""
        return {}

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The phases of a round, in their order. Asked for again after `at_rung`."""

    def state(self) -> dict[str, Tensor]:
        """The named state of the losses at the start, on the CPU."""
        return {}

    def half_life(self) -> float:
        """Pictures after which half of the sampler's running average is new; 0: the average is the network itself."""
        return 10_000.0

    def stages(self) -> Sequence[Stage]:
        """Stages of a run that grows; the first starts at 0."""
        return (Stage(),)

    def enter(self, networks: Networks, stage: int) -> None:  # noqa: B027 - most don't grow
        """Bring networks that are at the stage before to `stage`: they may gain parameters. Called for the averaged
        sampler too, under its own name, and again when a run is resumed."""

    def fade(self, networks: Networks, amount: float) -> None:  # noqa: B027
        """Set the amount, 0 to 1, to which what is new has faded in: write it into a buffer. Called before every round that
        fades."""

    def knobs(self, pictures: int) -> Mapping[str, float]:
        """Values of the named state that go by a schedule, after so many pictures seen; written into it before every
        round."""
        return {}

    def scores(self, networks: Networks, x_NCHW: Tensor, labels_N: Tensor | None) -> Tensor | None:
        """How real pictures look to whoever judges them, N; None where nobody does. For the held-out gap."""
        return None

    def judged(self, networks: Networks, x_NCHW: Tensor) -> Mapping[str, Tensor]:
        """How well a sampler that repaints does on pictures that it doesn't learn from: scalars by name, for the curves.
        networks: the averaged sampler by its own name, and the fixed ones. `distance` is what decides which moment of the run
        is the best, and whether it still gets better: 0 is perfect, about 100 a picture that was left as it is."""
        return {}

    def curves(self) -> Mapping[str, str]:
        """What its losses and the other numbers of its own mean: a sentence for each by name, for the report, in the order in
        which they are shown."""
        return {}

    def health(self) -> LossHealth:
        """How the losses' values are to be read."""
        return LossHealth()

    def remedies(self) -> Sequence[str]:
        """What can be done against trouble, mildest first, one line each; the engine's own last step comes after them."""
        return ()

    def at_rung(self, rung: int) -> None:  # noqa: B027
        """Apply the first `rung` remedies, and no other; `phases` is asked for again."""


@dataclass(frozen=True)
class LossHealth:
    """How values of an adversarial loss are to be read; None where a loss gives no sign.

    overpowering: a discriminator loss below this means that the generator gets no more gradient.
    blind: about this discriminator loss means that it tells nothing apart.
    sign: whether the sign of a logit means real or fake (not so for relativistic losses, where only differences count).
    """

    overpowering: float | None = None
    blind: float | None = None
    sign: bool = False


class AdversarialLoss(ABC):
    """What a discriminator and a generator want of each other's logits. Pure functions; penalties are the engine's.

    paired: whether the generator's loss looks at reals too. penalties: weights used unless told otherwise, of `r1`, `r2`
    (zero-centred, Mescheder et al. 2018) and `gradient` (one-centred between real and fake, Gulrajani et al. 2017).
    """

    paired: ClassVar[bool] = False
    penalties: ClassVar[Mapping[str, float]] = {}
    health: ClassVar[LossHealth] = LossHealth()

    def __init__(self, options: Options):
        self.options = options

    @abstractmethod
    def discriminator(self, real_N: Tensor, fake_N: Tensor) -> Tensor:
        """Scalar: the mean over the batch of what the discriminator minimises. Logits are float32."""

    @abstractmethod
    def generator(self, fake_N: Tensor, real_N: Tensor | None = None) -> Tensor:
        """Scalar: the mean over the batch of what the generator minimises; reals are given to paired losses."""


@dataclass(frozen=True)
class Suit:
    """Data and a machine for which a preset is the right choice where nobody names one: it suits if all of this holds.

    why: ends the sentence "NAME is chosen: …"; what it does better than others there, as was measured. pictures: in the set,
    from the first number to below the second. side: of the pictures' longer side in pixels, likewise. points: whether it is
    for points in the plane instead of pictures. device: "cpu", "gpu", or None for any. rank: of several that suit the lowest
    is chosen. classes: whether it is for data with classes, too.
    """

    why: str
    pictures: tuple[float, float] = (0, math.inf)
    side: tuple[float, float] = (0, math.inf)
    points: bool = False
    device: Literal["cpu", "gpu"] | None = None
    rank: int = 100
    classes: bool = True


@dataclass(frozen=True)
class Preset:
    """A set of parts that belong together, with settings that suit them: what `gancraft train --plugin` picks.

    defaults: settings by name or `part.name` (parts: train, data, learn, gan, augment, generator, discriminator, loss, …),
    weaker than anything that a person says. suits: what it is the right choice for; without any it must be named.
    """

    generator: str
    discriminator: str
    loss: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    suits: tuple[Suit, ...] = ()
