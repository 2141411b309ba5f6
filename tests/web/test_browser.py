"""The page as a person meets it: in a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gancraft.pictures import read_recipe
from tests.web.conftest import Watched

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 90_000  # milliseconds


@pytest.fixture(scope="module")
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
    page.wait_for_selector(".gc-paint", timeout=PATIENCE)
    yield page
    page.close()


def state(page: Any, wanted: str) -> None:
    page.wait_for_selector(f'.gc-label[data-state="{wanted}"]', timeout=PATIENCE)


def test_one_click_paints(page: Any, tmp_path: Path) -> None:
    state(page, "idle")
    assert not page.is_visible(".gc-download") and not page.is_visible(".gc-stop")
    page.click(".gc-paint")
    state(page, "done")
    assert page.locator(".gc-picture img").count() == 2
    with page.expect_download(timeout=PATIENCE) as download:
        page.click(".gc-download")
    file = tmp_path / "download.png"
    download.value.save_as(file)
    assert download.value.suggested_filename == "astronaut-brush.png"
    assert read_recipe(file)["command"] == "style"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert page.errors == []


def test_a_tile_is_one_click(page: Any) -> None:
    page.click('.gc-tiles img[alt="Chelsea the cat"]')
    page.wait_for_selector('.gc-input img[src*="cat.jpg"]', timeout=PATIENCE)
    page.click(".gc-paint")
    state(page, "done")
    assert "Chelsea the cat, after" in page.inner_text(".gc-label")


def test_a_third_partys_method_shows_its_controls_and_stop_keeps_what_there_is(page: Any, watched: Watched) -> None:
    assert not page.is_visible("text=How many brushes.")
    page.click("#method input")
    page.click('[role="option"]:has-text("endless")')
    page.wait_for_selector("text=How many brushes.", timeout=PATIENCE)
    assert not page.is_visible("text=From 0, barely touched")
    page.click(".gc-paint")
    page.wait_for_selector(".gc-picture img", timeout=PATIENCE)
    page.click(".gc-stop")
    state(page, "done")
    assert "stopped" in page.inner_text(".gc-label")
    assert page.is_visible(".gc-download") and page.is_visible(".gc-paint")
    assert watched.closed.wait(PATIENCE / 1000)


def test_a_wrong_picture_is_one_line(page: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    page.locator('.gc-input input[type="file"]').first.set_input_files(bad)
    page.wait_for_selector('.gc-input img[src*="bad.png"]', state="attached", timeout=PATIENCE)
    page.click(".gc-paint")
    page.wait_for_selector("text=bad.png is", timeout=PATIENCE)
    state(page, "idle")
    assert page.is_visible(".gc-paint")
