"""What the tab's label says, and what the engine says to people at a terminal, said to people at a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from gancraft.web.controls import title
from gancraft.web.errors import error, friendly, placeless
from gancraft.web.label import Sayings

SAYINGS = Sayings(
    idle=("Your network's pictures will hang here", "Choose what it is to learn from, then train."),
    waiting=("Getting ready", "Waiting for a free studio …"),
    failed=("Nothing was trained", "The message says why: change that, and train again."),
    cancelled=("Stopped", "Train starts again whenever you like."),
)

_METHOD = re.compile(r"--plugin ([\w-]+)")
_FLAG = re.compile(r"--(?:[a-z_]+\.)?([a-z][a-z0-9-]*)")


def in_words(message: str) -> str:
    """`--rate-factor 0.5` → `“Rate factor” 0.5`: settings by the names of their controls."""
    return _FLAG.sub(lambda found: f"“{title(found[1])}”", _METHOD.sub(r"the method “\1”", message))


def told(message: str) -> str:
    """The same, without places on the server."""
    return in_words(placeless(message))


@contextmanager
def friendly_words() -> Iterator[None]:
    """`friendly`, with settings by the names of their controls."""
    try:
        with friendly():
            yield
    except gr.Error as problem:
        raise error(in_words(problem.message)) from None


class SayingsAgain(Sayings):
    """Of a run that is gone on with: by its label the stylesheet knows which button stops it."""

    def html(self, moment: str) -> str:
        return again(super().html(moment))


def again(label: str) -> str:
    """The label of such a run."""
    return label.replace("<div ", "<div data-again ", 1)
