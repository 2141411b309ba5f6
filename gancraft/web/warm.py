"""Getting ready before the first click: torch takes seconds to load, and a first painting some more for its networks."""

from __future__ import annotations

import logging
import threading
import time

import gradio as gr

from gancraft.pictures import open_sample, samples
from gancraft.plugins import Plugins
from gancraft.resolve import Layer
from gancraft.style.choice import resolve_style
from gancraft.style.settings import StyleSettings
from gancraft.web import gpu
from gancraft.web.style.methods import first_method
from gancraft.web.turns import TURNS

LOG = logging.getLogger("gancraft.web")
SIZE = "64"
LOOK_EVERY = 0.2  # seconds between two looks whether the page is up
BREATH = 1.0  # seconds after that for those who open it first


def warm_up(page: gr.Blocks, plugins: Plugins) -> threading.Thread | None:
    """Load what the first painting needs, in a thread of its own as soon as `page` is served. Call it before `launch`."""
    if gpu.zero_gpu():
        # Work is done in processes that are forked from this one, which must not happen while it is half way through this.
        import gancraft.style.job  # noqa: F401

        return None
    # No daemon: a program that ends while torch is half loaded crashes, so it waits for this.
    thread = threading.Thread(target=_warm, args=(page, plugins), name="warm-up")
    thread.start()
    return thread


def _warm(page: gr.Blocks, plugins: Plugins) -> None:
    while not page.is_running and _wanted():
        time.sleep(LOOK_EVERY)
    time.sleep(BREATH)
    if not _wanted():
        return
    try:
        import gancraft.style.job  # outside of a turn: it is slow, and runs of others needn't wait for it

        if not _wanted():
            return
        photo, style = open_sample(samples("photo")[0].name), open_sample(samples("style")[0].name)
        for method in dict.fromkeys([first_method(plugins), StyleSettings().plugin]):
            wanted = {"plugin": method, "size": SIZE, "optimise.iterations": 1}
            choice = resolve_style(plugins, [Layer(wanted, shared=True)])
            with TURNS.turn():
                for _ in gancraft.style.job.paint(choice, photo, [(style, 1.0)]):
                    pass
    except Exception:  # a painting will say it to somebody who sees it
        LOG.exception("getting ready failed")


def _wanted() -> bool:
    """Whether the program isn't about to end."""
    return threading.main_thread().is_alive()
