"""What can go wrong, said so that a person can mend it: one line that names the thing and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GancraftError(Exception):
    """A run failed for a reason that is not a bug; the message is one line, shown without a traceback."""

    exit_code = 1


class UsageError(GancraftError):
    """What was asked for can't be: an unknown name, a value out of range, an input that isn't there."""

    exit_code = 2


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` where a known name is close to `name`, for the end of a message; else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def hint(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` where a known word is close, for the middle of a sentence; else nothing."""
    asked = did_you_mean(word, known).removeprefix(", ")
    return f" ({asked})" if asked else ""
