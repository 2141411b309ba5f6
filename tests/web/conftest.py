"""What every test of the page needs: no loops of Gradio's left open, and a page that is served."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

import gancraft
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.web.settings import Limits
from tests.web.served import Served, served
from tests.web.waiting import PATIENCE

BOUNDS = Limits(
    max_side=128,
    start_side=64,
    max_megapixels=1,
    maxima={"iterations": 4},
    computer=False,
    train_side=16,
    train_start_side=8,
    train_pictures=200_000,
    train_start_pictures=640,
    train_maxima={"batch": 128},
    set_files=50,
    set_megabytes=2,
    keep_runs=False,
    train_parameters=5_000_000,
)


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

    begun: int = 0
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
        watched.begun += 1
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
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page with small bounds and methods of third parties, served from this process at its `address`.

    Its files go to a folder of the tests'.
    """
    from gancraft.web.page import build_page, launch
    from tests.web.train_helpers import with_patient

    patch = pytest.MonkeyPatch()
    cache: Path = tmp_path_factory.mktemp("gradio")
    patch.setenv("GRADIO_TEMP_DIR", str(cache))
    patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("prepared")))
    patch.setattr("gancraft.web.gpu.there", lambda: True)  # it opens with the same method on every machine
    page: Any = build_page(with_patient(with_endless()), BOUNDS)
    _, page.address, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield page
    page.close(verbose=False)
    patch.undo()


@pytest.fixture(scope="session")
def url(site: Any) -> str:
    return site.address


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A public page in a process of its own."""
    # Gradio keeps what a visitor had for an hour after they left, and for a second where this is set.
    with served(tmp_path_factory.mktemp("served"), GRADIO_IS_E2E_TEST="1") as page:
        yield page


@pytest.fixture(scope="session")
def http(public: Served) -> Iterator[httpx.Client]:
    # A connection each: the server closes them where it was sent nonsense.
    with httpx.Client(base_url=public.url, timeout=PATIENCE, headers={"connection": "close"}) as client:
        yield client


@pytest.fixture
def alive(http: httpx.Client) -> Iterator[None]:
    """Whatever the test did, the public page is served."""
    yield
    assert http.get("/").status_code == 200
    assert http.get("/config").status_code == 200


CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BROWSER_PATIENCE = 90_000  # milliseconds


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; where it is missing the tests are skipped, but not on CI, where they must have run."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None  # type: ignore[assignment]
    if sync_playwright is None or not Path(CHROMIUM).exists():
        missing = "playwright isn't installed" if sync_playwright is None else f"there is no {CHROMIUM}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(browser: Any, url: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(error))
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    yield page
    page.close()


def open_tab(page: Any, name: str) -> None:
    """Go to a tab by its name; on a phone some are in a menu."""
    tab = page.locator(f'button[role="tab"]:has-text("{name}")')
    if tab.count() == 0:
        page.click('.gc-tabs [aria-label="More tabs"]')
        tab = page.locator(f'.gc-tabs .overflow-dropdown button:has-text("{name}")')
    tab.first.click()
    page.wait_for_selector(f".gc-{name.lower()}", timeout=BROWSER_PATIENCE)


def state(page: Any, wanted: str, tab: str = "style") -> None:
    """Wait until the label of a tab says "idle", "waiting", "busy" or "done"."""
    page.wait_for_selector(f'.gc-{tab} .gc-label[data-state="{wanted}"]', timeout=BROWSER_PATIENCE)
