"""The page when things go wrong: in a real Chromium, with errors, a full queue, a lost connection, and hostile words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gancraft
from gancraft.web.page import TABS
from tests.web.conftest import BROWSER_PATIENCE, Endless, Watched, open_tab, state

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]

# Addresses elsewhere that Gradio's own page asks for, each with why. There are none as long as its fonts aren't used.
GRADIOS_ADDRESSES: tuple[str, ...] = ()
GRADIOS_WORDS = ("Method not implemented.",)  # said to the console by Gradio's upload


@pytest.fixture
def strict(browser: Any, url: str) -> Iterator[Any]:
    """A page, wide, that remembers what it asked for elsewhere and what its console said."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.elsewhere, page.said = [], []

    def asked(request: Any) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            page.elsewhere.append(request.url)

    def told(message: Any) -> None:
        if message.type in ("error", "warning") and message.text not in GRADIOS_WORDS:
            page.said.append(message.text)

    page.on("request", asked)
    page.on("console", told)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    yield page
    page.close()


def endless(page: Any) -> None:
    """Choose the third party's method, and paint with it."""
    page.click("#method input")
    page.click('[role="option"]:has-text("endless")')
    page.wait_for_selector("text=How many brushes.", timeout=BROWSER_PATIENCE)
    page.click(".gc-paint")


def message(page: Any) -> str:
    """The one message that is shown."""
    toast = page.locator('[data-testid="toast-text"]')
    toast.first.wait_for(timeout=BROWSER_PATIENCE)
    assert toast.count() == 1
    text: str = toast.inner_text()
    return text


def test_nothing_is_asked_of_anybody_else_and_the_console_is_silent(strict: Any) -> None:
    for tab in TABS:
        open_tab(strict, tab)
        strict.wait_for_timeout(500)
    open_tab(strict, "Style")
    strict.click('.gc-tiles [aria-label="Chelsea the cat"], .gc-tiles img[alt="Chelsea the cat"]')
    strict.click(".gc-paint")
    state(strict, "done")
    with strict.expect_download(timeout=BROWSER_PATIENCE):
        strict.click(".gc-download")
    assert [address for address in strict.elsewhere if not address.startswith(GRADIOS_ADDRESSES)] == []
    assert strict.said == []


def test_the_guide_to_the_api_asks_nobody_else_either(strict: Any) -> None:
    strict.click("text=Use via API")
    strict.locator('[role="dialog"] >> text=/style').first.wait_for(timeout=BROWSER_PATIENCE)
    strict.wait_for_timeout(500)
    assert [address for address in strict.elsewhere if not address.startswith(GRADIOS_ADDRESSES)] == []


def test_a_method_that_breaks_is_one_line(strict: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: Any, job: Any, run: Any) -> Iterator[Any]:
        yield gancraft.Progress(1, 2)
        raise RuntimeError(f"in {__file__}, line 1")

    monkeypatch.setattr(Endless, "run", breaks)
    endless(strict)
    assert message(strict).startswith("Something went wrong on the server")
    state(strict, "idle")
    said = strict.inner_text("body")
    assert "Traceback" not in said and __file__ not in said and "RuntimeError" not in said
    assert strict.is_visible(".gc-paint") and not strict.is_visible(".gc-stop")


def test_words_of_strangers_are_words(strict: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin, a model's file, a file's name: none may put a script on the page."""

    def speaks(self: Any, job: Any, run: Any) -> Iterator[Any]:
        yield gancraft.Warned(hostile)
        raise gancraft.GancraftError(hostile)

    hostile = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script><b id=bold>so</b> bad"
    monkeypatch.setattr(Endless, "run", speaks)
    endless(strict)
    strict.wait_for_selector(".toast-body.error", timeout=BROWSER_PATIENCE)
    state(strict, "idle")
    strict.wait_for_timeout(500)
    assert strict.evaluate("window.hacked") is None
    assert strict.locator(".gc-style .gc-label img, .gc-style .gc-label b").count() == 0
    assert "bad" in strict.inner_text(".gc-style .gc-label")


def test_why_nothing_was_painted_stays_on_the_label(strict: Any) -> None:
    strict.locator('.gc-style .gc-input [aria-label="Remove Image"]').first.click()
    strict.click(".gc-paint")
    why = message(strict)
    state(strict, "idle")
    assert "choose a picture" in why
    strict.click('[data-testid="toast-close"]')
    strict.wait_for_selector('[data-testid="toast-text"]', state="detached", timeout=BROWSER_PATIENCE)
    assert why in strict.inner_text(".gc-style .gc-label")


def test_a_file_that_is_too_large_is_one_line(strict: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(bytes(21 << 20))
    strict.locator('.gc-style .gc-input input[type="file"]').first.set_input_files(large)
    said = message(strict)
    assert "large.png" in said and "20" in said


def test_a_full_page_says_that_it_is_busy(
    strict: Any, watched: Watched, url: str, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio.queueing import Queue

    monkeypatch.setattr(Queue, "__len__", lambda queue: 10**6)
    strict.click(".gc-paint")
    assert message(strict) == "This application is currently busy. Please try again."
    state(strict, "idle")
    assert strict.is_visible(".gc-paint") and "try again" in strict.inner_text(".gc-style .gc-label")
    monkeypatch.undo()
    strict.click(".gc-paint")
    state(strict, "done")


def test_who_waits_sees_their_place_and_may_go(strict: Any, watched: Watched, url: str, browser: Any) -> None:
    endless(strict)
    strict.wait_for_selector(".gc-style .gc-picture img", timeout=BROWSER_PATIENCE)
    state(strict, "busy")
    second = browser.new_page(viewport={"width": 1280, "height": 900})
    second.goto(url, wait_until="domcontentloaded")
    second.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    second.click(".gc-paint")
    state(second, "waiting")
    second.wait_for_selector("text=You are next", timeout=BROWSER_PATIENCE)
    second.click(".gc-stop")
    state(second, "idle")
    assert second.is_visible(".gc-paint") and not second.is_visible(".gc-stop")
    second.close()
    strict.click(".gc-stop")
    state(strict, "done")


def test_a_tab_that_is_closed_or_loaded_anew_frees_the_work(strict: Any, watched: Watched, url: str) -> None:
    endless(strict)
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    strict.reload(wait_until="domcontentloaded")
    assert watched.closed.wait(BROWSER_PATIENCE / 1000)
    strict.click(".gc-paint", timeout=BROWSER_PATIENCE)
    state(strict, "done")


def test_a_double_click_is_one_click(strict: Any, watched: Watched) -> None:
    strict.click("#method input")
    strict.click('[role="option"]:has-text("endless")')
    strict.wait_for_selector("text=How many brushes.", timeout=BROWSER_PATIENCE)
    box = strict.locator(".gc-style .gc-paint").bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    strict.mouse.click(*place)
    strict.wait_for_selector(".gc-style .gc-stop", timeout=BROWSER_PATIENCE)  # it comes to the same place
    strict.mouse.click(*place)
    strict.wait_for_timeout(300)
    assert "Stopped" not in strict.inner_text(".gc-style .gc-label")
    state(strict, "busy")
    assert not watched.closed.is_set()
    strict.wait_for_selector(".gc-style .gc-picture img", timeout=BROWSER_PATIENCE)
    strict.click(".gc-stop")
    state(strict, "done")
    strict.wait_for_timeout(1000)
    assert strict.locator('.gc-style .gc-label[data-state="done"]').count() == 1 and watched.closed.is_set()


def test_a_lost_connection_is_told_and_the_page_comes_back(strict: Any) -> None:
    strict.context.set_offline(True)
    strict.click(".gc-paint")
    assert "Connection" in message(strict)
    strict.context.set_offline(False)
    strict.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    strict.click(".gc-paint")
    state(strict, "done")


def test_two_pages_of_one_visitor_know_nothing_of_each_other(browser: Any, url: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(url, wait_until="domcontentloaded")
        page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    before = other.locator(".gc-style .gc-wall").inner_html()
    one.click(".gc-paint")
    state(one, "done")
    assert other.locator(".gc-style .gc-wall").inner_html() == before
    context.close()
