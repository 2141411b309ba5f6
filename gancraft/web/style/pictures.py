"""What a painting is made of: a photo, a style, and further styles with weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from gancraft.errors import UsageError
from gancraft.pictures import Picture
from gancraft.web.picker import Picker, open_input, picker
from gancraft.web.quiet import QUIET
from gancraft.web.script import ONCE
from gancraft.web.settings import Limits

HEAVIEST, WEIGHT_STEP = 2, 0.1

Weighted = Sequence[tuple[str, float]]  # bundled styles by name, with weights


@dataclass(frozen=True)
class StyleField:
    """One style picture with its weight, in a place of its own."""

    name: str
    place: gr.Column
    picker: Picker
    weight: gr.Slider


@dataclass(frozen=True)
class Pictures:
    """The fields. shown: which of the further styles are in sight, a list of bool."""

    photo: Picker
    group: gr.Column  # of all that has to do with styles
    styles: Sequence[StyleField]
    add: gr.Button
    shown: gr.State

    @property
    def inputs(self) -> dict[str, Component]:
        """All that a painting is given, by name in the API."""
        return {"content": self.photo.image, **self.of_styles}

    @property
    def of_styles(self) -> dict[str, Component]:
        """The styles with their weights, by name in the API."""
        known: dict[str, Component] = {}
        for number, field in enumerate(self.styles, 1):
            known |= {_numbered("style", number): field.picker.image, _numbered("weight", number): field.weight}
        return known

    @property
    def filled(self) -> list[Component]:
        """What `fill` gives values for."""
        parts = [(field.picker.image, field.picker.tiles, field.weight) for field in self.styles]
        return [self.photo.image, self.photo.tiles, *(part for three in parts for part in three), *self.places]

    @property
    def places(self) -> list[Component]:
        """What `arrange` gives values for."""
        return [self.shown, *(field.place for field in self.styles[1:]), self.add, self.styles[0].weight]  # type: ignore[list-item]

    def fill(self, photo: str, styles: Weighted) -> list[Any]:
        """Updates that put bundled pictures in."""
        values: list[Any] = [*self.photo.show(photo)]
        for number, field in enumerate(self.styles):
            name, weight = styles[number] if number < len(styles) else (None, 1)
            values += [*field.picker.show(name), gr.update(value=weight)]
        return [*values, *self.arrange([number < len(styles) for number in range(1, len(self.styles))])]

    def arrange(self, shown: list[bool]) -> list[Any]:
        """Updates of what is in sight. One style alone needs no weight."""
        return [
            shown,
            *(gr.update(visible=there) for there in shown),
            gr.update(visible=not all(shown)),
            gr.update(visible=any(shown)),
        ]

    def photo_of(self, given: Mapping[str, Any], limits: Limits) -> Picture:
        """The photo, from values by the names of `inputs`. Raises UsageError, in one line."""
        return open_input(given["content"], "Photo", limits.max_megapixels)

    def first_counts(self, given: Mapping[str, Any]) -> bool:
        """Whether the first style is among those that are painted with: alone it is, whatever its weight."""
        others = [given[_numbered("style", number)] for number in range(2, len(self.styles) + 1)]
        return bool(given["weight"]) or not any(others)

    def styles_of(self, given: Mapping[str, Any], limits: Limits) -> list[tuple[Picture, float]]:
        """The styles with weights, from values by the names of `inputs`. Raises UsageError, in one line."""
        styles: list[tuple[Picture, float]] = []
        for number, field in enumerate(self.styles, 1):
            path = given[_numbered("style", number)]
            if path is not None or number == 1:
                picture = open_input(path, field.name, limits.max_megapixels)
                styles.append((picture, float(given[_numbered("weight", number)])))
        if len(styles) == 1:
            return [(styles[0][0], 1.0)]
        styles = [(picture, weight) for picture, weight in styles if weight]
        if not styles:
            raise UsageError("all styles have weight 0: give one of them more")
        return styles


def draw_pictures(limits: Limits, photo: str, style: str) -> Pictures:
    """Draw the fields within the open Blocks. photo, style: the bundled pictures that they open with."""
    with gr.Column(elem_classes="gc-pick"):
        gr.HTML("<h2>Photo</h2>", padding=False, js_on_load=ONCE)
        first = picker("photo", "Photo", photo)
    removers = []
    with gr.Column(elem_classes="gc-styles") as group:
        with gr.Column(elem_classes="gc-pick") as place:
            gr.HTML("<h2>Style</h2>", padding=False)
            styles = [_style("Style", place, style)]
        for number in range(2, limits.max_styles + 1):
            with gr.Column(visible=False, elem_classes="gc-pick") as place:
                with gr.Row(elem_classes="gc-over"):
                    gr.HTML(f"<h2>Style {number}</h2>", padding=False)
                    removers.append(gr.Button("Remove", size="sm", elem_classes="gc-quiet"))
                styles.append(_style(f"Style {number}", place))
        add = gr.Button("Add another style", size="sm", elem_classes="gc-quiet gc-add", visible=len(styles) > 1)
    pictures = Pictures(first, group, styles, add, gr.State([False] * (len(styles) - 1)))

    def another(shown: list[bool]) -> list[Any]:
        free = shown.index(False)
        return pictures.arrange([*shown[:free], True, *shown[free + 1 :]])

    def remove(number: int, shown: list[bool]) -> list[Any]:
        left = [*shown[:number], False, *shown[number + 1 :]]
        return [*styles[number + 1].picker.show(None), *pictures.arrange(left)]

    add.click(another, pictures.shown, pictures.places, **QUIET)
    for number, button in enumerate(removers):
        gone = styles[number + 1].picker
        outputs = [gone.image, gone.tiles, *pictures.places]
        button.click(partial(remove, number), pictures.shown, outputs, **QUIET)
    return pictures


def _style(name: str, place: gr.Column, sample: str | None = None) -> StyleField:
    chosen = picker("style", name, sample)
    first = sample is not None
    label = "Weight of the first style" if first else f"Weight of {name.lower()}"
    weight = gr.Slider(0, HEAVIEST, 1, step=WEIGHT_STEP, label=label, visible=not first, elem_classes="gc-weight")
    return StyleField(name, place, chosen, weight)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"
