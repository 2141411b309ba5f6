"""What every test of the page needs: no loops of Gradio's left open, and a page that is served."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import gancraft
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.web.settings import Limits

BOUNDS = Limits(max_side=128, start_side=64, max_megapixels=1, maxima={"iterations": 4}, computer=False)


@pytest.fixture(scope="session", autouse=True)
def no_loops_left_open() -> Iterator[None]:
    """Gradio makes an event loop for each lock and never closes it, a ResourceWarning; since Python 3.10 none is needed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.utils.safe_get_lock", asyncio.Lock)
        patch.setattr("gradio.queueing.safe_get_lock", asyncio.Lock)
        patch.setattr("gradio.utils.safe_get_stop_event", asyncio.Event)
        yield


class EndlessOptions(gancraft.Options):
    brushes: int = gancraft.option(2, "How many brushes.", ge=1, le=5, basic=True)


@dataclass
class Watched:
    """What the method below did, for the test to look at."""

    steps: int = 0
    permits: threading.Semaphore | None = None  # one is taken for each step, where the test hands them out
    stepped: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    brushes: int = 0


class Endless(gancraft.StyleMethod):
    """A third party's method of painting that goes on until it is stopped."""

    watched = Watched()

    def run(self, job: gancraft.StyleJob, run: gancraft.Run) -> Iterator[gancraft.Event]:
        watched = Endless.watched
        watched.brushes = self.options.brushes  # type: ignore[attr-defined]
        picture_HWC = job.content_NCHW[0].permute(1, 2, 0).numpy()
        try:
            yield gancraft.Started(None, "no end")
            while not run.stopping:
                watched.steps += 1
                watched.stepped.set()
                yield gancraft.Progress(watched.steps, None)
                yield gancraft.Preview(picture_HWC, watched.steps)
                if watched.permits is None:
                    time.sleep(0.05)
                else:
                    watched.permits.acquire()
            yield gancraft.Finished(picture_HWC, stopped=True)
        finally:
            watched.closed.set()


@pytest.fixture
def watched() -> Watched:
    Endless.watched = Watched()
    return Endless.watched


def with_endless() -> Plugins:
    """The bundled plugins and one of a third party."""
    known = find_plugins()
    info = PluginInfo("third", "gancraft-third", "1.0", "", False)
    entry = Registered("style", "endless", Endless, "Goes on.", EndlessOptions, gancraft.StyleMethod, frozenset(), info)
    return Plugins((*known.infos, info), (*known.entries, entry))


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with small bounds, served from this process. Its files go to a folder of the test's."""
    from gancraft.web.page import build_page, launch

    patch = pytest.MonkeyPatch()
    cache: Path = tmp_path_factory.mktemp("gradio")
    patch.setenv("GRADIO_TEMP_DIR", str(cache))
    patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    page: Any = build_page(with_endless(), BOUNDS)
    _, address, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield address
    page.close(verbose=False)
    patch.undo()
