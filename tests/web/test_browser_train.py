"""The Train tab as a person meets it: in a real Chromium, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gancraft.models import read_info
from tests.web.conftest import BROWSER_PATIENCE, open_tab, state
from tests.web.train_helpers import packed, pictures

pytestmark = [
    pytest.mark.browser,
    # Gradio sums up its own runs with an option that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
]


@pytest.fixture
def train(page: Any) -> Any:
    open_tab(page, "Train")
    state(page, "idle", "train")
    return page


def told(page: Any) -> str:
    return page.inner_text(".gc-train .gc-label")


def seen(page: Any) -> int:
    """Pictures, as the label says."""
    return int(told(page).split("pictures seen")[0].split("·")[-1].strip().splitlines()[-1].replace(",", ""))


def test_one_click_trains(train: Any) -> None:
    assert not train.is_visible(".gc-train .gc-model") and not train.is_visible(".gc-train .gc-on")
    train.click(".gc-train .gc-paint")
    state(train, "done", "train")
    assert train.locator(".gc-train .gc-picture img").count() == 1 and seen(train) == 640
    assert train.is_visible(".gc-train .gc-model") and train.is_visible(".gc-course .verdict")
    train.wait_for_selector(".gc-train .gc-growth video", timeout=BROWSER_PATIENCE)
    train.wait_for_function(
        "document.querySelector('.gc-train .gc-growth video').currentTime > 0", timeout=BROWSER_PATIENCE
    )
    assert train.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
    assert train.errors == []


def test_it_says_what_it_would_choose(train: Any) -> None:
    assert "It suits 1,797 pictures of 8x8 on a" in train.inner_text(".gc-train .gc-advice")
    train.click("#train-method input")
    train.click('[role="option"]:text-is("dense")')
    button = ".gc-train .gc-advice button:has-text('Choose it')"
    train.wait_for_selector(button, timeout=BROWSER_PATIENCE)
    assert "gancraft would choose dcgan" in train.inner_text(".gc-train .gc-advice")
    train.click(button)
    train.wait_for_function("document.querySelector('#train-method input').value === 'dcgan'", timeout=BROWSER_PATIENCE)
    train.wait_for_selector(button, state="hidden", timeout=BROWSER_PATIENCE)
    assert "It suits" in train.inner_text(".gc-train .gc-advice") and train.errors == []


def test_a_run_is_seen_growing_stopped_gone_on_with_and_used(train: Any, tmp_path: Path) -> None:
    train.click('.gc-sets .thumbnail-item:has-text("Ring"), .gc-sets .thumbnail-item:has(img[alt="Ring"])')
    # A method that can learn points comes by itself.
    train.wait_for_function("document.querySelector('#train-method input').value === 'toy'", timeout=BROWSER_PATIENCE)
    assert not train.is_visible(".gc-train >> text=Pixels a side")
    train.click(".gc-train .gc-paint")
    train.wait_for_selector(".gc-train:has([data-busy]) .gc-picture img", timeout=BROWSER_PATIENCE)
    train.wait_for_selector(".gc-train:has([data-busy]) .gc-course svg", timeout=BROWSER_PATIENCE)
    assert "left" in told(train) and "pictures a second" in told(train)
    train.click(".gc-train .gc-stop >> visible=true")
    state(train, "done", "train")
    assert "stopped" in told(train) and (before := seen(train)) < 200_000

    train.click(".gc-train .gc-on")
    train.wait_for_selector(".gc-train .gc-label[data-again][data-busy]", timeout=BROWSER_PATIENCE)
    train.click(".gc-train .gc-stop >> visible=true")
    state(train, "done", "train")
    assert seen(train) > before and "resumed" in train.inner_text(".gc-course .events")

    with train.expect_download(timeout=BROWSER_PATIENCE) as download:
        train.click(".gc-train .gc-model")
    download.value.save_as(tmp_path / "model.safetensors")
    assert download.value.suggested_filename == "ring-toy.safetensors"
    assert read_info(tmp_path / "model.safetensors").training["pictures"] == seen(train)
    with train.expect_download(timeout=BROWSER_PATIENCE) as download:
        train.click(".gc-train .gc-report")
    download.value.save_as(tmp_path / "report.html")
    assert "gancraft sample ring-toy.safetensors" in (tmp_path / "report.html").read_text()

    train.click("text=Use it in Generate")
    train.wait_for_selector('button[role="tab"][aria-selected="true"]:has-text("Generate")', timeout=BROWSER_PATIENCE)
    assert train.errors == []


def test_a_method_shows_its_own_settings(train: Any) -> None:
    def rate() -> str:
        return train.input_value('.gc-train label:has-text("Generator rate") input')

    train.click(".gc-train >> text=Generator against discriminator")
    before = rate()
    train.click("#train-method input")
    train.click('[role="option"]:has-text("progressive")')
    train.wait_for_function(
        f"[...document.querySelectorAll('.gc-train label')].find(l => l.innerText.startsWith('Generator rate')).querySelector('input').value !== '{before}'",
        timeout=BROWSER_PATIENCE,
    )
    assert float(rate()) == 0.0025


def test_ones_own_zip_and_a_bad_one(train: Any, tmp_path: Path) -> None:
    files = pictures(tmp_path / "mine")
    bad = packed(files, tmp_path / "bad.zip", **{"more.zip": b"x"})
    drop = train.locator('.gc-files input[type="file"]')
    drop.set_input_files(bad)
    train.wait_for_selector(".gc-says:has-text('bad.zip')", timeout=BROWSER_PATIENCE)
    train.click(".gc-train .gc-paint")
    train.wait_for_selector("text=bad.zip has another archive in it", timeout=BROWSER_PATIENCE)
    state(train, "idle", "train")
    assert train.is_visible(".gc-train .gc-paint")
    train.click('.gc-files button[aria-label="Clear"], .gc-files button[aria-label="Remove this file"]')
    train.wait_for_selector(".gc-says:has-text('bad.zip')", state="detached", timeout=BROWSER_PATIENCE)
    drop.set_input_files(packed(files, tmp_path / "cats.zip"))
    train.wait_for_selector(".gc-says:has-text('cats.zip')", timeout=BROWSER_PATIENCE)
    train.click(".gc-train .gc-paint")
    state(train, "done", "train")
    assert "Cats, by" in told(train) and "only 12 pictures" in train.inner_text(".gc-course .notes")
    # What was trained stays when the next thing goes wrong.
    train.click('.gc-files button[aria-label="Clear"], .gc-files button[aria-label="Remove this file"]')
    train.wait_for_selector(".gc-says:has-text('cats.zip')", state="detached", timeout=BROWSER_PATIENCE)
    drop.set_input_files(bad)
    train.wait_for_selector(".gc-says:has-text('bad.zip')", timeout=BROWSER_PATIENCE)
    train.click(".gc-train .gc-paint")
    train.wait_for_selector(".gc-train .gc-label:has-text('Nothing new was trained')", timeout=BROWSER_PATIENCE)
    assert train.is_visible(".gc-train .gc-model") and train.is_visible(".gc-train .gc-on")
