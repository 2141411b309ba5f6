"""Stop before the beginning: in the line, on the way there, and while the run is prepared; and the words of those who wait."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gancraft.web.visit import Visit
from tests.web.conftest import BROWSER_PATIENCE, Watched, open_tab, state

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),  # Gradio's, with pandas
]
STOPPED = "Stopped"
ASKED = re.compile("/(queue/join|run/)")


@pytest.fixture
def visitor(browser: Any, url: str) -> Iterator[Callable[[], Any]]:
    """Opens the page for somebody else, who has chosen the method that goes on."""
    pages: list[Any] = []

    def come(tab: str = "Style") -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.goto(url, wait_until="domcontentloaded")
        page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
        if tab != "Style":
            open_tab(page, tab)
            return page
        page.click("#method input")
        page.click('[role="option"]:has-text("endless")')
        page.wait_for_selector("text=How many brushes.", timeout=BROWSER_PATIENCE)
        return page

    yield come
    for page in pages:
        page.close()


def says(page: Any, words: str, tab: str = "style") -> None:
    page.wait_for_selector(f'.gc-{tab} .gc-label:has-text("{words}")', timeout=BROWSER_PATIENCE)


def stopped_in_the_middle(page: Any) -> None:
    """A run that goes on, and ends by Stop with what there is."""
    says(page, "steps")
    page.click(".gc-style .gc-stop")
    state(page, "done")


def label(page: Any, tab: str = "style") -> list[str]:
    return page.inner_text(f".gc-{tab} .gc-label").splitlines()


def test_who_waits_is_told_their_place_and_who_leaves_is_gone(visitor: Callable[[], Any], watched: Watched) -> None:
    first, second, third = visitor(), visitor(), visitor()
    first.click(".gc-style .gc-paint")
    state(first, "busy")
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    for page, words in ((second, "You are next"), (third, "1 before you")):
        page.click(".gc-style .gc-paint")
        says(page, words)
    assert not third.is_visible("text=/queue: /"), "in Gradio's words too"
    second.click(".gc-style .gc-stop")
    says(second, STOPPED)
    assert label(second) == [STOPPED, "Paint starts again whenever you like."]
    says(third, "You are next")
    first.click(".gc-style .gc-stop")
    state(first, "done")
    stopped_in_the_middle(third)
    assert watched.begun == 2 and label(second)[0] == STOPPED
    second.click(".gc-style .gc-paint")
    stopped_in_the_middle(second)
    assert watched.begun == 3


def test_a_new_click_counts_only_when_the_line_has_been_left(visitor: Callable[[], Any], watched: Watched) -> None:
    first, second, held = visitor(), visitor(), []
    first.click(".gc-style .gc-paint")
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    second.click(".gc-style .gc-paint")
    says(second, "You are next")
    second.route("**/cancel**", lambda route: held.append(route))
    second.click(".gc-style .gc-stop")
    while not held:
        second.wait_for_timeout(20)
    says(second, "Stopping")
    assert not second.is_visible(".gc-style .gc-paint")
    held[0].continue_()
    says(second, STOPPED)
    second.click(".gc-style .gc-paint")
    says(second, "You are next")
    first.click(".gc-style .gc-stop")
    stopped_in_the_middle(second)
    assert watched.begun == 2


def click_but_hold(page: Any) -> Any:
    """Paint, over a network that takes its time with the first thing that the page asks the server for."""
    held: list[Any] = []
    page.route(ASKED, lambda route: route.continue_() if held else held.append(route))
    page.click(".gc-style .gc-paint")
    state(page, "waiting")
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def test_stopped_on_its_way_to_the_line_it_never_begins(visitor: Callable[[], Any], watched: Watched) -> None:
    page = visitor()
    held = click_but_hold(page)
    page.click(".gc-style .gc-stop")
    says(page, STOPPED)
    with page.expect_response(held.request.url):
        held.continue_()
    page.wait_for_timeout(1500)  # it would have begun long since
    assert watched.begun == 0 and label(page)[0] == STOPPED
    page.click(".gc-style .gc-paint")
    stopped_in_the_middle(page)
    assert "stopped" in label(page)[1] and watched.begun == 1


def test_stopped_on_its_way_it_never_begins_though_one_paints_again(
    visitor: Callable[[], Any], watched: Watched
) -> None:
    first, second = visitor(), visitor()
    first.click(".gc-style .gc-paint")
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    held = click_but_hold(second)
    second.click(".gc-style .gc-stop")
    says(second, STOPPED)
    with second.expect_response(held.request.url):
        held.continue_()
    second.fill(".gc-style .gc-palette :text('How many brushes.') >> xpath=ancestor::*[.//input][1]//input[1]", "4")
    second.click(".gc-style .gc-paint")
    says(second, "before you")  # whoever is painting, and what was called off
    first.click(".gc-style .gc-stop")
    stopped_in_the_middle(second)
    assert watched.begun == 2 and watched.brushes == 4


def test_a_click_that_counts_for_nothing_takes_no_stop_away(visitor: Callable[[], Any], watched: Watched) -> None:
    page = visitor()
    page.click(".gc-style .gc-paint")
    says(page, "steps")
    page.evaluate("document.querySelector('.gc-style .gc-paint').click()")  # out of sight, but not out of reach
    stopped_in_the_middle(page)
    assert "stopped" in label(page)[1] and watched.begun == 1


def test_a_training_that_is_stopped_while_it_is_prepared_leaves_nothing(
    visitor: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gancraft.web.train import run

    reached, on, folders = threading.Event(), threading.Event(), []
    check, begin = run._check, Visit.begin

    def slow(*arguments: Any) -> None:
        reached.set()
        on.wait(BROWSER_PATIENCE / 1000)
        check(*arguments)

    def noted(visit: Visit, name: str) -> Path:
        folders.append(begin(visit, name))
        return folders[-1]

    monkeypatch.setattr(run, "_check", slow)
    monkeypatch.setattr(Visit, "begin", noted)
    page = visitor("Train")
    page.click(".gc-train .gc-paint")
    assert reached.wait(BROWSER_PATIENCE / 1000)
    says(page, "Looking at the pictures", "train")
    page.click(".gc-train .gc-stop >> visible=true")
    says(page, "Stopping", "train")
    on.set()
    says(page, STOPPED, "train")
    page.wait_for_timeout(500)
    assert label(page, "train") == [STOPPED, "Train starts again whenever you like."]
    assert len(folders) == 1 and not folders[0].exists()
    page.click(".gc-train .gc-paint")
    state(page, "done", "train")
    assert "640 pictures seen" in label(page, "train")[1]
