"""Take the pictures of the page for the documentation, in a real Chromium: `python docs/make_page_pictures.py`.

Needs playwright (in the extra `test`) and Chromium. Each tab in light, dark and on a phone; those that a run belongs to with a
run behind them.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
os.environ["GANCRAFT_PUBLIC"] = "1"

from gancraft.web.page import build_page, launch  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from tests.web.conftest import ARGUMENTS, CHROMIUM, open_tab, state  # noqa: E402

DESKTOP, PHONE = (1280, 900), (390, 844)
SETTLES = 2500  # milliseconds that pictures and transitions take
RUNS = 45_000  # and a training before its picture is taken


def style(page: Any) -> None:
    """It opens with an example."""


def sheet(page: Any) -> None:
    page.click(".gc-compare > .label-wrap")
    for number, axis in enumerate(("Strength", "Style scale")):
        page.click(f".gc-compare input >> nth={number}")
        page.click(f'[role="option"]:has-text("{axis}") >> visible=true')
    page.click(".gc-compare .gc-make")
    page.wait_for_selector('.gc-style .gc-label[data-state="done"]')


def mask(page: Any) -> None:
    """A half of the face, which is the half that the wall shows painted."""
    page.click(".gc-masks > .label-wrap")
    canvas = page.locator(".gc-mask-photo canvas").first
    page.wait_for_timeout(SETTLES)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top = box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"]
    page.mouse.move(left, top)
    page.mouse.down()
    for row in range(14):
        page.mouse.move(left + (row % 2) * 0.34 * box["width"], top + row * 0.045 * box["height"], steps=6)
    page.mouse.up()
    page.wait_for_timeout(SETTLES)
    page.click(".gc-style .gc-paint")
    page.wait_for_selector('.gc-style .gc-label[data-state="done"]')
    page.wait_for_timeout(SETTLES)
    page.evaluate("document.querySelector('.gc-masks').scrollIntoView({block: 'start'})")


def generate(page: Any) -> None:
    page.wait_for_selector(".gc-generate .thumbnail-item img")


def train(page: Any) -> None:
    page.click(".gc-train .gc-paint")
    page.wait_for_timeout(RUNS)


def learn(page: Any) -> None:
    page.click(".gc-learn .gc-paint >> nth=0")
    state(page, "done", "learn")


def plugins(page: Any) -> None:
    """All is there at once."""


TABS: dict[str, Callable[[Any], None]] = {
    "Style": style,
    "Generate": generate,
    "Train": train,
    "Learn": learn,
    "Plugins": plugins,
}


# Further pictures of a tab, in light only and where it has been scrolled to.
MORE: dict[str, tuple[str, Callable[[Any], None]]] = {"style-sheet": ("Style", sheet), "style-mask": ("Style", mask)}


def more(browser: Any, address: str, name: str, out: Path) -> None:
    tab, act = MORE[name]
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.set_default_timeout(300_000)
    page.goto(f"{address}?__theme=light", wait_until="domcontentloaded")
    page.wait_for_selector(".gc-paint")
    if tab != "Style":
        open_tab(page, tab)
    act(page)
    page.wait_for_timeout(SETTLES)
    shot = Image.open(io.BytesIO(page.screenshot()))
    shot.save(out / f"page-{name}.webp", quality=82, method=6)
    print(out / f"page-{name}.webp", shot.size)
    page.close()


def main() -> None:
    wanted = sys.argv[1:] or [*TABS, *MORE]
    out = ROOT / "docs" / "pictures"
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as playwright:
        os.environ["GRADIO_TEMP_DIR"] = cache
        demo = build_page()
        _, address, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in wanted:
            if name in MORE:
                more(browser, address, name, out)
                continue
            for kind, (width, height) in {"light": DESKTOP, "dark": DESKTOP, "phone": PHONE}.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.set_default_timeout(300_000)
                page.goto(f"{address}?__theme={'dark' if kind == 'dark' else 'light'}", wait_until="domcontentloaded")
                page.wait_for_selector(".gc-paint")
                if name != "Style":
                    open_tab(page, name)
                TABS[name](page)
                page.wait_for_timeout(SETTLES)
                page.evaluate("scrollTo(0, 0)")
                shot = Image.open(io.BytesIO(page.screenshot(full_page=kind == "phone")))
                shot.save(out / f"page-{name.lower()}-{kind}.webp", quality=82, method=6)
                print(out / f"page-{name.lower()}-{kind}.webp", shot.size)
                page.close()
        browser.close()
        demo.close(verbose=False)


if __name__ == "__main__":
    main()
