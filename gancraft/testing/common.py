"""Checks of everything that is registered: what people are told of it, and its options."""

from __future__ import annotations

from gancraft.errors import hint
from gancraft.interfaces import Preset, StyleLoss
from gancraft.options import settings
from gancraft.plugins import Registered
from gancraft.plugins.catalogue import CAPABILITIES, WORDS
from gancraft.resolve import Part
from gancraft.style.choice import FILM, RUNNERS, STYLE, runner_of
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.training.choice import ENGINE, GAN, ROLES, TRAIN
from gancraft.training.style_choice import STYLE_TRAIN

LONGEST = 120
# By kind: the engine's settings that are in use with it, but for those of a style method's runner.
BESIDE: dict[str, tuple[Part, ...]] = {
    "style": (STYLE, FILM),
    "network": (STYLE, RUNNERS[StyleLoss], FILM, STYLE_TRAIN, *ENGINE),
    "train": (TRAIN, *ENGINE),
    "train-style": (STYLE_TRAIN, *ENGINE),
    **dict.fromkeys(ROLES, (TRAIN, *ENGINE, *GAN)),
}


@check(f"The summary is one sentence of at most {LONGEST} characters that ends with a full stop.")
def summary(subject: Subject) -> None:
    text = subject.thing.summary
    expect(text.endswith((".", "!", "?")), f"'{text}', which ends without one.")
    expect(len(text) <= LONGEST, f"{len(text)} characters.")


@check("The class or function has a docstring of its own.")
def docstring(subject: Subject) -> None:
    target = subject.thing.load()
    if isinstance(target, Preset):
        raise NotForThis("a preset is told by its summary")
    expect(bool((target.__doc__ or "").strip()), f"{getattr(target, '__qualname__', target)} has none.")


@check("Every option has a default, one sentence of help, and if it is a number both bounds.")
def options(subject: Subject) -> None:
    for setting in settings(subject.thing.options):
        expect(setting.help.rstrip().endswith((".", "!", "?")), f"the help of '{setting.name}' is no sentence.")
        if setting.type in (int, float):
            bounded = setting.minimum is not None and setting.maximum is not None
            expect(bounded, f"'{setting.name}' has no {'ge' if setting.minimum is None else 'le'}.")
    subject.thing.options()  # defaults within their bounds; raises where they aren't


@check("No option has the name of a setting of the engine's that is in use with it.")
def option_names(subject: Subject) -> None:
    own = {setting.name for setting in settings(subject.thing.options)}
    taken = [
        f"'{name}', which the part '{part.name}' has"
        for part in _beside(subject.thing)
        for name in part.settings()
        if name in own
    ]
    expect(not taken, f"{', '.join(taken)}; choose another name.")


def _beside(entry: Registered) -> tuple[Part, ...]:
    """The engine's parts that have settings where this is used."""
    parts = BESIDE.get(entry.kind, ())
    runner = runner_of(entry) if entry.kind == "style" else None
    return parts if runner is None else (*parts, runner)


@check("Every capability that it is registered with is one that there is for its kind of thing.")
def known_capabilities(subject: Subject) -> None:
    entry = subject.thing
    known = CAPABILITIES.get(entry.kind, ())
    unknown = [f"'{word}'{hint(word, known)}" for word in sorted(entry.capabilities.difference(known))]
    there = f"a {WORDS.get(entry.kind, entry.kind)} can have {', '.join(known) or 'none'}"
    expect(not unknown, f"{', '.join(unknown)}; {there}.")
