"""The page for those who can't see it well, or use no mouse: rules that axe-core checks, and the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from gancraft.web.page import TABS
from tests.web.conftest import BROWSER_PATIENCE, Watched, open_tab, state

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]

GRAVE = ("critical", "serious")
# What is wrong with Gradio's own parts, and nobody but Gradio can mend: the rule, a part of the place or of the element, and why.
GRADIOS = [
    ("aria-prohibited-attr", '<div aria-label="Empty value"', "a picture's empty field is a plain <div> with a label"),
    (
        "nested-interactive",
        'class="toast-header',
        "a message's head is a button with another one, that closes it, inside",
    ),
]
STEPS = 120  # of the Tab key, at most

# How the element that has the focus looks, with what is around it.
LOOKS = """() => {
  const looks = []
  for (let at = document.activeElement; at && looks.length < 4; at = at.parentElement) {
    const s = getComputedStyle(at)
    looks.push([s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.color].join())
  }
  return looks.join()
}"""
LOOKS_OTHERWISE = f"""() => {{
  const at = document.activeElement
  at.style.transition = at.parentElement.style.transition = "none"
  const before = ({LOOKS})()
  const without = new Promise(done => {{
    at.addEventListener("blur", () => done(), {{once: true}})
    at.blur()
  }})
  const looks = []
  for (let one = at; one && looks.length < 4; one = one.parentElement) {{
    const s = getComputedStyle(one)
    looks.push([s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.color].join())
  }}
  at.focus({{focusVisible: true}})
  return before !== looks.join()
}}"""


@pytest.fixture(params=["light", "dark"])
def themed(page: Any, url: str, request: pytest.FixtureRequest) -> Any:
    """The page, wide and narrow, in one of its two themes."""
    page.goto(f"{url}?__theme={request.param}", wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    return page


def grave(page: Any) -> list[str]:
    """What axe-core finds that keeps people out, but for Gradio's own."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(500)  # a colour on its way to another has any contrast
    found = []
    for rule in Axe().run(page).response["violations"]:
        for node in rule["nodes"]:
            place = " ".join(map(str, node["target"]))
            known = any(rule["id"] == name and part in place + node["html"] for name, part, _ in GRADIOS)
            if rule["impact"] in GRAVE and not known:
                found.append(f"{rule['id']} at {place}: {node['html'][:200]} {node['failureSummary'][:300]}")
    return found


def test_no_tab_keeps_anybody_out(themed: Any) -> None:
    found = []
    for tab in TABS:
        open_tab(themed, tab)
        for folded in themed.query_selector_all(f".gc-{tab.lower()} .label-wrap:not(.open)"):
            if folded.is_visible():
                folded.click()
        found += [f"{tab}: {finding}" for finding in grave(themed)]
    assert found == [], "\n".join(found)


def test_a_painting_on_its_way_and_done_keeps_nobody_out(themed: Any, watched: Watched) -> None:
    themed.click("#method input")
    themed.click('[role="option"]:has-text("endless")')
    themed.click(".gc-paint")
    state(themed, "busy")
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    assert grave(themed) == []
    themed.click(".gc-stop")
    state(themed, "done")
    assert grave(themed) == []


def test_an_error_keeps_nobody_out(themed: Any) -> None:
    themed.locator(".gc-style .gc-input button[aria-label='Remove Image']").first.click()
    themed.click(".gc-paint")
    themed.wait_for_selector(".toast-body", timeout=BROWSER_PATIENCE)
    state(themed, "idle")
    assert grave(themed) == []


def focus(page: Any, selector: str) -> None:
    """Press Tab until that has the focus."""
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key doesn't come to {selector}")


@pytest.mark.parametrize("page", [(1280, 900)], indirect=True)
def test_the_keyboard_alone_paints_stops_and_downloads(page: Any, watched: Watched) -> None:
    focus(page, '.gc-pick .thumbnail-item:has([alt="Chelsea the cat"])')
    page.keyboard.press("Enter")
    page.wait_for_selector('.gc-input img[src*="cat.jpg"]', timeout=BROWSER_PATIENCE)
    focus(page, "#method input")
    page.keyboard.type("endless")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=How many brushes.", timeout=BROWSER_PATIENCE)
    page.evaluate("document.activeElement.blur()")
    focus(page, ".gc-paint")
    page.keyboard.press("Space")
    state(page, "busy")
    assert watched.stepped.wait(BROWSER_PATIENCE / 1000)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.gc-stop')"), "Stop isn't next, where Paint was"
    page.keyboard.press("Enter")
    state(page, "done")
    assert "Chelsea the cat, after" in page.inner_text(".gc-style .gc-label")
    focus(page, ".gc-download, .gc-download *")
    with page.expect_download(timeout=BROWSER_PATIENCE) as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("cat-")


@pytest.mark.parametrize("page", [(1280, 900)], indirect=True)
def test_tabs_are_reached_and_opened_by_keyboard(page: Any) -> None:
    for tab in TABS:
        focus(page, f'[role="tab"][data-tab-id="{tab.lower()}"]')
        page.keyboard.press("Enter")
        page.wait_for_selector(f".gc-{tab.lower()}", timeout=BROWSER_PATIENCE)


@pytest.mark.parametrize("page", [(1280, 900)], indirect=True)
def test_one_sees_where_the_keyboard_is(page: Any) -> None:
    hidden = []
    for tab in TABS:
        open_tab(page, tab)
        reached = []
        for _ in range(STEPS):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            reached.append(f"{tab}: {page.evaluate('document.activeElement.outerHTML.slice(0, 200)')}")
            if not page.evaluate(LOOKS_OTHERWISE):
                hidden.append(reached[-1])
        assert len(reached) > 3
    assert hidden == []


def test_every_field_has_a_name(page: Any) -> None:
    """Of the settings, too, that are folded away."""
    names = page.evaluate(
        """() => [...document.querySelectorAll('.gc-tabs input, .gc-tabs textarea, .gc-tabs select')]
          .filter(field => !field.hidden && field.type !== 'file' && field.offsetParent)
          .map(field => [field.outerHTML.slice(0, 120), !!(field.labels?.length || field.ariaLabel || field.title)])"""
    )
    assert [field for field, named in names if not named] == []


def test_the_page_is_no_wider_than_the_screen(page: Any) -> None:
    for tab in TABS:
        open_tab(page, tab)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab


def test_it_says_its_language_and_title(page: Any) -> None:
    assert page.title() == "gancraft"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert [heading.inner_text() for heading in page.query_selector_all("h1")] == ["gancraft"]
