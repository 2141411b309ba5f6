"""The Generate tab as a person meets it, in a real Chromium."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import av
import pytest

from gancraft.pictures import read_recipe
from tests.web.conftest import BROWSER_PATIENCE, open_tab
from tests.web.test_generate import own_model

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]


@pytest.fixture
def tab(page: Any) -> Any:
    """The tab, with the pictures that are there after one click."""
    open_tab(page, "Generate")
    page.wait_for_selector(".gc-sheet img", timeout=BROWSER_PATIENCE)
    page.wait_for_selector(".gc-stops img", timeout=BROWSER_PATIENCE)
    return page


def sources(page: Any) -> list[str]:
    return page.eval_on_selector_all(".gc-sheet img", "all => all.map(one => one.src)")  # type: ignore[no-any-return]


def until(page: Any, condition: str, value: Any = None) -> None:
    page.wait_for_function(condition, arg=value, timeout=BROWSER_PATIENCE)


def changed(page: Any, before: list[str]) -> None:
    until(page, "before => document.querySelector('.gc-sheet img')?.src !== before", before[0])


def says(page: Any, where: str, text: str) -> None:
    page.wait_for_selector(f'.gc-generate {where} .gc-label:has-text("{text}")', timeout=BROWSER_PATIENCE)


def download(page: Any, button: str, folder: Path) -> Path:
    with page.expect_download(timeout=BROWSER_PATIENCE) as waiting:
        page.click(button)
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_pictures_are_there_and_follow_what_is_changed(tab: Any, tmp_path: Path) -> None:
    first = sources(tab)
    assert len(first) == 25 and tab.is_visible("text=Noto Emoji")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    tab.click(".gc-generate .gc-die")
    changed(tab, first)
    second = sources(tab)
    assert not set(first) & set(second)
    tab.fill('.gc-generate .gc-seed input[type="number"]', "7")
    changed(tab, second)
    says(tab, ".gc-many", "seed 7")
    third = sources(tab)
    tab.click('.gc-models label:has-text("digits")')
    changed(tab, third)
    tab.wait_for_selector("text=Handwritten Digits", timeout=BROWSER_PATIENCE)
    says(tab, ".gc-many", "By digits")
    file = download(tab, ".gc-many .gc-download", tmp_path)
    assert file.name == "digits-seed7.png" and read_recipe(file)["pictures"] == 25
    assert tab.errors == []


def test_two_clicked_pictures_become_a_film(tab: Any, tmp_path: Path) -> None:
    tab.click('.gc-models label:has-text("digits")')
    says(tab, ".gc-many", "By digits")
    for number in (3, 8):
        tab.click(f'.gc-sheet img[alt="Picture {number}"]')
        says(tab, ".gc-one", f"Picture {number}")
    tab.wait_for_selector('.gc-stops :text("From: picture 3")', timeout=BROWSER_PATIENCE)
    tab.wait_for_selector('.gc-stops :text("To: picture 8")', timeout=BROWSER_PATIENCE)
    one = download(tab, ".gc-one .gc-download", tmp_path)
    assert one.name == "digits-seed0-8.png" and read_recipe(one)["picture"] == 8
    assert not tab.is_visible(".gc-film .gc-download")
    tab.click(".gc-film .gc-paint")
    says(tab, ".gc-film", "From 3 to 8, and back")
    tab.wait_for_selector('.gc-film .gc-label[data-state="done"]', timeout=BROWSER_PATIENCE)
    until(tab, "() => document.querySelector('.gc-film video')?.readyState >= 2")  # it plays
    film = download(tab, ".gc-film .gc-download", tmp_path)
    with av.open(str(film)) as container:
        assert container.streams.video[0].frames == 120
    assert tab.errors == []


def test_a_film_that_is_stopped_is_kept(tab: Any) -> None:
    tab.fill('.gc-film input[type="number"]', "60")
    tab.keyboard.press("Tab")
    tab.click(".gc-film .gc-paint")
    says(tab, ".gc-film", "of 1,800")
    tab.click(".gc-film .gc-stop")
    says(tab, ".gc-film", "frames, stopped")
    until(tab, "() => document.querySelector('.gc-film video')?.readyState >= 2")
    assert tab.is_visible(".gc-film .gc-download") and tab.is_visible(".gc-film .gc-paint")


def open_drawer(page: Any, name: str) -> None:
    page.click(f".gc-generate .gc-to-{name} > .label-wrap")
    page.wait_for_selector(f".gc-generate .gc-{name}", timeout=BROWSER_PATIENCE)


def test_drawers_make_more_of_the_picked_pictures(tab: Any, tmp_path: Path) -> None:
    tab.click('.gc-models label:has-text("digits")')
    says(tab, ".gc-many", "By digits")
    tab.wait_for_selector('.gc-generate .gc-why:has-text("Mixing isn\'t here")', timeout=BROWSER_PATIENCE)
    assert not tab.is_visible(".gc-generate .gc-to-mix") and not tab.is_visible(".gc-generate .gc-sweep")
    open_drawer(tab, "sweep")
    tab.click(".gc-generate .gc-sweep .gc-paint")
    tab.wait_for_selector('.gc-generate .gc-sweep .gc-label[data-state="done"]', timeout=BROWSER_PATIENCE)
    file = download(tab, ".gc-generate .gc-sweep .gc-download:visible", tmp_path)
    assert file.name == "digits-sweep.png" and read_recipe(file)["command"] == "sweep"
    open_drawer(tab, "move")
    says(tab, ".gc-move", "Not moved yet")  # directions are looked for as it opens
    tab.locator('.gc-generate .gc-move input[type="number"]').nth(1).fill("3")
    tab.keyboard.press("Tab")
    says(tab, ".gc-move", "direction 1:3")
    tab.click('.gc-generate .gc-move button:has-text("Into the film")')
    tab.wait_for_selector('.gc-stops :text("To: the moved one")', timeout=BROWSER_PATIENCE)
    tab.click('.gc-generate .gc-move button:has-text("Back to 0")')
    says(tab, ".gc-move", "Not moved yet")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    tab.click('.gc-models label:has-text("emoji")')  # what was made of one model is no stop of another's
    tab.wait_for_selector('.gc-stops :text("To: picture 0")', timeout=BROWSER_PATIENCE)
    assert tab.errors == []


def test_a_model_of_ones_own_and_one_that_is_none(tab: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(pickle.dumps([1, 2]))
    assert not tab.is_visible(".gc-own")
    tab.click('.gc-models label:has-text("My model")')
    tab.wait_for_selector(".gc-own", timeout=BROWSER_PATIENCE)
    tab.locator('.gc-own input[type="file"]').set_input_files(bad)
    tab.wait_for_selector("text=bad.safetensors is a pickle", timeout=BROWSER_PATIENCE)
    tab.wait_for_selector('.gc-models input[value="emoji"]:checked', timeout=BROWSER_PATIENCE)
    assert len(sources(tab)) == 25, "what hung there still hangs there"
    tab.click('.gc-models label:has-text("My model")')
    tab.locator('.gc-own input[type="file"]').set_input_files(
        own_model(tmp_path / "cats.safetensors", "dense", classes=("cat", "dog"), width=8)
    )
    says(tab, ".gc-many", "By cats")
    tab.wait_for_selector("text=2 classes", timeout=BROWSER_PATIENCE)
    before = sources(tab)
    tab.click('.gc-generate input[aria-label="Class"]')
    tab.click('[role="option"]:has-text("dog")')
    says(tab, ".gc-many", "class dog")
    after = sources(tab)
    assert [a == b for a, b in zip(before, after, strict=True)] == [number % 2 == 1 for number in range(25)]
    tab.click('.gc-models label:has-text("emoji")')
    says(tab, ".gc-many", "By emoji")
    assert not tab.is_visible('.gc-generate input[aria-label="Class"]')


def test_a_model_that_was_trained_here_is_used_at_once(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another tab hands over, as `Context.own_model`."""
    import gradio as gr

    from gancraft.plugins import find_plugins
    from gancraft.web.context import Context
    from gancraft.web.generate.tab import generate_tab
    from tests.web.conftest import BOUNDS

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    file = own_model(tmp_path / "model.safetensors", "dense", width=8)
    with gr.Blocks(analytics_enabled=False) as blocks:
        own = gr.State(None)
        with gr.Tabs() as tabs:
            with gr.Tab("Train", id="train"):
                gr.Button("Use it").click(lambda: (str(file), gr.Tabs(selected="generate")), None, [own, tabs])
            with gr.Tab("Generate", id="generate"):
                generate_tab(Context(find_plugins(), BOUNDS, tabs, own))
    _, address, _ = blocks.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    page = browser.new_page()
    try:
        page.goto(address, wait_until="domcontentloaded")
        page.click("text=Use it", timeout=BROWSER_PATIENCE)
        says(page, ".gc-many", "By model")
        page.wait_for_selector('.gc-models input[value="my model"]:checked', timeout=BROWSER_PATIENCE)
        page.wait_for_selector("text=16 × 16 pixels", timeout=BROWSER_PATIENCE)
    finally:
        page.close()
        blocks.close(verbose=False)
