"""`gancraft style --mask`: regions from the command line, in the recipe, and painted again from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gancraft.pictures import open_picture, read_recipe, save_picture
from tests.cli_helpers import FAST, run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    ramp = np.linspace(0, 1, 60 * 40 * 3, dtype=np.float32).reshape(40, 60, 3)
    save_picture("photo.png", ramp)
    save_picture("noise.png", np.random.default_rng(0).random((40, 40, 3), np.float32))
    for name, left in (("left.png", True), ("right.png", False)):
        mask = np.zeros((40, 60, 3), np.float32)
        mask[:, slice(0, 30) if left else slice(30, 60)] = 1
        save_picture(name, mask)
    part = np.ones((40, 40, 3), np.float32)
    part[20:] = 0
    save_picture("part.png", part)
    return tmp_path


def pixels(name: str) -> np.ndarray:
    return open_picture(name).rgb_HWC


def test_two_styles_in_their_places(here: Path) -> None:
    masks = ["--mask", "left.png", "part.png", "--mask", "right.png", "-"]
    result = run("style", "photo.png", "noise.png", "--style", "photo.png", *masks, *FAST, "-o", "out.png")
    assert result.exit_code == 0, result.output
    roles = [entry["role"] for entry in read_recipe(here / "out.png")["inputs"]]
    assert roles == ["content", "style", "style", "mask", "mask-part", "mask"]
    run("style", "photo.png", "noise.png", "--style", "photo.png", *FAST, "-o", "plain.png")
    assert not np.array_equal(pixels("out.png"), pixels("plain.png"))
    assert run("redo", "out.png", "-o", "again.png").exit_code == 0
    assert np.array_equal(pixels("out.png"), pixels("again.png"))


def test_one_mask_leaves_the_rest_to_the_styles_without(here: Path) -> None:
    arguments = ["style", "photo.png", "noise.png", "--style", "photo.png", *FAST, "-o", "out.png"]
    assert run(*arguments, "--mask", "left.png").exit_code == 0
    assert [e["role"] for e in read_recipe(here / "out.png")["inputs"]][-1] == "mask"


def test_a_mask_that_moved_is_asked_for_and_taken(here: Path) -> None:
    run("style", "photo.png", "noise.png", "--mask", "left.png", "part.png", *FAST, "-o", "out.png")
    (here / "left.png").rename(here / "moved.png")
    result = run("redo", "out.png")
    assert result.exit_code == 2 and "left.png" in result.stderr and "--mask" in result.stderr
    assert run("redo", "out.png", "--mask", "moved.png", "-o", "again.png").exit_code == 0
    assert np.array_equal(pixels("out.png"), pixels("again.png"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--mask", "part.png"], "--mask part.png: is 40x40 pixels, but photo.png is 60x40"),
        (["--mask", "left.png", "left.png"], "is 60x40 pixels, but noise.png is 40x40"),
        (["--mask", "left.png", "--mask", "right.png"], "2 pairs for one style"),
        (["--mask", "gone.png"], "gone.png"),
        (["--mask", "left.png", "--content", "photo.png"], "a mask is one photo's"),
    ],
)
def test_bad_masks_get_one_line(arguments: list[str], says: str, here: Path) -> None:
    result = run("style", "photo.png", "noise.png", *arguments, *FAST, "-o", "out.png")
    assert result.exit_code == 2 and says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and not (here / "out.png").exists()


def test_an_input_is_never_painted_over() -> None:
    before = Path("left.png").read_bytes()
    result = run("style", "photo.png", "noise.png", "--mask", "left.png", *FAST, "-o", "left.png")
    assert result.exit_code == 2 and Path("left.png").read_bytes() == before
