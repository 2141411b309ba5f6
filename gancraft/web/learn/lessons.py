"""What can go wrong between two networks, and what mends it: the lesson as data. Every entry was run with several seeds, and
shows what its words say.

Settings are the engine's, or a loss's own; what isn't said is as the method has it. docs/why-gans-fail.md tells the same with
commands and figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gancraft.errors import UsageError
from gancraft.plugins import Plugins, Registered
from gancraft.training.choice import TrainChoice, resolve_train

SOURCE = "sample:ring"
CAPABILITY = "points"  # of a training method whose networks make and judge points in the plane
FRAMES = 120  # sheets of a run
LOOKS = 50  # at its health
SHEET = "16x16"  # points of a sheet: 256

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Cure:
    """A switch for a situation. name: in the API; says: what it does, and what is to be seen; settings: over the
    situation's."""

    name: str
    title: str
    says: str
    settings: Settings


@dataclass(frozen=True)
class Situation:
    """name: in the API; story: what goes on; look: where to look."""

    name: str
    title: str
    story: str
    look: str
    settings: Settings
    cures: Sequence[Cure] = ()

    def cure(self, name: str) -> Cure:
        """Raises UsageError for one that this situation doesn't have."""
        for cure in self.cures:
            if cure.name == name:
                return cure
        there = ", ".join(cure.name for cure in self.cures)
        raise UsageError(f"cure: there is no '{name}' for {self.name}; there are: {there}")


_NONE = "none"


def _nothing(title: str, says: str) -> Cure:
    return Cure(_NONE, title, says, {})


SITUATIONS = (
    Situation(
        "fair",
        "A fair game",
        "Both networks learn at the same pace. In a few seconds the orange points spread out, find the ring and settle on "
        "all eight heaps.",
        "The line between blue and sand: wherever points are missing, the discriminator paints blue, and that is where the "
        "generator goes next. In the end there is little colour left: the discriminator can only guess.",
        {"pictures": 64_000},
        (
            _nothing(
                "Play as it is", "Good settings: equal rates, no momentum, and a penalty (R1) on a steep judgement."
            ),
        ),
    ),
    Situation(
        "collapse",
        "Mode collapse",
        "The generator takes five steps for each one of the discriminator. It finds a place that is judged real and puts "
        "all its points there; once the discriminator has learned that, it jumps to the next.",
        "All points hang together in one lump that wanders from heap to heap. Diversity is low most of the time, and the "
        "distance goes up and down. The background is nearly white: the judge never catches up.",
        {
            "pictures": 64_000,
            "learn.schedule": "constant",
            "gan.beta1": 0.5,
            "gan.generator_steps": 5,
            "gan.r1": 0.0,
            "gan.average": 0.0,
        },
        (
            _nothing("None: let it happen", "Watch the lump: it is never in two places for long."),
            Cure(
                "equal_steps",
                "One step each",
                "The cause is taken away. The points come round the whole ring, and stay.",
                {"gan.generator_steps": 1},
            ),
            Cure(
                "five_each",
                "Five steps each",
                "It is not the number of steps that hurts but who takes more of them: five against five is fair again.",
                {"gan.discriminator_steps": 5},
            ),
            Cure(
                "no_momentum",
                "No momentum",
                "Adam without a memory of old directions (beta1 = 0). At first it swings like before, then it ends round the "
                "ring, although the steps are still five to one.",
                {"gan.beta1": 0.0},
            ),
            Cure(
                "penalty",
                "A penalty on steepness (R1)",
                "A cure for other troubles, not for this one: the lump stays. A cure treats a cause.",
                {"gan.r1": 1.0},
            ),
        ),
    ),
    Situation(
        "overpowered",
        "The discriminator wins",
        "The generator learns three hundred times slower, by the loss of the first paper on GANs. The discriminator soon "
        "knows every answer; then its judgement is flat where the orange points are, and gives them no direction.",
        "Full colours with a sharp line around the orange points, which stand still. The discriminator's loss sinks to "
        "zero, and separation sticks at 1: it is never wrong.",
        {
            "pictures": 128_000,
            "gan.r1": 0.0,
            "gan.generator_rate": 1e-5,
            "loss.saturating": True,
        },
        (
            _nothing(
                "None: let it happen",
                "Nothing seems to happen, and that is the point. (Once in ten seeds, as with 4, the first points lie so "
                "near a heap that the discriminator is left in doubt.)",
            ),
            Cure(
                "rest",
                "The discriminator rests while it is ahead",
                "It leaves its step out while its loss is below 0.5. The colours stay soft, and the points begin to move: "
                "slowly, since their rate is still low.",
                {"gan.skip_below": 0.5},
            ),
            Cure(
                "penalty",
                "A penalty on steepness (R1)",
                "The judgement has to rise gently from sand to blue, so there is a slope to climb wherever the points are. "
                "They spread towards the ring.",
                {"gan.r1": 0.1},
            ),
            Cure(
                "other_goal",
                "Another goal for the generator",
                "It raises the chance of being taken for real instead of lowering that of being caught: the same wish, but "
                "with a strong push while it is losing. The points move, though not always all round.",
                {"loss.saturating": False},
            ),
            Cure(
                "balance",
                "The same rate for both",
                "The other cures give the generator its slope back. This one takes the cause away: the points arrive on all "
                "eight heaps.",
                {"gan.generator_rate": 3e-3},
            ),
        ),
    ),
    Situation(
        "hot",
        "Too high a rate",
        "Both networks learn ten times too fast: each step jumps over what it aims at.",
        "Points and colours thrash about. The distance goes up and down and doesn't fall, and no picture is like the one "
        "before.",
        {
            "pictures": 112_000,
            "learn.schedule": "constant",
            "gan.generator_rate": 0.03,
            "gan.discriminator_rate": 0.03,
        },
        (
            _nothing("None: let it happen", "It may come near the ring by luck, and loses it again."),
            Cure(
                "sudden_drop",
                "A sudden drop of the rates",
                "After four tenths of the run the rates drop to a tenth. The same two networks calm down and find all eight "
                "heaps: watch the distance fall from there on.",
                {"learn.schedule": "step", "learn.drop_at": 0.4, "learn.drop": 0.1},
            ),
            Cure(
                "slowly_down",
                "Rates that go down slowly",
                "A cosine from far too high to almost nothing: wild at first, then better and better.",
                {"learn.schedule": "cosine", "learn.final": 0.01},
            ),
            Cure(
                "low_rate",
                "A lower rate from the start",
                "A tenth of it all the time: the fair game again.",
                {"gan.generator_rate": 3e-3, "gan.discriminator_rate": 3e-3},
            ),
        ),
    ),
)


def playground(plugins: Plugins) -> tuple[Registered | None, list[Situation]]:
    """The first training method that makes points in the plane, and the situations that its parts have settings for; none
    where no such method is installed."""
    for entry in plugins.entries:
        if entry.kind == "train" and entry.can(CAPABILITY):
            return entry, [one for one in SITUATIONS if _plays(plugins, entry, one)]
    return None, []


def find(situations: Sequence[Situation], name: str) -> Situation:
    """Raises UsageError for one that isn't there."""
    for situation in situations:
        if situation.name == name:
            return situation
    there = ", ".join(situation.name for situation in situations)
    raise UsageError(f"situation: there is no '{name}'; there are: {there}")


def resolved(plugins: Plugins, method: Registered, situation: Situation, cure: Cure, seed: int) -> TrainChoice:
    """What is trained. Raises UsageError where the method has no such setting."""
    own = {"plugin": method.name, "seed": seed, "keep.sheet": SHEET}
    return resolve_train(plugins, [{**situation.settings, **cure.settings, **own}])


def watched(plugins: Plugins, choice: TrainChoice) -> TrainChoice:
    """The same with as many sheets and looks as make a film and a curve. None of it changes what the networks learn."""
    pictures, few = choice.settings.pictures, 4 * choice.settings.batch
    every = {"keep.sheet_every": max(few, pictures // FRAMES), "health.look_every": max(few, pictures // LOOKS)}
    # A graphics card would take longer, for networks as small as these.
    beside = {"device": "cpu", "keep.checkpoints": 1, "keep.checkpoint_every": 1e6}
    return resolve_train(plugins, [{**every, **beside}, choice.to_dict()])


def _plays(plugins: Plugins, method: Registered, situation: Situation) -> bool:
    try:
        for cure in situation.cures:
            resolved(plugins, method, situation, cure, 0)
    except UsageError:
        return False
    return True
