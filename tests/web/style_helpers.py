"""The fields of the Style tab without a page, and plugins for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

import gancraft
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.web.settings import PUBLIC
from gancraft.web.style.film import FilmField, draw_film
from gancraft.web.style.form import draw_form
from gancraft.web.style.masks import draw_masks
from gancraft.web.style.methods import offered
from gancraft.web.style.order import Fields
from gancraft.web.style.pictures import draw_pictures

PLUGINS = find_plugins()
LIMITS = replace(PUBLIC, start_side=64, painted_side=48, painted_frames=4)


class Grey(gancraft.StyleMethod):
    """A third party's method that needs no style picture and a trained network."""

    def __init__(self, options: gancraft.Options, models: Any):
        super().__init__(options)

    def run(self, job: gancraft.StyleJob, run: gancraft.Run) -> Iterator[gancraft.Event]:
        height, width = job.content_NCHW.shape[-2:]
        yield gancraft.Finished(np.full((height, width, 3), 0.5, np.float32))


class GreyOptions(gancraft.Options):
    model: str | None = gancraft.option(None, "Which network.", basic=True)


def with_networks(*names: str) -> Plugins:
    """A method that paints with trained networks only, and networks of these names; none that comes along."""
    info = PluginInfo("third", "gancraft-third", "1.0", "", False)
    can = frozenset({"styleless", "models"})
    method = Registered("style", "grey", Grey, "Grey.", GreyOptions, gancraft.StyleMethod, can, info)
    models = [Registered("style-model", n, "x", "", gancraft.Options, None, frozenset(), info) for n in names]
    kept = [e for e in PLUGINS.entries if e.kind != "style-model" and not e.can("models")]
    return Plugins((*PLUGINS.infos, info), (*kept, method, *models))


def fields_of(plugins: Plugins) -> tuple[Fields, FilmField]:
    """Drawn in Blocks of their own."""
    with gr.Blocks(analytics_enabled=False):
        pictures, form = draw_pictures(LIMITS, "cat", "swirl"), draw_form(plugins, LIMITS)
        masks = draw_masks(pictures.photo, pictures.styles[0].picker, True)
        return Fields(pictures, form, masks, gr.Checkbox(False)), draw_film(LIMITS)


def values(tab: tuple[Fields, FilmField], **more: Any) -> dict[str, Any]:
    """What the fields say when the page opens, and what was changed."""
    known = {**tab[0].inputs, **tab[1].inputs}
    shown = {name: getattr(component, "value", None) for name, component in known.items()}
    plain = {name: value["path"] if isinstance(value, dict) else value for name, value in shown.items()}
    return plain | more


def at_once(plugins: Plugins) -> str:
    return next(name for name, method in offered(plugins, LIMITS).items() if method.can("instant"))
