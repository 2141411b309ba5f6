"""A button that starts something long, and one that stops it: the events of every tab that computes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial, wraps
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft.web.label import Sayings
from gancraft.web.orders import Held, Orders
from gancraft.web.quiet import QUIET
from gancraft.web.settings import line

# On a phone the wall is below the settings.
SHOW_WALL = (
    "if (innerWidth < 860) (document.activeElement?.closest('.gc-studio') ?? document).querySelector('.gc-wall')"
    "?.scrollIntoView({behavior: 'smooth'});"
)
STOPPING = "<span>Stopping …</span>"  # in the label: Stop was heard, though a step may take a while


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
    orders, number, off = gr.State(Orders()), Held(), Held()
    waiting, cancelled = json.dumps(sayings.html("waiting")), json.dumps(sayings.html("cancelled"))
    # In the browser, and before the run is asked for: a visitor in the queue must see that the click was heard.
    heard = start.click(None, None, says, js=f"() => {{ {SHOW_WALL} return {waiting} }}", api_visibility="private")
    # The number of the last click that counts: Gradio takes none while a run is under way.
    last = f"(window.gcOrders ??= {{}})[{json.dumps(api_name)}]"
    run = heard.then(
        _ordered(handler, len(outputs)),
        [orders, number, *inputs],
        list(outputs),
        js=f"(orders, number, ...inputs) => [orders, {last} = String(Math.random()), ...inputs]",
        api_name=api_name,
        show_progress="minimal",
        show_progress_on=progress_on,
        scroll_to_output=False,
        **line(waits_in),
    )
    # Gradio tells a run that was taken out of its line as a failure; one that is given up by itself has just ended.
    why = _why(json.dumps(sayings.html("failed")), f"if (off === {last}) return {cancelled};")
    failed = run.failure(None, off, says, js=why, api_visibility="private")
    if recover is not None:  # after the other, which waits for the message: both write the label
        given = partial(_recovered, recover, sayings.html("cancelled"), len(outputs))
        failed.then(given, [says, inputs[0]], list(outputs), **QUIET)
    ended = f"said => said.includes({json.dumps(STOPPING)}) ? {cancelled} : said"
    run.success(None, says, says, js=ended, api_visibility="private")

    stopping = f"said.replace(/<span>[^<]*<\\/span>/, {json.dumps(STOPPING)})"
    stop.click(None, says, says, js=f"said => said.includes('data-busy') ? {stopping} : said", api_visibility="private")
    # One that is still in the line, or being prepared, is taken out of there. Gradio does so only where somebody clicks, not
    # in what follows a click. Only when it is through does the label say so, and a new click counts.
    cut = gr.Button("Cut off", visible="hidden", elem_id=f"gc-cut-{api_name}")
    never = stop.click(Orders.stop, [orders, number], off, js=f"orders => [orders, {last}]", **QUIET)
    click = f"off => {{ if (off && off === {last}) document.querySelector('#{cut.elem_id}').click(); }}"
    never.then(None, off, None, js=click, api_visibility="private")
    cut.click(None, None, None, cancels=run, api_visibility="private")
    return run


def _ordered(handler: Callable[..., Iterator[Any]], outputs: int) -> Callable[..., Iterator[Any]]:
    """The same handler, of a visitor's orders and a click's number instead of that click's switch. It isn't called where Stop
    came before its turn: usually it has left the line then, but not where the page didn't know its place there yet."""

    @wraps(handler)
    def run(orders: Orders, number: str, *inputs: Any) -> Iterator[Any]:
        with orders.of(number).running() as switch:
            if not switch.given_up:
                yield from handler(switch, *inputs)
            if switch.given_up:  # Gradio sends the last values again at the end, and they may be of the preparation
                yield (gr.skip(),) * outputs

    # Gradio reads the names of the API's parameters from here.
    first, *others = inspect.signature(handler).parameters.values()
    added = inspect.Parameter("number", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = inspect.Signature([first, added, *others])  # type: ignore[attr-defined]
    return run


def _recovered(recover: Callable[[Any], Any], cancelled: str, outputs: int, said: str, given: Any) -> Any:
    return (gr.skip(),) * outputs if said == cancelled else recover(given)


def _why(html: str, first: str) -> str:
    """A function for the browser that puts `html` in the label, with what the error's message says instead of its sentence:
    the message goes after ten seconds. first: a line before that, where `off` is the number of what was called off."""
    return f"""async off => {{
        {first}
        await new Promise(shown => setTimeout(shown, 100));
        const label = document.createElement('div'), said = document.querySelectorAll('[data-testid="toast-text"]');
        label.innerHTML = {html};
        if (said.length) label.querySelector('span').textContent = said[said.length - 1].textContent.trim();
        return label.innerHTML;
    }}"""
