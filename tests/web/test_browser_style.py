"""The Style tab's further parts in a real Chromium: masks by brush, the sheet, a film, scores, and methods with other needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancraft import defaults
from gancraft.pictures import open_picture, open_sample, read_recipe
from tests.web.conftest import BROWSER_PATIENCE, state
from tests.web.film_helpers import small_film
from tests.web.test_browser_access import grave

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with things that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

DRAWERS = (".gc-masks", ".gc-judge", ".gc-compare", ".gc-film-in")


def choose_method(page: Any, name: str) -> None:
    page.click("#method input")
    page.click(f'[role="option"][aria-label="{name}"], [role="option"]:text-is("{name}")')


def unfold(page: Any, drawer: str) -> None:
    page.click(f"{drawer} > .label-wrap")


def paint(page: Any, button: str = ".gc-paint", says: str = "") -> str:
    """Press a button of the tab, and wait for what the label says at the end."""
    before = page.inner_text(".gc-style .gc-label")
    page.click(f".gc-style {button}")
    page.wait_for_function(
        """([before, says]) => {
            const label = document.querySelector('.gc-style .gc-label');
            return label.dataset.state === 'done' && label.innerText !== before && label.innerText.includes(says);
        }""",
        arg=[before, says],
        timeout=BROWSER_PATIENCE,
    )
    return str(page.inner_text(".gc-style .gc-label"))


def downloaded(page: Any, to: Path) -> Path:
    with page.expect_download(timeout=BROWSER_PATIENCE) as download:
        page.click(".gc-style .gc-download")
    download.value.save_as(to)
    return to


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_first_method_paints_at_once(page: Any, tmp_path: Path) -> None:
    choose_method(page, defaults.INSTANT_METHOD)
    said = paint(page)
    assert defaults.INSTANT_METHOD in said and "steps" not in said
    assert read_recipe(downloaded(page, tmp_path / "a.png"))["plugin"]["name"]
    assert page.errors == [] and fits(page)


def test_what_is_drawn_on_the_photo_is_painted(page: Any, tmp_path: Path) -> None:
    choose_method(page, defaults.INSTANT_METHOD)
    unfold(page, ".gc-masks")
    canvas = page.locator(".gc-mask-photo canvas").first
    canvas.wait_for(timeout=BROWSER_PATIENCE)
    page.wait_for_timeout(1500)  # the picture is laid on it
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 30, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=8)
    page.mouse.up()
    page.wait_for_timeout(500)
    paint(page)
    file = downloaded(page, tmp_path / "part.png")
    painted = open_picture(file).rgb_HWC
    height, width = painted.shape[:2]
    moved = np.abs(painted - open_sample("cat").resized(width, height).rgb_HWC).mean(-1)
    middle = moved[height // 3 : -height // 3, width // 3 : -width // 3].mean()
    corner = moved[: height // 6, : width // 6].mean()
    assert middle > 0.05 and corner < 0.02, (middle, corner)
    assert page.errors == [] and fits(page)


def test_a_click_on_the_sheet_paints_large(page: Any, tmp_path: Path) -> None:
    choose_method(page, defaults.INSTANT_METHOD)
    unfold(page, ".gc-compare")
    page.click(".gc-compare input >> nth=0")
    page.click('[role="option"]:has-text("Strength")')
    paint(page, ".gc-compare .gc-make", "4 ways")
    tiles = page.locator(".gc-ways .thumbnail-item")
    assert tiles.count() == 4 and page.is_visible(".gc-ways") and not page.is_visible(".gc-easel")
    sheet = downloaded(page, tmp_path / "sheet.png")
    assert [cell["name"] for cell in read_recipe(sheet)["cells"]] == ["A1", "B1", "C1", "D1"]
    tiles.nth(1).click()
    page.wait_for_selector('.gc-style .gc-label[data-state="done"]:has-text("Chelsea")', timeout=BROWSER_PATIENCE)
    assert page.is_visible(".gc-easel") and not page.is_visible(".gc-ways")
    recipe = read_recipe(downloaded(page, tmp_path / "large.png"))
    assert recipe["options"]["instant"]["strength"] == 0.5
    assert page.locator('input[type="number"][aria-label*="Strength"] >> visible=true').first.input_value() == "0.5"
    assert page.errors == [] and fits(page)


def test_a_film_is_painted_and_played(page: Any, tmp_path: Path) -> None:
    choose_method(page, defaults.INSTANT_METHOD)
    unfold(page, ".gc-film-in")
    page.set_input_files(".gc-film-file input[type=file]", small_film(tmp_path / "boat.mp4", 3))
    page.wait_for_selector('.gc-film-file:has-text("boat")', timeout=BROWSER_PATIENCE)
    said = paint(page, ".gc-film-in .gc-make", "frames")
    assert "boat, after" in said and "3 frames" in said
    page.wait_for_selector(".gc-screen video", timeout=BROWSER_PATIENCE)
    assert not page.is_visible(".gc-easel")
    from gancraft.style.film.read import open_film

    assert len(open_film(downloaded(page, tmp_path / "painted.mp4"))) == 3
    assert page.errors == [] and fits(page)


def test_without_a_film_it_says_so(page: Any) -> None:
    unfold(page, ".gc-film-in")
    page.click(".gc-film-in .gc-make")
    page.wait_for_selector('.gc-style .gc-label:has-text("Film: choose one first")', timeout=BROWSER_PATIENCE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_drawers_keep_nobody_out(page: Any, url: str, theme: str) -> None:
    page.goto(f"{url}?__theme={theme}", wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint", timeout=BROWSER_PATIENCE)
    choose_method(page, defaults.INSTANT_METHOD)
    unfold(page, ".gc-compare")
    page.click(".gc-compare input >> nth=0")
    page.click('[role="option"]:has-text("Strength")')
    paint(page, ".gc-compare .gc-make", "4 ways")
    for drawer in DRAWERS:
        if drawer != ".gc-compare":
            unfold(page, drawer)
    page.locator(".gc-mask-style canvas").first.wait_for(timeout=BROWSER_PATIENCE)
    found = grave(page)
    assert found == [], "\n".join(found)
    assert fits(page)


def test_a_sheet_tile_is_a_button_with_its_name(page: Any) -> None:
    choose_method(page, defaults.INSTANT_METHOD)
    unfold(page, ".gc-compare")
    page.click(".gc-compare input >> nth=0")
    page.click('[role="option"]:has-text("Strength")')
    paint(page, ".gc-compare .gc-make", "4 ways")
    names = [tile.inner_text() for tile in page.locator(".gc-ways .gallery-item").all()]
    assert names[0].strip() == "strength 0.25", names
    state(page, "done")
