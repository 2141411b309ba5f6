"""From an `Options` model to controls on the page, and from their values back to a layer for the resolver.

Whatever a plugin declares appears here by itself: its author writes no line of Gradio.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft.options import Options, Setting, settings
from gancraft.web.settings import MAX_TEXT

RADIO_CHOICES = 4  # more than this make a dropdown
SLIDER_STEPS = 2000  # a slider with more positions can't be aimed: a number field then
NICE_STEPS = 100  # about as many positions does a slider for fractions have
_FLAG = re.compile(r"--(?:[a-z_]+\.)?([a-z][a-z0-9-]*)")


@dataclass(frozen=True)
class Control:
    """One setting of a part with the component that shows it."""

    part: str
    setting: Setting
    component: Component

    @property
    def parameter(self) -> str:
        """The name in the API: with the part, so that a new setting elsewhere never renames it."""
        return f"{self.part}_{self.setting.name}".replace("-", "_")


def draw(
    part: str,
    model: type[Options],
    *,
    basic: bool,
    maxima: Mapping[str, float] | None = None,
    without: Mapping[str, Collection[str]] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> list[Control]:
    """Draw settings of a part, within the open Blocks: the `basic` ones, which should be in sight, or all others.

    maxima: upper bounds by name, below the model's own; without: choices by name that aren't offered; choices: by name all
    that there are, where the model doesn't know them.
    """
    known = [_offered(setting, without or {}, choices or {}) for setting in drawn(model) if setting.basic == basic]
    return [Control(part, setting, component(setting, maxima)) for setting in known]


def drawn(model: type[Options]) -> list[Setting]:
    """The settings that have controls. Paths have none: a visitor's word must not open a file here."""
    return [setting for setting in settings(model) if setting.type is not Path]


def component(setting: Setting, maxima: Mapping[str, float] | None = None) -> Component:
    """The Gradio component of one setting."""
    said: dict[str, Any] = {"label": title(setting.name), "info": in_words(setting.help)}
    if setting.choices:
        return _choice(setting, said)
    if setting.type is bool:
        return gr.Checkbox(bool(setting.default), **said)
    if setting.type in (int, float):
        return _number(setting, _lowest(setting.maximum, (maxima or {}).get(setting.name)), said)
    text = setting.default if setting.default is not None else ""
    text = ", ".join(text) if setting.many and text else text
    hint = "a, b, c" if setting.many else "by itself" if setting.optional else None
    return gr.Textbox(text, placeholder=hint, max_length=MAX_TEXT, **said)


def _choice(setting: Setting, said: dict[str, Any]) -> Component:
    choices = list(setting.choices)
    if setting.optional:
        return gr.Dropdown([("by itself", ""), *choices], value=setting.default or "", **said)
    if len(choices) <= RADIO_CHOICES:
        return gr.Radio(choices, value=setting.default, **said)
    return gr.Dropdown(choices, value=setting.default, **said)


def _number(setting: Setting, maximum: float | None, said: dict[str, Any]) -> Component:
    low, value, whole = setting.minimum, setting.default, setting.type is int
    if maximum is not None and value is not None:
        value = min(value, maximum)
        step = slider_step(low, maximum, value, whole) if low is not None and not setting.optional else None
        if low is not None and step is not None:
            return gr.Slider(low, maximum, value, step=step, **said)
    return gr.Number(value, minimum=low, maximum=maximum, precision=0 if whole else None, **said)


def slider_step(low: float, high: float, value: float, whole: bool) -> float | None:
    """The step of a slider from `low` to `high`: 1, 2 or 5 times a power of ten. None where a slider would be no help: too
    many positions, or bounds or value between two of them, which a browser would silently move."""
    if whole:
        return 1 if 0 < high - low <= SLIDER_STEPS else None
    if not 0 < high - low < math.inf:
        return None
    rough = (high - low) / NICE_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * 0.999)
    on_grid = all(abs(x / step - round(x / step)) < 1e-6 for x in (low, high, value))
    return float(f"{step:.6g}") if on_grid else None


def layer(controls: Iterable[Control], values: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """What the visitor chose, by part and name, as the resolver takes it."""
    parts: dict[str, dict[str, Any]] = {}
    for control, value in zip(controls, values, strict=True):
        parts.setdefault(control.part, {})[control.setting.name] = from_page(control.setting, value)
    return parts


def from_page(setting: Setting, value: Any) -> Any:
    """One component's value as the model takes it: an emptied field is None, or the default where None isn't legal."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None if setting.optional else setting.default
    if setting.many:
        return [item.strip() for item in str(value).split(",") if item.strip()]
    return value


def to_page(setting: Setting, value: Any) -> Any:
    """The reverse: a value of the model as its component shows it."""
    if setting.many:
        return ", ".join(value or [])
    return "" if value is None and setting.type not in (int, float) else value


def in_words(text: str) -> str:
    """What is written for the command line, for a page: `at --start-picture` → `at “Start picture”`, which is what controls
    are called."""
    return _FLAG.sub(lambda found: f"“{title(found[1])}”", text)


def title(name: str) -> str:
    """`content_weight` → `Content weight`."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def _offered(setting: Setting, without: Mapping[str, Collection[str]], choices: Mapping[str, Sequence[str]]) -> Setting:
    if setting.name in choices:
        known = tuple(choices[setting.name])
        return replace(setting, choices=known, default=known[0], optional=False)
    left_out = without.get(setting.name, ())
    return replace(setting, choices=tuple(choice for choice in setting.choices if choice not in left_out))


def _lowest(*bounds: float | None) -> float | None:
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known else None
