"""The whole page: its head, its tabs, and how it is served."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from gancraft.plugins import Plugins, plugins_from_environment
from gancraft.threads import share_cores
from gancraft.web.api import describe
from gancraft.web.context import Context
from gancraft.web.examples import EXAMPLES
from gancraft.web.generate.tab import generate_tab
from gancraft.web.guard import Guard, bound_texts
from gancraft.web.learn.tab import learn_tab
from gancraft.web.picker import SAMPLES
from gancraft.web.plugins_tab import plugins_tab
from gancraft.web.settings import CACHE_SECONDS, MAX_FILE_SIZE, QUEUE_SIZE, TELL_EVERY, Limits, limits
from gancraft.web.style.tab import style_tab
from gancraft.web.theme import CSS, theme
from gancraft.web.train.tab import train_tab
from gancraft.web.warm import warm_up

TITLE = "gancraft"
ICON = Path(__file__).with_name("icon.svg")
SAYS = "Paint your photo in any style, make pictures that never were, and train your own network to do it."

# One file a tab: its name on the page, and the function that draws it.
TABS = {
    "Style": style_tab,
    "Generate": generate_tab,
    "Train": train_tab,
    "Learn": learn_tab,
    "Plugins": plugins_tab,
}


class Page(gr.Blocks):
    """What is served. plugins: those on offer; bounds: what a visitor may ask for."""

    plugins: Plugins
    bounds: Limits


def build_page(plugins: Plugins | None = None, bounds: Limits | None = None) -> Page:
    """The page, ready to be launched.

    plugins: those to offer, all that are found if None; bounds: what a visitor may ask for, by where the page runs if None.
    """
    share_cores()
    plugins = plugins_from_environment() if plugins is None else plugins
    bounds = limits() if bounds is None else bounds
    with Page(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(CACHE_SECONDS, CACHE_SECONDS)
    ) as page:
        page.plugins, page.bounds = plugins, bounds
        gr.HTML(f'<header class="gc-head"><h1>gan<em>craft</em></h1><p>{SAYS}</p></header>', padding=False)
        own_model = gr.State(None)
        with gr.Tabs(elem_classes="gc-tabs") as tabs:
            context = Context(plugins, bounds, tabs, own_model)
            for name, tab in TABS.items():
                with gr.Tab(name, id=name.lower()):
                    tab(context)
    describe(page)
    bound_texts(page)
    # Whatever computes waits in its line.
    page.queue(max_size=QUEUE_SIZE, status_update_rate=TELL_EVERY, api_open=False)
    return page


def launch(page: Page, **more: Any) -> tuple[Any, str, str]:
    """Serve the page. more: what `gradio.Blocks.launch` takes, such as `server_port`."""
    # A page of Gradio's with a visitor's earlier results, whose files are gone after an hour.
    os.environ.setdefault("GRADIO_RUN_HISTORY", "False")
    # Said of every tool for assistants whose visitor has a state: each call of theirs is a visit of its own.
    warnings.filterwarnings("ignore", "This MCP server includes a tool that has a gr.State input")
    settings: dict[str, Any] = {
        "theme": theme(),
        "css_paths": CSS,
        "favicon_path": ICON,
        "max_file_size": MAX_FILE_SIZE,
        "allowed_paths": [str(SAMPLES), str(EXAMPLES)],  # nothing but what everybody may have
        "footer_links": ["api", "gradio", "settings"],
        "show_error": False,
        "app_kwargs": {"middleware": [Middleware(Guard, limits=page.bounds)]},
    }
    warm_up(page, page.plugins)
    return page.launch(**{**settings, **more})
