"""What a method of painting may take beyond photo, styles and settings, and the field that each such thing has on the page.

A field is shown for the methods that have its capability (`gancraft.plugins.Registered.can`): the engine's own runner, and
every plugin that registers it. A further kind of input is one entry in `INPUTS`, and an argument of the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradio.components import Component

from gancraft.pictures import Picture, open_picture
from gancraft.web.command import source
from gancraft.web.picker import field as picture_field
from gancraft.web.settings import Limits


@dataclass(frozen=True, eq=False)
class Input:
    """capability: methods that have it are given this; argument: of `gancraft.style.paint_to`; parameter: in the API; title,
    says: what the field is called, and a sentence about it; draw: makes the component; read: its value as the argument, None
    where nothing was given; words: an argument's flags on the command line; implies: settings that follow from giving it, by
    part and name, and that the visitor isn't offered otherwise."""

    capability: str
    argument: str
    parameter: str
    title: str
    says: str
    draw: Callable[[str], Component]
    read: Callable[[Any, Limits], Any]
    words: Callable[[Any], Sequence[str]]
    implies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _picture(path: str | None, limits: Limits) -> Picture | None:
    return open_picture(path, limits.max_megapixels) if path is not None else None


INPUTS = (
    Input(
        capability="start",
        argument="start",
        parameter="start_picture",
        title="Start from a picture",
        says="The painting begins with this picture instead of the photo: an earlier painting, a sketch, a gradient.",
        draw=picture_field,
        read=_picture,
        words=lambda picture: ["--start-picture", source(picture)],
        implies={"optimise": {"start": "picture"}},
    ),
)


def implied(part: str) -> dict[str, Collection[str]]:
    """Choices of a part's settings that follow from an input, so that the visitor isn't offered them."""
    return {name: {value} for entry in INPUTS for name, value in entry.implies.get(part, {}).items()}
