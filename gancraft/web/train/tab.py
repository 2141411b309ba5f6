"""The Train tab: a network of one's own, from pictures of one's own or a bundled set."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.errors import UsageError
from gancraft.latent.sheet import is_points
from gancraft.training.fits import first_that_fits
from gancraft.web.context import Context
from gancraft.web.errors import friendly
from gancraft.web.play import play
from gancraft.web.quiet import QUIET
from gancraft.web.runs import Outputs, Switch
from gancraft.web.train.advice import advice, advised
from gancraft.web.train.film import grown
from gancraft.web.train.form import Form, Shown, draw_form
from gancraft.web.train.run import after_error, train_events
from gancraft.web.train.sets import Sets, bundled, by_name, chosen, draw_sets, own, side
from gancraft.web.train.wall import draw_wall
from gancraft.web.train.words import SAYINGS, SayingsAgain, friendly_words
from gancraft.web.train.work import new_work, work_on
from gancraft.web.turns import TURNS
from gancraft.web.uploads import brought
from gancraft.web.visit import Visit, visit_state

API_NAME, API_AGAIN = "train", "train_on"


def train_tab(context: Context) -> None:
    """Draw the tab within the open Blocks, with its events."""
    limits = context.limits
    with gr.Row(elem_classes="gc-studio gc-train", equal_height=False):
        visit = visit_state(limits)
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            sets = draw_sets()
            with gr.Row(elem_classes="gc-act"):
                start = gr.Button("Train", variant="primary", size="lg", elem_classes="gc-paint")
                on = gr.Button("Go on", size="lg", visible=False, elem_classes="gc-on")
                stop = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop")
                stop_on = gr.Button("Stop and keep this", size="lg", elem_classes="gc-stop gc-stop-on")
            earlier = _earlier(limits.keep_runs)
            form = draw_form(context.plugins, limits, bundled()[0])
        wall = draw_wall()

    outputs = [visit, *wall.outputs]
    shared: dict[str, Any] = {
        "says": wall.label,
        "waits_in": "train",
        "progress_on": wall.picture,
        "recover": after_error,
    }
    begun = play(
        start,
        stop,
        _handler(context, form),
        [visit, form.shown, sets.files, sets.sample, *form.inputs],
        outputs,
        sayings=SAYINGS,
        api_name=API_NAME,
        **shared,
    )
    gone_on = play(
        on,
        stop_on,
        _handler_on(context, form),
        [visit, form.shown, earlier, form.pictures, form.rate.control.component],
        outputs,
        sayings=SayingsAgain(**vars(SAYINGS)),
        api_name=API_AGAIN,
        **shared,
    )
    for button, event in ((start, begun), (on, gone_on)):
        button.click(lambda: None, None, wall.film, **QUIET)
        event.then(_after, visit, [on, earlier], **QUIET).then(grown, visit, wall.film, **QUIET)
    earlier.input(lambda run: gr.Button(visible=bool(run)), earlier, on, **QUIET)
    # Through the queue: only then does Gradio tell those who listen that the state has changed.
    wall.generate.click(
        _to_generate,
        visit,
        [context.own_model, context.tabs],
        concurrency_limit=None,
        show_progress="hidden",
        api_visibility="private",
    )
    _together(context, form, sets)


def _earlier(keep_runs: bool) -> gr.Dropdown:
    """Runs that can be gone on with: on one's own machine those in the folder `runs`, whenever they were begun."""
    with gr.Accordion("Earlier runs", open=False, visible=keep_runs, elem_classes="gc-more"):
        known = Visit(True).runs() if keep_runs else []
        return gr.Dropdown(
            ["", *known],
            value="",
            label="Run",
            info="Go on goes on with it where it ended, as its settings were.",
            allow_custom_value=True,  # there are more of them later
        )


def _handler(context: Context, form: Form) -> Callable[..., Iterator[Outputs]]:
    """Train's generator function, with one named parameter for each control."""

    def train(
        switch: Switch,
        visit: Visit,
        shown: Shown,
        files: list[str] | None = None,
        sample: str = "",
        *values: Any,
    ) -> Iterator[Outputs]:
        with friendly_words():
            data = None if files else by_name(sample)
            said = form.said(shown, data, *values)
            source = data or brought(files or [], visit.home, context.limits)
            work = new_work(context.plugins, context.limits, visit, said, source)
        yield from train_events(switch, visit, work, context.plugins, context.limits)

    names = ["method", "size", "pictures", *form.roles, *(field.control.parameter for field in form.fields)]
    _named(train, names)
    train.__doc__ = (
        "Train a network on pictures. Returns a sheet of what it makes, the model and a report of the run. The method "
        "decides about what is left as it is."
    )
    return train


def _handler_on(context: Context, form: Form) -> Callable[..., Iterator[Outputs]]:
    def train_on(
        switch: Switch, visit: Visit, shown: Shown, run: str | None, pictures: float, rate_factor: float
    ) -> Iterator[Outputs]:
        """Go on with a run, the latest of this visit without a name: to where it would have ended, or further."""
        with friendly_words():
            asked = None if pictures == shown[1] else int(pictures)
            same = rate_factor == shown[2 + form.fields.index(form.rate)]
            more = {} if same else {"learn.rate_factor": rate_factor}
            work = work_on(context.plugins, context.limits, visit, run or "", asked, int(shown[1]), more)
        yield from train_events(switch, visit, work, context.plugins, context.limits)

    return train_on


def _named(function: Callable[..., Any], names: Sequence[str]) -> None:
    """Gradio reads the API's parameter names from here, and that those without a value may be left out."""
    plain = [p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    named = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in names]
    function.__signature__ = inspect.Signature([*plain, *named])  # type: ignore[attr-defined]


def _after(visit: Visit) -> tuple[gr.Button, gr.Dropdown]:
    """When a run is over, however it ended."""
    runs = visit.runs()
    latest = visit.latest if visit.latest in runs else None
    return gr.Button(visible=latest is not None), gr.Dropdown(["", *runs], value=latest or "")


def _to_generate(visit: Visit) -> tuple[Any, Any]:
    with friendly():
        if visit.taken is None or not Path(visit.taken[0]).is_file():
            raise UsageError("there is no model here any more: train one first")
        return visit.taken[0], gr.Tabs(selected="generate")


def _together(context: Context, form: Form, sets: Sets) -> None:
    """What changes with what: a method shows its own settings, and set and method are kept such that they fit each other."""
    fields = [sets.files, sets.tiles, sets.sample, sets.says, form.size, form.shown]

    def pick(event: gr.SelectData, shown: Shown) -> list[Any]:
        return _chosen(context, bundled()[event.index].name, shown)

    def given(files: list[str], shown: Shown) -> list[Any]:
        updates = _chosen(context, "" if files else bundled()[0].name, shown)
        return [gr.skip(), *updates[1:3], own(files) if files else updates[3], *updates[4:]]

    def by_method(method: str, shown: Shown) -> list[Any]:
        with friendly():
            return form.show(method, {}, shown)

    def by_role(method: str, shown: Shown, *names: str) -> list[Any]:
        with friendly():
            return form.show(method, dict(zip(form.roles, names, strict=True)), shown, keep=True)

    def fit_method(method: str, sample: str, shown: Shown) -> list[Any]:
        """Another method, where this one can't learn from the set that was picked."""
        with friendly(), TURNS.turn():
            data = by_name(sample)
            others = [form.first.method.name, *form.usual]
            fits = first_that_fits(context.plugins, [method, *others], data.shape) if data else method
            return [gr.skip()] * len(form.outputs) if fits in (method, None) else form.show(fits, {}, shown)

    def fit_set(method: str, sample: str, shown: Shown) -> list[Any]:
        """Another set, where the method that was picked can't learn from this one."""
        with friendly(), TURNS.turn():
            order = sorted(bundled(), key=lambda known: known.name != sample)
            fitting = (s.name for s in order if first_that_fits(context.plugins, [method], s.shape))
            fits = next(fitting, sample) if sample else sample
            return [gr.skip()] * len(fields) if fits == sample else _chosen(context, fits, shown)

    def advise(method: str, files: list[str] | None, sample: str, size: float, labels: bool) -> Any:
        """What gancraft would choose for these."""
        with friendly(), TURNS.turn():
            return advice(advised(context.plugins, files, by_name(sample), size, labels), method)

    def take_advice(
        method: str, files: list[str] | None, sample: str, size: float, labels: bool, shown: Shown
    ) -> list[Any]:
        with friendly(), TURNS.turn():
            found = advised(context.plugins, files, by_name(sample), size, labels)
            return form.show(found.method if found else method, {}, shown)

    asked = [form.method, sets.files, sets.sample, form.size, form.labels]
    says = [form.advice, form.advised]
    picked = sets.tiles.select(pick, form.shown, fields, **QUIET)
    fitted = picked.then(fit_method, [form.method, sets.sample, form.shown], form.outputs, **QUIET)
    changed = [sets.files.upload, sets.files.clear, sets.files.delete]
    own_ones = gr.on(changed, given, [sets.files, form.shown], fields, **QUIET)
    method = form.method.input(by_method, [form.method, form.shown], form.outputs, **QUIET)
    fits = method.then(fit_set, [form.method, sets.sample, form.shown], fields, **QUIET)
    taken = form.advised.click(take_advice, [*asked, form.shown], form.outputs, **QUIET)
    for event in (fitted, own_ones, fits, taken):
        event.then(advise, asked, says, **QUIET)
    form.size.release(advise, asked, says, **QUIET)
    form.labels.input(advise, asked, says, **QUIET)  # type: ignore[attr-defined]
    roles = list(form.roles.values())
    for role in roles:
        role.input(by_role, [form.method, form.shown, *roles], form.outputs, **QUIET)


def _chosen(context: Context, sample: str, shown: Shown) -> list[Any]:
    """All fields of a set, and with them the size of its pictures."""
    data = by_name(sample)
    now = side(data, context.limits)
    points = data is not None and is_points(data.shape)
    return [*chosen(data), gr.update(value=now, visible=not points), [now, *shown[1:]]]
