"""The page as a person meets it: in a real Chromium. The Style tab; the others have files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gancraft.pictures import read_recipe
from tests.web.conftest import BROWSER_PATIENCE, Watched, state

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with things that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

PUT_IN_CLIPBOARD = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 90, height: 60});
  canvas.getContext('2d').fillRect(20, 20, 30, 30);
  const blob = await new Promise(done => canvas.toBlob(done));
  await navigator.clipboard.write([new ClipboardItem({'image/png': blob})]);
}"""


@pytest.fixture
def wide(browser: Any, url: str) -> Iterator[Any]:
    """A page at a desk, that may use the clipboard; `another` opens a second visitor's."""
    contexts = []

    def visitor() -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url.rstrip("/"))
        contexts.append(context)
        page = context.new_page()
        page.goto(url, wait_until="domcontentloaded")
        page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
        return page

    page = visitor()
    page.another = visitor
    yield page
    for context in contexts:
        context.close()


def choose_method(page: Any, name: str) -> None:
    page.click("#method input")
    page.click(f'[role="option"]:has-text("{name}")')


def says(page: Any, text: str) -> None:
    """Wait until the label has this in it."""
    page.wait_for_selector(f'.gc-style .gc-label:has-text("{text}")', timeout=BROWSER_PATIENCE)


def test_a_painting_hangs_there_before_any_click(page: Any) -> None:
    state(page, "example")
    page.wait_for_selector(".gc-picture img", timeout=BROWSER_PATIENCE)
    assert page.locator(".gc-picture img").count() == 2
    assert page.is_visible(".gc-download") and not page.is_visible(".gc-stop")
    assert "Chelsea the cat, after Night over the valley" in page.inner_text(".gc-label")
    assert page.locator(".gc-picture").bounding_box()["y"] < page.viewport_size["height"] / 2


def test_one_click_paints(page: Any, tmp_path: Path) -> None:
    page.click(".gc-paint")
    state(page, "done")
    assert page.locator(".gc-picture img").count() == 2
    with page.expect_download(timeout=BROWSER_PATIENCE) as download:
        page.click(".gc-download")
    file = tmp_path / "download.png"
    download.value.save_as(file)
    assert download.value.suggested_filename == "cat-swirl.png"
    assert read_recipe(file)["command"] == "style"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert page.errors == []


def test_a_tile_is_one_click(page: Any) -> None:
    page.click('.gc-tiles img[alt="A cup of coffee"]')
    page.wait_for_selector('.gc-input img[src*="coffee.jpg"]', timeout=BROWSER_PATIENCE)
    page.click(".gc-paint")
    state(page, "done")
    assert "A cup of coffee, after" in page.inner_text(".gc-label")


def test_an_example_is_there_at_a_click_with_all_that_made_it(page: Any) -> None:
    page.click('.gc-strip img[alt^="Falcon 9"]')
    says(page, "Falcon 9 at dawn, after Night over the valley and Wheat field with cypresses")
    state(page, "example")
    page.wait_for_selector('.gc-input img[src*="rocket.jpg"]', timeout=BROWSER_PATIENCE)
    page.wait_for_selector('.gc-input img[src*="brush.jpg"]', timeout=BROWSER_PATIENCE)
    assert page.input_value('input[type="number"][aria-label*="Weight of the first style"]') == "2"
    assert page.input_value('input[type="number"][aria-label*="Strength"]') == "0.45"
    page.click(".gc-home .label-wrap")
    command = page.input_value(".gc-home textarea")
    assert command.startswith("gancraft style sample:rocket --style sample:swirl:2 --style sample:brush")
    page.click('.gc-strip img[alt^="A cup of coffee, after Sunrise"]')
    says(page, "A cup of coffee, after Sunrise window")
    assert not page.is_visible('input[type="number"][aria-label*="Weight"]'), "the second style wasn't taken away"


def test_several_styles(wide: Any, tmp_path: Path) -> None:
    wide.click(".gc-add")
    second = wide.locator('.gc-pick:has(h2:text-is("Style 2"))')
    second.locator('img[alt="Peacock"]').click(timeout=BROWSER_PATIENCE)
    wide.wait_for_selector('.gc-input img[src*="mosaic.jpg"]', timeout=BROWSER_PATIENCE)
    second.locator('input[type="number"]').fill("0.5")
    wide.keyboard.press("Tab")
    wide.click(".gc-paint")
    state(wide, "done")
    assert "Chelsea the cat, after Night over the valley and Peacock" in wide.inner_text(".gc-label")
    with wide.expect_download(timeout=BROWSER_PATIENCE) as download:
        wide.click(".gc-download")
    download.value.save_as(tmp_path / "two.png")
    styles = [entry for entry in read_recipe(tmp_path / "two.png")["inputs"] if entry["role"] == "style"]
    assert [(entry["sample"], entry["weight"]) for entry in styles] == [("swirl", 1), ("mosaic", 0.5)]
    second.locator('button:text-is("Remove")').click()
    second.wait_for(state="hidden", timeout=BROWSER_PATIENCE)
    wide.click(".gc-paint")
    wide.wait_for_selector('.gc-label[data-state="done"]:not(:has-text("Peacock"))', timeout=BROWSER_PATIENCE)


def test_what_was_painted_comes_back_at_a_click(wide: Any) -> None:
    assert not wide.is_visible(".gc-history")
    for photo, title in (("astronaut", "Astronaut Eileen Collins"), ("coffee", "A cup of coffee")):
        wide.click(f'.gc-tiles img[alt="{title}"]')
        wide.wait_for_selector(f'.gc-input img[src*="{photo}.jpg"]', timeout=BROWSER_PATIENCE)
        wide.click(".gc-paint")
        wide.wait_for_selector(f'.gc-label[data-state="done"]:has-text("{title}")', timeout=BROWSER_PATIENCE)
        wide.wait_for_selector(f'.gc-history img[alt^="{title}"]', timeout=BROWSER_PATIENCE)
    tiles = [tile.get_attribute("alt") for tile in wide.locator(".gc-history img").all()]
    assert tiles == [
        "A cup of coffee, after Night over the valley",
        "Astronaut Eileen Collins, after Night over the valley",
    ]
    wide.locator(".gc-history button").nth(1).click()
    says(wide, "Astronaut Eileen Collins")
    wide.wait_for_selector('.gc-picture img[src*="astronaut-swirl.png"]', timeout=BROWSER_PATIENCE)
    wide.click(".gc-home .label-wrap")
    assert wide.input_value(".gc-home textarea").startswith("gancraft style sample:astronaut sample:swirl")
    with wide.expect_download(timeout=BROWSER_PATIENCE) as download:
        wide.click(".gc-download")
    assert download.value.suggested_filename == "astronaut-swirl.png"
    assert wide.another().locator(".gc-history img").count() == 0, "another visitor sees it"


def test_a_new_seed_needs_no_server(wide: Any) -> None:
    seed = wide.locator(".gc-style .gc-seed input")
    before = seed.input_value()
    wide.click(".gc-style .gc-die")
    wide.wait_for_function("before => document.querySelector('.gc-style .gc-seed input').value !== before", arg=before)
    assert 0 <= int(seed.input_value()) < 2**31


@pytest.mark.parametrize("way", ["button", "keys"])
def test_a_picture_can_be_pasted(wide: Any, way: str) -> None:
    wide.evaluate(PUT_IN_CLIPBOARD)
    if way == "button":
        wide.locator('.gc-input button[aria-label="Paste from clipboard"]').first.click()
    else:
        wide.locator(".gc-style h2").first.click()
        wide.keyboard.press("Control+V")
    wide.wait_for_selector('.gc-pick:has(h2:text-is("Photo")) .gc-input img:not([src*="cat.jpg"])')
    selected = '.gc-pick:has(h2:text-is("Photo")) .thumbnail-item.selected'
    wide.wait_for_selector(selected, state="detached", timeout=BROWSER_PATIENCE)
    wide.click(".gc-paint")
    state(wide, "done")
    assert "Your picture, after" in wide.inner_text(".gc-label")


def test_a_place_in_the_line_is_seen_and_can_be_left(wide: Any, watched: Watched) -> None:
    choose_method(wide, "endless")
    wide.click(".gc-paint")
    state(wide, "busy")
    second = wide.another()
    second.click(".gc-paint")
    state(second, "waiting")
    second.wait_for_selector('.gc-style .gc-label:has-text("You are next")', timeout=BROWSER_PATIENCE)
    second.click(".gc-stop")
    state(second, "idle")
    assert second.is_visible(".gc-paint")
    wide.click(".gc-stop")
    state(wide, "done")


def test_by_keys_alone(wide: Any) -> None:
    def go_to(selector: str) -> None:
        for _ in range(80):
            wide.keyboard.press("Tab")
            if wide.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} can't be reached")

    go_to('.gc-tiles button:has(img[alt="A cup of coffee"])')
    wide.keyboard.press("Enter")
    wide.wait_for_selector('.gc-input img[src*="coffee.jpg"]', timeout=BROWSER_PATIENCE)
    go_to(".gc-paint")
    wide.keyboard.press("Enter")
    state(wide, "done")
    go_to(".gc-download")


def test_a_third_partys_method_shows_its_controls_and_stop_keeps_what_there_is(page: Any, watched: Watched) -> None:
    assert not page.is_visible("text=How many brushes.")
    assert page.is_visible("text=Start from a picture")
    choose_method(page, "endless")
    page.wait_for_selector("text=How many brushes.", timeout=BROWSER_PATIENCE)
    assert not page.is_visible("text=From 0, barely touched")
    assert not page.is_visible("text=Start from a picture")
    page.click(".gc-paint")
    page.wait_for_selector('.gc-label:has-text("steps")', timeout=BROWSER_PATIENCE)
    page.click(".gc-stop")
    state(page, "done")
    assert "stopped" in page.inner_text(".gc-label")
    assert page.is_visible(".gc-download") and page.is_visible(".gc-paint")
    assert watched.closed.wait(BROWSER_PATIENCE / 1000)


def test_a_wrong_picture_is_one_line(page: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    page.locator('.gc-input input[type="file"]').first.set_input_files(bad)
    page.wait_for_selector('.gc-input img[src*="bad.png"]', state="attached", timeout=BROWSER_PATIENCE)
    page.click(".gc-paint")
    page.wait_for_selector("text=bad.png is", timeout=BROWSER_PATIENCE)
    state(page, "idle")
    assert page.is_visible(".gc-paint")
