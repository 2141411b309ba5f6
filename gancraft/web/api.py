"""What programs and assistants are told of the page's events: Gradio takes it from handlers' names and docstrings."""

from __future__ import annotations

import inspect
from typing import Any

import gradio as gr


def describe(page: gr.Blocks) -> None:
    """Call the handler of every public event by the event's name, which a tool for assistants goes by; and complete its
    docstring by what its components say of themselves, so that a setting is explained in the same words everywhere."""
    for event in page.fns.values():
        handler = event.fn
        if event.api_visibility != "public" or not inspect.isfunction(handler) or not isinstance(event.api_name, str):
            continue
        handler.__name__ = event.api_name
        text = inspect.getdoc(handler) or ""
        if "Args:" not in text:
            takes = [
                f"    {name}: {said}"
                for name, said in zip(_names(handler), map(_words, event.inputs), strict=True)
                if said
            ]
            gives = [f"    {said}" for said in map(_words, event.outputs) if said]
            handler.__doc__ = "\n".join([text, "", "Args:", *takes, "", "Returns:", *gives])


def _names(handler: Any) -> list[str]:
    """Of the parameters that components give; Gradio gives the request by itself."""
    return [p.name for p in inspect.signature(handler).parameters.values() if "Request" not in str(p.annotation)]


def _words(block: Any) -> str:
    """What stands beside a component on the page, in one line; nothing of what isn't seen."""
    if isinstance(block, gr.State):
        return ""
    said = [getattr(block, name, None) for name in ("label", "info")]
    return " ".join(": ".join(str(word) for word in said if word).split())
