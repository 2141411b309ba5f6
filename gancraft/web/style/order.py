"""From the values of the Style tab's fields to what is painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradio.components import Component

from gancraft.errors import UsageError
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, flatten
from gancraft.style.choice import STYLE, StyleChoice, resolve_style, style_parts
from gancraft.style.settings import RunnerOptions
from gancraft.web import gpu
from gancraft.web.controls import layer
from gancraft.web.inputs import Input
from gancraft.web.painting import Order
from gancraft.web.settings import Limits
from gancraft.web.style.form import Form
from gancraft.web.style.masks import CAPABILITY, Masks
from gancraft.web.style.methods import takes_styles
from gancraft.web.style.pictures import Pictures


@dataclass(frozen=True)
class Fields:
    """All fields that a painting is given."""

    pictures: Pictures
    form: Form
    masks: Masks
    judged: Component

    @property
    def inputs(self) -> dict[str, Component]:
        """By name in the API."""
        return {**self.pictures.inputs, **self.form.inputs, **self.masks.inputs, "judge": self.judged}

    @property
    def of_a_film(self) -> dict[str, Component]:
        """Those that a film is given, which isn't the photo and has no masks."""
        return {**self.pictures.of_styles, **self.form.inputs}


def order_of(plugins: Plugins, fields: Fields, given: Mapping[str, Any], limits: Limits) -> Order:
    """What is painted, from values by the names of `Fields.inputs`. Raises UsageError, in one line."""
    method = chosen(fields, given)
    arguments = fields.form.arguments(method, given, limits)
    choice = resolve_style(plugins, [parts_given(plugins, fields, given, arguments)])
    check_memory(choice, limits)
    content = fields.pictures.photo_of(given, limits)
    styles = fields.pictures.styles_of(given, limits) if takes_styles(method) else []
    masks = fields.masks.read(given, content, styles, limits) if method.can(CAPABILITY) else []
    if masks and not fields.pictures.first_counts(given):
        raise UsageError("the mask belongs to the first style, whose weight is 0: give it more, or clear the mask")
    return Order(choice, content, styles, arguments, masks, bool(given["judge"]))


def chosen(fields: Fields, given: Mapping[str, Any]) -> Registered:
    """The method. Raises UsageError for one that the page doesn't offer."""
    known = fields.form.methods.get(given["method"])
    if known is None:
        raise UsageError(f"there is no method '{given['method']}' here; there are: {', '.join(fields.form.methods)}")
    return known


def parts_given(
    plugins: Plugins, fields: Fields, given: Mapping[str, Any], arguments: Mapping[Input, Any]
) -> dict[str, dict[str, Any]]:
    """Settings by part and name, of the parts that are in use."""
    controls = fields.form.controls
    parts = layer(controls, [given[control.parameter] for control in controls])
    for entry in arguments:
        for part, values in entry.implies.items():
            parts.setdefault(part, {}).update(values)
    own = {"plugin": given["method"], "size": str(int(given["size"])), "seed": given["seed"]}
    parts[STYLE.name] = parts.get(STYLE.name, {}) | own | gpu.run_settings()
    used = {part.name for part in style_parts(plugins, [Layer(flatten(parts))])[2]}
    return {part: said for part, said in parts.items() if part in used}


def check_memory(choice: StyleChoice, limits: Limits) -> None:
    """Raise UsageError for more than the page gives."""
    for options in choice.options.values():
        if isinstance(options, RunnerOptions) and options.memory is not None and options.memory_bytes > limits.memory:
            raise UsageError(f"Memory: {limits.memory / 1e9:g}GB are the most here; leave it empty for what is free")
