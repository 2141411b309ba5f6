"""Checks of a `Preset`, which `gancraft train --plugin` picks."""

from __future__ import annotations

from pydantic import ValidationError

from gancraft.interfaces import Preset, Suit
from gancraft.plugins import Registered
from gancraft.testing.core import Broken, Subject, check, expect
from gancraft.testing.runs import fitting, trained_and_sampled
from gancraft.training.choice import ROLES, preset_models
from gancraft.training.preset import sorted_out


@check("Its generator, discriminator and loss are registered, by itself or by another plugin.")
def parts(subject: Subject) -> None:
    for role in ROLES:
        _part(subject, role)


@check(
    "Its settings are those of the run, the engine or its parts, written `part.name` where two have them, within bounds."
)
def settings(subject: Subject) -> None:
    models = preset_models(subject.plugins, _preset(subject))
    given, strays = sorted_out(_preset(subject), models)
    expect(not strays, f"{strays[0] if strays else ''}.")
    for part, model in models.items():
        try:
            model(**given[part])
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join([part, *map(str, first["loc"])])
            raise Broken(f"'{name}' = {first.get('input')!r}: {first['msg'].lower()}.") from error


@check("What it suits is said in a sentence's end, `why`, without a full stop, and can be met.")
def suits(subject: Subject) -> None:
    for suit in _preset(subject).suits:
        expect(isinstance(suit, Suit) and bool(suit.why.strip()), "one has no `why`.")
        expect(not suit.why.rstrip().endswith("."), f"'{suit.why}'")
        for low, high in (suit.pictures, suit.side):
            expect(low < high, f"nothing is from {low} to below {high}.")


@check("The parts fit each other: it trains for two steps, and the model that is left makes pictures.")
def trains(subject: Subject) -> None:
    trained_and_sampled(subject, fitting(subject))


def _preset(subject: Subject) -> Preset:
    preset: Preset = subject.thing.load()
    return preset


def _part(subject: Subject, role: str) -> Registered:
    return subject.plugins.get(role, getattr(_preset(subject), role))
