"""Checks of everything that is registered: what people are told of it, and its options."""

from __future__ import annotations

from gancraft.errors import hint
from gancraft.interfaces import Preset
from gancraft.options import settings
from gancraft.plugins.catalogue import CAPABILITIES, WORDS
from gancraft.testing.core import NotForThis, Subject, check, expect

LONGEST = 120


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


@check("Every capability that it is registered with is one that there is for its kind of thing.")
def known_capabilities(subject: Subject) -> None:
    entry = subject.thing
    known = CAPABILITIES.get(entry.kind, ())
    unknown = [f"'{word}'{hint(word, known)}" for word in sorted(entry.capabilities.difference(known))]
    there = f"a {WORDS.get(entry.kind, entry.kind)} can have {', '.join(known) or 'none'}"
    expect(not unknown, f"{', '.join(unknown)}; {there}.")
