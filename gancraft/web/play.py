"""A button that starts something long, and one that stops it: the events of every tab that computes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft.web.label import Sayings
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Switch
from gancraft.web.settings import line

# On a phone the wall is below the settings.
SHOW_WALL = (
    "if (innerWidth < 860) (document.activeElement?.closest('.gc-studio') ?? document).querySelector('.gc-wall')"
    "?.scrollIntoView({behavior: 'smooth'});"
)


def play(
    start: gr.Button,
    stop: gr.Button,
    handler: Callable[..., Iterator[Any]],
    inputs: Sequence[Component],
    outputs: Sequence[Component],
    *,
    says: gr.HTML,
    sayings: Sayings,
    waits_in: str,
    api_name: str,
    progress_on: Component,
    recover: Callable[[Any], Any] | None = None,
) -> Any:
    """Wire them; returns the event of the run.

    handler: a generator function of (switch, *inputs); its docstring and the names of its parameters are the API's. says: the
    tab's label, among `outputs`. waits_in: its line, see `settings.LINES`. recover: from the first of `inputs` to `outputs`:
    what is shown after a failure of what there is all the same.
    """
    switch = gr.State(Switch())
    # In the browser, and before the run is asked for (events of one click go in this order): a visitor in the queue must
    # see that the click was heard.
    start.click(None, None, says, js=_says(sayings.html("waiting"), SHOW_WALL), api_visibility="private")
    run = start.click(
        handler,
        [switch, *inputs],
        list(outputs),
        api_name=api_name,
        show_progress="minimal",
        show_progress_on=progress_on,
        scroll_to_output=False,
        **line(waits_in),
    )
    failed = run.failure(None, None, says, js=_why(sayings.html("failed")), api_visibility="private")
    if recover is not None:  # after the other, which waits for the message: both write the label
        failed.then(recover, inputs[0], list(outputs), **QUIET)
    stopped = stop.click(Switch.stop, switch, None, queue=False, show_progress="hidden", api_visibility="private")
    # After the run had its chance to end by itself: one that is still in the queue, or stuck in a step, ends here.
    stopped.then(None, None, None, cancels=run, api_visibility="private").then(
        None,
        says,
        says,
        js=f"said => said.includes('data-busy') ? {json.dumps(sayings.html('cancelled'))} : said",
        api_visibility="private",
    )
    return run


def _says(html: str, first: str = "") -> str:
    """A function for the browser that puts `html` in the label."""
    return f"() => {{ {first} return {json.dumps(html)} }}"


def _why(html: str) -> str:
    """The same, with what the error's message says instead of the label's sentence: the message goes after ten seconds."""
    return f"""async () => {{
        await new Promise(shown => setTimeout(shown, 100));
        const label = document.createElement('div'), said = document.querySelectorAll('[data-testid="toast-text"]');
        label.innerHTML = {json.dumps(html)};
        if (said.length) label.querySelector('span').textContent = said[said.length - 1].textContent.trim();
        return label.innerHTML;
    }}"""
