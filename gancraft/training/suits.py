"""Which method is taken where nobody names one: by the pictures and the machine, as the presets say what they suit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gancraft import defaults
from gancraft.errors import UsageError
from gancraft.interfaces import DataShape, Preset, Suit
from gancraft.plugins import Plugins
from gancraft.resolve import flatten


@dataclass(frozen=True)
class Given:
    """What there is. pictures: their number; shape: of each; device: what would compute; classes: whether they are to be
    learned, too."""

    pictures: int
    shape: DataShape
    device: Literal["cpu", "gpu"]
    classes: bool = False

    @property
    def points(self) -> bool:
        return (self.shape.height, self.shape.width) == (1, 1)

    def __str__(self) -> str:
        what = f"{self.pictures:,} points in the plane"
        if not self.points:
            what = f"{self.pictures:,} pictures of {self.shape.width}x{self.shape.height}"
        return f"{what} on a {self.device.upper()}"


@dataclass(frozen=True)
class Pick:
    """The method, and what to tell people: `method` is chosen for `given`, since `why`."""

    method: str
    given: Given
    why: str

    def __str__(self) -> str:
        return f"{self.method} is chosen for {self.given}: {self.why}"


def pick(plugins: Plugins, given: Given) -> Pick:
    """The preset of the lowest rank among those that suit, by name among equals. Where none does: the usual method, or if it
    isn't there the first in rank. Raises UsageError where there is no method at all."""
    known = sorted(
        ((suit.rank, entry.name, suit) for entry in plugins.entries for suit in _suits(plugins, entry.target)),
        key=lambda found: found[:2],
    )
    for _, name, suit in known:
        if suits(suit, given):
            return Pick(name, given, suit.why)
    why = "no method says that it suits these better"
    names = [name for _, name, suit in known if suit.points == given.points] or plugins.names("train")
    usual = [name for name in plugins.names("train") if name == defaults.TRAINING_METHOD]
    for name in [*usual, *names]:
        return Pick(name, given, why)
    raise UsageError("there is no training method: no plugin brings one, or all are blocked (see `gancraft plugins`)")


def suits(suit: Suit, given: Given) -> bool:
    """Whether all of it holds."""
    if suit.points or given.points:
        return suit.points and given.points
    side = max(given.shape.width, given.shape.height)
    fits = suit.pictures[0] <= given.pictures < suit.pictures[1] and suit.side[0] <= side < suit.side[1]
    return fits and suit.device in (None, given.device) and (suit.classes or not given.classes)


def _suits(plugins: Plugins, target: object) -> tuple[Suit, ...]:
    """What a preset suits; nothing where one of its parts isn't there, because its plugin is blocked, or doesn't work."""
    if not isinstance(target, Preset):
        return ()
    parts = {"generator": target.generator, "discriminator": target.discriminator, "loss": target.loss}
    own = flatten(target.defaults)
    return target.suits if all(_is_there(plugins, kind, name, own) for kind, name in parts.items()) else ()


def _is_there(plugins: Plugins, kind: str, name: str, defaults: Mapping[str, Any]) -> bool:
    """Whether a part is there, and the network that it sees through where it needs one; defaults: the preset's."""
    try:
        entry = plugins.get(kind, name)
        given = {key.removeprefix(f"{kind}."): value for key, value in defaults.items() if key.startswith(f"{kind}.")}
        plugins.seeing(entry, entry.options(**given))
    except Exception:  # a third party's options may raise anything; who names the preset is told what is wrong
        return False
    return True
