"""The Learn tab as a person meets it: in a real Chromium, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import BROWSER_PATIENCE, open_tab

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]

GAME, LAYERS = ".gc-game", ".gc-layers"


@pytest.fixture
def learn(page: Any) -> Any:
    open_tab(page, "Learn")
    page.wait_for_selector(f"{GAME} .gc-label", timeout=BROWSER_PATIENCE)
    return page


def state(page: Any, lesson: str, wanted: str) -> None:
    page.wait_for_selector(f'{lesson} .gc-label[data-state="{wanted}"]', timeout=BROWSER_PATIENCE)


def shown(page: Any) -> str:
    return page.get_attribute(f"{GAME} .gc-picture img", "src")


def choose(page: Any, text: str) -> None:
    page.click(f'{GAME} label:has-text("{text}")')


def test_a_game_is_seen_moving_and_can_be_stopped(learn: Any) -> None:
    before = shown(learn)
    assert not learn.is_visible(f"{GAME} .gc-stop")
    learn.click(f"{GAME} .gc-paint")
    moved = f"before => document.querySelector('{GAME} .gc-picture img').src !== before"
    for _ in range(3):
        learn.wait_for_function(moved, arg=before, timeout=BROWSER_PATIENCE)
        before = shown(learn)
    assert learn.locator(f"{GAME} .gc-label[data-busy]").count() == 1, "all before the end"
    learn.wait_for_selector(f"{GAME} .gc-course svg", timeout=BROWSER_PATIENCE)
    learn.click(f"{GAME} .gc-stop")
    state(learn, GAME, "done")
    assert "points seen, stopped" in learn.inner_text(f"{GAME} .gc-label")
    assert "heaps are found" in learn.inner_text(f"{GAME} .gc-course .verdict")
    assert learn.is_visible(f"{GAME} .gc-paint") and not learn.is_visible(f"{GAME} .gc-stop")
    assert learn.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert learn.errors == []


def test_a_situation_brings_its_story_and_its_cures(learn: Any) -> None:
    assert not learn.is_visible(f"{GAME} .gc-cure")
    choose(learn, "Mode collapse")
    learn.wait_for_selector(f'{GAME} .gc-cure label:has-text("One step each")', timeout=BROWSER_PATIENCE)
    assert "five steps" in learn.inner_text(f"{GAME} .gc-story")
    choose(learn, "No momentum")
    learn.wait_for_selector(f'{GAME} .gc-story:has-text("beta1")', timeout=BROWSER_PATIENCE)
    choose(learn, "Too high a rate")
    learn.wait_for_selector(f'{GAME} .gc-cure label:has-text("A sudden drop")', timeout=BROWSER_PATIENCE)
    assert learn.locator(f'{GAME} .gc-cure label:has-text("No momentum")').count() == 0
    assert "thrash" in learn.inner_text(f"{GAME} .gc-story")


def test_another_seed_is_another_game(learn: Any) -> None:
    choose(learn, "Too high a rate")
    learn.wait_for_selector(f'{GAME} .gc-cure label:has-text("A sudden drop")', timeout=BROWSER_PATIENCE)
    learn.evaluate("Math.random = () => 0.0425")
    learn.click(f"{GAME} .gc-again")
    learn.wait_for_selector(f"{GAME} .gc-label[data-busy]", timeout=BROWSER_PATIENCE)
    learn.wait_for_selector(f"{GAME} .gc-course .verdict", timeout=BROWSER_PATIENCE)
    learn.click(f"{GAME} .gc-stop")
    state(learn, GAME, "done")
    assert "seed 42" in learn.inner_text(f"{GAME} .gc-label")
    assert learn.inner_text(f"{GAME} .gc-label").startswith("Too high a rate")


def test_layers_hang_there_from_the_start_and_are_painted_anew(learn: Any) -> None:
    learn.click('button[role="tab"]:has-text("Gram matrices")')
    state(learn, LAYERS, "example")
    assert learn.locator(f"{LAYERS} .gc-textures .thumbnail-item").count() == 6
    assert learn.locator(f"{LAYERS} .gc-matrices .thumbnail-item").count() == 5
    learn.click(f'{LAYERS} .gc-tiles img[alt="Sunrise window"]')
    learn.wait_for_selector(f'{LAYERS} .gc-input img[src*="glass"]', timeout=BROWSER_PATIENCE)
    learn.click(f"{LAYERS} .gc-paint")
    state(learn, LAYERS, "done")
    assert "5 layers" in learn.inner_text(f"{LAYERS} .gc-label")
    captions = learn.locator(f"{LAYERS} .gc-textures .caption-label").all_inner_texts()
    assert captions[0] == "The picture" and captions[-1].startswith("relu5_1: motifs")
    assert learn.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert learn.errors == []
