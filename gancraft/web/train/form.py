"""What a visitor fills in to train: the method, how large, how long, and behind that every setting of every part.

All of it comes from the options models of the engine and of the plugins: a third party's method appears with its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as made_by
from functools import partial
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from gancraft import defaults
from gancraft.pictures.dataset import DataSample
from gancraft.plugins import Plugins, Registered
from gancraft.training.choice import ENGINE, GAN, ROLES, TRAIN, TrainChoice
from gancraft.training.settings import TrainSettings
from gancraft.web.controls import title
from gancraft.web.settings import Limits
from gancraft.web.train.advice import LABEL, advice, advised
from gancraft.web.train.fields import METHOD, Field, draw_field, drawn, is_in, said, to_page, usual
from gancraft.web.train.sets import side

SMALLEST_SIDE = SIDE_STEP = 8
REMEDY = "remedy"  # the setting of `health` that is always in sight
KINDS = {METHOD: "train", **{role: role for role in ROLES}}  # kinds of plugins' things by the part that they play

Shown = list[Any]  # what the controls showed last: side, pictures to see, and then every field


@dataclass
class Form:
    """The controls, and how they go with the choice that they show."""

    plugins: Plugins
    limits: Limits
    usual: dict[str, TrainChoice]  # what each method does by itself
    fields: list[Field] = made_by(default_factory=list)
    groups: list[tuple[Block, Callable[[TrainChoice], bool]]] = made_by(default_factory=list)
    method: gr.Dropdown = made_by(init=False)
    advice: gr.HTML = made_by(init=False)  # what gancraft would choose
    advised: gr.Button = made_by(init=False)
    size: gr.Slider = made_by(init=False)
    pictures: Component = made_by(init=False)
    roles: dict[str, gr.Dropdown] = made_by(default_factory=dict)
    shown: gr.State = made_by(init=False)

    @property
    def first(self) -> TrainChoice:
        """What the page opens with."""
        return self.usual.get(defaults.TRAINING_METHOD) or next(iter(self.usual.values()))

    @property
    def inputs(self) -> list[Component]:
        """What a run is asked for with; `said` takes their values."""
        return [
            self.method,
            self.size,
            self.pictures,
            *self.roles.values(),
            *(f.control.component for f in self.fields),
        ]

    @property
    def rate(self) -> Field:
        """The setting that may change when a run is gone on with, beside how far."""
        return self._field("learn", "rate_factor")

    @property
    def labels(self) -> Component:
        """Whether folders are taken as classes, which decides on what suits them."""
        return self._field("data", "labels").control.component

    def _field(self, part: str, name: str) -> Field:
        return next(f for f in self.fields if (f.part, f.setting.name) == (part, name))

    @property
    def outputs(self) -> list[Block]:
        """What `show` gives values for."""
        groups = [group for group, _ in self.groups]
        fields = [f.control.component for f in self.fields]
        return [self.method, self.pictures, *self.roles.values(), *groups, *fields, self.shown]

    def show(self, method: str, roles: Mapping[str, str], shown: Shown, keep: bool = False) -> list[Any]:
        """Updates that make the controls show what a method does by itself, with things that play other parts in it. keep:
        touch only what is another than before."""
        choice = usual(self.plugins, method, roles)
        now = [shown[0], self.budget(choice)]
        for one, old in zip(self.fields, shown[2:], strict=True):
            now.append(to_page(one.setting, one.value(choice)) if one.is_in(choice) else old)
        new = [gr.skip() if keep and a == b else b for a, b in zip(shown, now, strict=True)]
        return [
            gr.update(value=method, info=choice.method.summary),
            new[1],
            *(roles.get(role, "") for role in self.roles),
            *(type(group)(visible=wanted(choice)) for group, wanted in self.groups),
            *new[2:],
            now,
        ]

    def said(
        self, shown: Shown, sample: DataSample | None, method: str, size: float, pictures: float, *values: Any
    ) -> dict[str, dict[str, Any]]:
        """What the visitor said, for the resolver. sample: what will be trained on, None for pictures of one's own."""
        roles = {role: name for role, name in zip(self.roles, values, strict=False) if name}
        before = usual(self.plugins, method, roles)
        layer = said(self.fields, shown[2:], values[len(self.roles) :], before)
        layer[TRAIN.name] = {
            **layer.get(TRAIN.name, {}),
            "plugin": method,
            **roles,
            "size": str(side(sample, self.limits) if size == shown[0] else int(size)),
            "pictures": self.budget(before) if pictures == shown[1] else int(pictures),
        }
        return layer

    def budget(self, choice: TrainChoice) -> int:
        """Pictures to see, where the visitor says nothing: what the method asks for, or what the page opens with."""
        own = choice.settings.pictures
        start = self.limits.train_start_pictures if own == TrainSettings().pictures else own
        return min(start, self.limits.train_pictures)

    def draw(self, part: str, entry: str, names: Sequence[Any]) -> None:
        """Draw some settings of a part."""
        for setting in names:
            self.fields.append(
                draw_field(part, entry, setting, self.first, self.usual.values(), self.limits.train_maxima)
            )

    @contextmanager
    def only_if(self, group: Block, wanted: Callable[[TrainChoice], bool]) -> Iterator[None]:
        """A group that is in sight while the choice is such."""
        self.groups.append((group, wanted))
        with group:  # type: ignore[attr-defined]
            yield


def draw_form(plugins: Plugins, limits: Limits, sample: DataSample) -> Form:
    """Draw all of it within the open Blocks. sample: the set that is chosen at first."""
    form = Form(plugins, limits, {name: usual(plugins, name) for name in plugins.names("train")})
    first = form.first
    form.method = gr.Dropdown(
        list(form.usual), value=first.method.name, label="Method", info=first.method.summary, elem_id="train-method"
    )
    said, choose = advice(advised(plugins, None, sample, side(sample, limits)), first.method.name)
    with gr.Row(elem_classes="gc-advice"):
        form.advice = gr.HTML(said, padding=False, min_width=220)
        form.advised = gr.Button(LABEL, size="sm", visible=choose.visible, scale=0, min_width=110)
    _entries(form, METHOD)
    with gr.Row(elem_classes="gc-pair"):
        form.size = gr.Slider(
            SMALLEST_SIDE,
            limits.train_side,
            side(sample, limits),
            step=SIDE_STEP,
            label="Size",
            info="Pixels a side; twice as many take four times as long or more.",
        )
        form.pictures = gr.Number(
            form.budget(first),
            label="Pictures to see",
            info="In all, each again and again. You can stop earlier, or go on.",
            minimum=1,
            maximum=limits.train_pictures,
            precision=0,
        )
    settings = {part.name: drawn(part.model, part.name, computer=False) for part in (TRAIN, *ENGINE, *GAN)}
    form.draw("health", "", [s for s in settings["health"] if s.name == REMEDY])
    with gr.Accordion("How pictures are cut", open=False, elem_classes="gc-more"):
        form.draw("data", "", settings["data"])
    _gan(form, settings)
    with gr.Accordion("Course of the training", open=False, elem_classes="gc-more"):
        for part in (TRAIN.name, "learn", "health", "keep"):
            form.draw(part, "", [s for s in settings[part] if s.name != REMEDY])
    if limits.computer:
        with gr.Accordion("This computer", open=False, elem_classes="gc-more"):
            for model in (TRAIN, *ENGINE):
                form.draw(model.name, "", drawn(model.model, model.name, computer=True))
    form.shown = gr.State([form.size.value, form.budget(first), *(f.control.component.value for f in form.fields)])  # type: ignore[attr-defined]
    return form


def _gan(form: Form, settings: Mapping[str, Any]) -> None:
    """What only a GAN has: how its networks play, and what plays the parts."""
    there = bool(form.first.roles)
    with form.only_if(
        gr.Accordion("Generator against discriminator", open=False, visible=there, elem_classes="gc-more"),
        lambda choice: bool(choice.roles),
    ):
        for part in GAN:
            form.draw(part.name, "", settings[part.name])
    with form.only_if(
        gr.Accordion("The networks", open=False, visible=there, elem_classes="gc-more"),
        lambda choice: bool(choice.roles),
    ):
        for role in ROLES:
            names = [("the method's own", ""), *((name, name) for name in form.plugins.names(role))]
            form.roles[role] = gr.Dropdown(names, value="", label=title(role))
            _entries(form, role)


def _entries(form: Form, part: str) -> None:
    """Groups of settings of everything that can play a part, one of them in sight."""
    for entry in form.plugins.entries:
        if entry.kind != KINDS[part]:
            continue
        known = drawn(entry.options, part, computer=False)
        if form.limits.computer:
            known += drawn(entry.options, part, computer=True)
        if known:
            shown = is_in(form.first, part, entry.name)
            with form.only_if(
                gr.Group(visible=shown, elem_classes="gc-group"), partial(is_in, part=part, entry=entry.name)
            ):
                _entry(form, part, entry, known)


def _entry(form: Form, part: str, entry: Registered, known: Sequence[Any]) -> None:
    """One of them: the basic ones in sight, the rest folded away."""
    basic, rest = ([setting for setting in known if setting.basic is is_basic] for is_basic in (True, False))
    form.draw(part, entry.name, basic)
    if rest:
        with gr.Accordion(
            f"{'More settings' if basic else 'Settings'} of {entry.name}", open=False, elem_classes="gc-more"
        ):
            form.draw(part, entry.name, rest)
