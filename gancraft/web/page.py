"""The whole page: its head, its tabs, and how it is served."""

from __future__ import annotations

from typing import Any

import gradio as gr

from gancraft.plugins import Plugins, plugins_from_environment
from gancraft.threads import share_cores
from gancraft.web.picker import SAMPLES
from gancraft.web.settings import AT_ONCE, CACHE_SECONDS, MAX_FILE_SIZE, QUEUE_SIZE, Limits, limits
from gancraft.web.style_tab import style_tab
from gancraft.web.theme import CSS, theme

TITLE = "gancraft"
SAYS = "Paint a photo in the manner of a painting: choose both, press Paint, and watch it come about."

# One file a tab: its name on the page, and the function that draws it.
TABS = {"Style": style_tab}


def build_page(plugins: Plugins | None = None, bounds: Limits | None = None) -> gr.Blocks:
    """The page, ready to be launched.

    plugins: those to offer, all that are found if None; bounds: what a visitor may ask for, by where the page runs if None.
    """
    share_cores()
    plugins = plugins_from_environment() if plugins is None else plugins
    bounds = limits() if bounds is None else bounds
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(CACHE_SECONDS, CACHE_SECONDS)
    ) as page:
        gr.HTML(f'<header class="gc-head"><h1>gan<em>craft</em></h1><p>{SAYS}</p></header>', padding=False)
        with gr.Tabs(elem_classes="gc-tabs"):
            for name, tab in TABS.items():
                with gr.Tab(name, id=name.lower()):
                    tab(plugins, bounds)
    return page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=AT_ONCE)


def launch(page: gr.Blocks, **more: Any) -> tuple[Any, str, str]:
    """Serve the page. more: what `gradio.Blocks.launch` takes, such as `server_port`."""
    settings: dict[str, Any] = {
        "theme": theme(),
        "css_paths": [CSS],
        "max_file_size": MAX_FILE_SIZE,
        "allowed_paths": [str(SAMPLES)],  # nothing but what everybody may have
        "footer_links": ["api", "gradio", "settings"],
        "show_error": False,
    }
    return page.launch(**{**settings, **more})
