"""Checks of a `Preset`, which `gancraft train --plugin` picks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gancraft.interfaces import Preset, Suit
from gancraft.options import Options
from gancraft.plugins import Registered
from gancraft.testing.core import Broken, Subject, check, expect, hint
from gancraft.testing.runs import fitting, trained_and_sampled
from gancraft.training.choice import ENGINE, GAN, TRAIN

ROLES = ("generator", "discriminator", "loss")


@check("Its generator, discriminator and loss are registered, by itself or by another plugin.")
def parts(subject: Subject) -> None:
    for role in ROLES:
        _part(subject, role)


@check(
    "Its settings are those of the run, the engine or its parts, written `part.name` where two have them, within bounds."
)
def settings(subject: Subject) -> None:
    models: dict[str, type[Options]] = {part.name: part.model for part in (TRAIN, *ENGINE, *GAN)}
    models |= {role: _part(subject, role).options for role in ROLES}
    given: dict[str, dict[str, Any]] = {part: {} for part in models}
    for name, value in _preset(subject).defaults.items():
        part, _, setting = name.rpartition(".")
        owners = [part] if part in models else [p for p, model in models.items() if setting in model.model_fields]
        expect(len(owners) < 2, f"'{name}' is a setting of {', '.join(owners)}; write one of them before it.")
        there = bool(owners) and setting in models[owners[0]].model_fields
        expect(there, f"there is no setting '{name}'{_hint(name, models)}.")
        given[owners[0]][setting] = value
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


def _hint(name: str, models: Mapping[str, type[Options]]) -> str:
    """` (did you mean 'x'?)` for a misspelt setting, or the name of its part."""
    part, _, setting = name.rpartition(".")
    if part in models:
        return hint(setting, models[part].model_fields)
    settings = [(part, setting) for part, model in models.items() for setting in model.model_fields]
    return hint(name, [setting for _, setting in settings] + [".".join(each) for each in settings])
