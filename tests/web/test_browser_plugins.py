"""The Plugins tab in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gancraft.plugins import PluginInfo, Plugins
from tests.web.conftest import BOUNDS, BROWSER_PATIENCE, open_tab, with_endless

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]
FAILED = PluginInfo(
    "sparkle", "gancraft-sparkle", "0.3", "", False, "failed", "ImportError: /srv/secret/sparkle.py needs <glitter>"
)


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with a plugin of a third party's, and one that failed to load."""
    from gancraft.web.page import build_page, launch

    known = with_endless()
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
    page: Any = build_page(Plugins((*known.infos, FAILED), known.entries), BOUNDS)
    _, address, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield address
    page.close(verbose=False)
    patch.undo()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def tab(browser: Any, own_url: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page with its Plugins tab open."""
    width, height = request.param
    may = ["clipboard-read", "clipboard-write"]
    context = browser.new_context(viewport={"width": width, "height": height}, permissions=may)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(error))
    page.goto(own_url, wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    open_tab(page, "Plugins")
    yield page
    context.close()


def test_what_is_installed_and_what_failed(tab: Any) -> None:
    row = tab.locator('.gc-plugins li[data-plugin="third"]')
    assert row.is_visible() and "gancraft-third 1.0" in row.inner_text() and "Goes on." in row.inner_text()
    failed = tab.locator('.gc-plugins li[data-state="failed"]')
    assert failed.is_visible() and "ImportError: sparkle.py needs <glitter>" in failed.inner_text()
    assert "/srv" not in tab.content()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert tab.errors == []


def test_parts_are_folded_away_until_asked_for_by_mouse_or_keyboard(tab: Any) -> None:
    losses = tab.locator(".gc-plugins details", has_text="Adversarial losses")
    assert not losses.locator("li").first.is_visible()
    losses.locator("summary").click()
    assert losses.locator("li").first.is_visible()
    losses.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert not losses.locator("li").first.is_visible()


def test_the_example_is_copied_whole(tab: Any) -> None:
    from gancraft.web.plugins_tab import EXAMPLE

    copy = tab.locator('.gc-plugins [aria-label="Copy mine/channel_means.py"]').first
    copy.click()
    tab.wait_for_selector('.gc-plugins button:has-text("Copied")', timeout=BROWSER_PATIENCE)
    assert tab.evaluate("navigator.clipboard.readText()") == EXAMPLE.read_text()
