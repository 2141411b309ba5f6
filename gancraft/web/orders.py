"""What one visitor asked for by one button, click by click: Stop finds what comes of a click, or keeps it from beginning."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

import gradio as gr
from gradio.component_meta import ComponentMeta

from gancraft.web.runs import Switch

MOST = 50  # that are remembered: as many orders may wait in a line, called off and not yet gone from there


class Orders:
    """The switch of each click, by the number that the browser gave it. Lives in a `gr.State`."""

    def __init__(self) -> None:
        self._switches: dict[str, Switch] = {}

    def of(self, number: str) -> Switch:
        """The switch of a click, which is made by whatever comes first: the click itself, or its Stop. One of its own where
        there is no number, as for programs that call the API."""
        if not number:
            return Switch()
        switch = self._switches.setdefault(number, Switch())
        for old in list(self._switches)[:-MOST]:
            self._switches.pop(old, None)
        return switch

    def stop(self, number: str) -> str:
        """Stop what comes of a click, see `Switch.stop`. Gives its number back where nothing has begun, and never will."""
        return number if number and self.of(number).stop() else ""


class _Silent(ComponentMeta):
    """Gradio's own writes a file of types beside the module of every component."""

    def __new__(cls, *definition: Any) -> _Silent:
        return ABCMeta.__new__(cls, *definition)


class Held(gr.State, metaclass=_Silent):
    """A word that the browser holds, while a state's value is the server's. Like a state it travels with events, and is none
    of the API's parameters."""

    is_template = True  # of a state: that is what Gradio's clients know it as
    stateful = False

    def preprocess(self, payload: Any) -> str:
        return str(payload or "")[:30]  # anybody may send anything
