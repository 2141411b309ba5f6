"""A button that starts something long, and one that stops it: the events of every tab that computes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial, wraps
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
# Stop was heard, though a step may take a while.
STOPPING = "said => said.includes('data-busy') ? said.replace(/<span>[^<]*<\\/span>/, '<span>Stopping …</span>') : said"


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
    first = f"{SHOW_WALL} {_cut(api_name, False)}"
    start.click(None, None, says, js=_says(sayings.html("waiting"), first), api_visibility="private")
    # Before it, not beside it: a Stop of the last run mustn't keep this one from beginning.
    run = start.click(Switch.ask, switch, None, **QUIET).then(
        _unless_called_off(handler, len(outputs)),
        [switch, *inputs],
        list(outputs),
        api_name=api_name,
        show_progress="minimal",
        show_progress_on=progress_on,
        scroll_to_output=False,
        **line(waits_in),
    )
    cancelled = sayings.html("cancelled")
    why = _why(sayings.html("failed"), cancelled, api_name)
    failed = run.failure(None, None, says, js=why, api_visibility="private")
    if recover is not None:  # after the other, which waits for the message: both write the label
        given = partial(_recovered, recover, cancelled, len(outputs))
        failed.then(given, [says, inputs[0]], list(outputs), **QUIET)
    stop.click(None, says, says, js=STOPPING, api_visibility="private")
    # One that is still in the line, or being prepared, ends here. Gradio cancels only where somebody clicks, not in what
    # follows a click; and it takes it for a failure. Only when it is through does the label say so, and a new click counts.
    never = gr.Checkbox(visible="hidden")
    cut = gr.Button("Cut off", visible="hidden", elem_id=f"gc-cut-{api_name}")
    stopped = stop.click(Switch.stop, switch, never, **QUIET)
    click = f"never => {{ if (never) {{ {_cut(api_name, True)} document.querySelector('#{cut.elem_id}').click(); }} }}"
    stopped.then(None, never, None, js=click, api_visibility="private")
    through = cut.click(None, None, None, cancels=run, api_visibility="private")
    through.then(None, None, says, js=_left(cancelled, api_name), api_visibility="private")
    return run


def _unless_called_off(handler: Callable[..., Iterator[Any]], outputs: int) -> Callable[..., Iterator[Any]]:
    """The same handler, which changes nothing where Stop was pressed before its turn came. Usually it has left the line then,
    but not where the page didn't know its place there yet."""

    @wraps(handler)
    def run(switch: Switch, *inputs: Any) -> Iterator[Any]:
        if switch.called_off:
            yield (gr.skip(),) * outputs
            return
        with switch.running():
            yield from handler(switch, *inputs)

    return run


def _recovered(recover: Callable[[Any], Any], cancelled: str, outputs: int, said: str, given: Any) -> Any:
    return (gr.skip(),) * outputs if said == cancelled else recover(given)


def _says(html: str, first: str = "") -> str:
    """A function for the browser that puts `html` in the label."""
    return f"() => {{ {first} return {json.dumps(html)} }}"


def _cut(name: str, value: bool) -> str:
    """Notes in the browser whether the last run was called off; see `_why` and `_left`."""
    return f"(window.gcCut ??= {{}})[{json.dumps(name)}] = {json.dumps(value)};"


def _why(html: str, cancelled: str, name: str) -> str:
    """The same, with what the error's message says instead of the label's sentence: the message goes after ten seconds. What
    was called off didn't fail."""
    return f"""async () => {{
        if (window.gcCut?.[{json.dumps(name)}]) {{
            window.gcCut[{json.dumps(name)}] = 'through';
            return {json.dumps(cancelled)};
        }}
        await new Promise(shown => setTimeout(shown, 100));
        const label = document.createElement('div'), said = document.querySelectorAll('[data-testid="toast-text"]');
        label.innerHTML = {json.dumps(html)};
        if (said.length) label.querySelector('span').textContent = said[said.length - 1].textContent.trim();
        return label.innerHTML;
    }}"""


def _left(cancelled: str, name: str) -> str:
    """The label's sentence, once Gradio has let go of the run, which it tells as a failure. Of a run whose place in the line
    it doesn't know yet it tells nothing: hence not longer than three seconds."""
    return f"""async () => {{
        const through = () => window.gcCut?.[{json.dumps(name)}] === 'through';
        for (let tenths = 0; tenths < 30 && !through(); tenths++) await new Promise(next => setTimeout(next, 100));
        return {json.dumps(cancelled)};
    }}"""
