"""The settings of a training as controls: which there are, what they show, and what a visitor has said with them.

A control shows what the method that is chosen would do by itself. What a visitor leaves as it was shown isn't said: the
method decides about it, as on the command line. So a program that names a method and nothing else gets that method's own
settings too, though the controls show another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradio.components import Component

from gancraft.options import Options, Setting, settings
from gancraft.plugins import Plugins
from gancraft.resolve import Part
from gancraft.training.choice import ENGINE, GAN, ROLES, TRAIN, TrainChoice, resolve_train
from gancraft.web.controls import Control, component, from_page, slider_step
from gancraft.web.train.words import in_words

METHOD = "method"  # the part of a method that is trained as a whole
# Settings that have no control here. The form has others for the first; sheets come as often as the page wants to show them,
# and the rest would change nothing that can be seen there.
NOT_DRAWN = {
    TRAIN.name: {"plugin", *ROLES, "size", "pictures", "from_model"},
    "gan": {"freeze"},
    "data": {"max_megapixels"},
    "keep": {"sheet_every", "tensorboard"},
}
# Shown on one's own machine only: what it computes with, and what stays on its disk.
COMPUTER = {
    TRAIN.name: {"accumulate", "fit_batch", "device", "precision", "launch"},
    "keep": {"checkpoints", "checkpoint_every"},
    "discriminator": {"network"},  # one may begin a download
}


@dataclass(frozen=True)
class Field:
    """A setting with its control. part: as in a `TrainChoice`; entry: of a part that plugins play the name of the one whose
    setting this is."""

    part: str
    entry: str
    control: Control

    @property
    def setting(self) -> Setting:
        return self.control.setting

    def is_in(self, choice: TrainChoice) -> bool:
        """Whether the choice has this setting."""
        return is_in(choice, self.part, self.entry)

    def value(self, choice: TrainChoice) -> Any:
        """What the choice has."""
        return value_of(choice, self.part, self.setting)


def is_in(choice: TrainChoice, part: str, entry: str) -> bool:
    """Whether a part is in use, and played by `entry` where plugins play it."""
    if part in ROLES:
        return part in choice.roles and choice.roles[part].name == entry
    if part == METHOD:
        return not choice.roles and choice.method.name == entry
    return part == TRAIN.name or part in choice.options


def value_of(choice: TrainChoice, part: str, setting: Setting) -> Any:
    """Of a setting that the choice has."""
    return getattr(choice.settings if part == TRAIN.name else choice.options[part], setting.name)


def usual(plugins: Plugins, method: str, roles: Mapping[str, str | None] | None = None) -> TrainChoice:
    """What a method does by itself. roles: things that play other parts than the method's own do."""
    return resolve_train(plugins, [{"plugin": method, **{role: name for role, name in (roles or {}).items() if name}}])


def engine_parts() -> list[Part]:
    """The engine's own."""
    return [TRAIN, *ENGINE, *GAN]


def drawn(model: type[Options], part: str, computer: bool) -> list[Setting]:
    """Settings of a part that get a control: those of the computer, or all others. A path never does: a visitor's word must
    not open a file here."""
    without, machine = NOT_DRAWN.get(part, set()), COMPUTER.get(part, set())
    known = [s for s in settings(model) if s.type is not Path and s.name not in without]
    return [s for s in known if (s.name in machine) == computer]


def draw_field(
    part: str,
    entry: str,
    setting: Setting,
    shown: TrainChoice,
    all_usual: Iterable[TrainChoice],
    maxima: Mapping[str, float],
) -> Field:
    """Draw one, within the open Blocks, as it is in `shown`.

    all_usual: what each method does by itself. maxima: upper bounds by name; none is below what a method does by itself.
    """
    setting = replace(setting, help=in_words(setting.help))
    known = [value_of(choice, part, setting) for choice in all_usual if is_in(choice, part, entry)]
    now = value_of(shown, part, setting) if is_in(shown, part, entry) else setting.default
    made = _component(setting, now, [setting.default, *known], maxima)
    return Field(part, entry, Control("_".join(filter(None, (part, entry))), setting, made))


def _component(setting: Setting, now: Any, values: Sequence[Any], maxima: Mapping[str, float]) -> Component:
    numbers = [value for value in values if isinstance(value, int | float)]
    highest = max([maxima[setting.name], *numbers]) if setting.name in maxima and numbers else None
    maximum = min((m for m in (setting.maximum, highest) if m is not None), default=None)
    start = now
    if numbers and not setting.optional and setting.minimum is not None and maximum is not None:
        # A slider that can't stand at every value would change it unasked: with such a value there is a field instead.
        low, whole = setting.minimum, setting.type is int
        start = next((v for v in numbers if slider_step(low, maximum, v, whole) is None), now)
    made = component(replace(setting, default=start), {} if highest is None else {setting.name: highest})
    made.value = to_page(setting, now)  # type: ignore[attr-defined]
    return made


def to_page(setting: Setting, value: Any) -> Any:
    """A value of the model as its component shows it."""
    if setting.many:
        return ", ".join(value or [])
    return "" if value is None and setting.type not in (int, float) else value


def said(
    fields: Sequence[Field], shown: Sequence[Any], values: Sequence[Any], choice: TrainChoice
) -> dict[str, dict[str, Any]]:
    """By part and name what differs from what was shown, as the resolver takes it. choice: what will be done without it."""
    layer: dict[str, dict[str, Any]] = {}
    for one, before, value in zip(fields, shown, values, strict=True):
        if value != before and one.is_in(choice):
            setting = replace(one.setting, default=one.value(choice))
            layer.setdefault(one.part, {})[setting.name] = from_page(setting, value)
    return layer
