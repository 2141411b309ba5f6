"""Masks, colours, tiles, several styles, sheets, films and redo, in combinations that a seed draws."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import lcm
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.pictures import open_picture, open_sample, save_picture
from gancraft.style import memory
from gancraft.style.margin import GRID
from gancraft.style.tiles import tiles
from tests.cli_helpers import run

METHODS = ("gram", "covariance", "mean-variance")  # those that are quick in steps
COLOURS = ("style", "luminance", "oklab", "moments", "transport")
SEEDS = (0, 3, 5)
SIZE = ["--size", "64"]


@dataclass(frozen=True)
class Combination:
    """What a seed draws."""

    method: str
    colours: str
    masks: bool
    part: bool
    weight: float
    start: str
    axis: str

    @classmethod
    def drawn(cls, seed: int) -> Combination:
        draw = random.Random(seed)
        return cls(
            method=draw.choice(METHODS),
            colours=draw.choice(COLOURS),
            masks=draw.random() < 0.7,
            part=draw.random() < 0.5,
            weight=round(draw.uniform(0.2, 3), 2),
            start=draw.choice(["content", "style", "noise"]),
            axis=draw.choice(["strength=0.1,0.9", "seed=3,4", "style-scale=0.5,1", "colours=style,oklab"]),
        )

    def arguments(self, content: str = "photo.png") -> list[str]:
        masks = ["--mask", "left.png", "part.png" if self.part else "-"] if self.masks else []
        settings = ["--plugin", self.method, "--colours", self.colours, "--start", self.start, "--iterations", "3"]
        exact = ["--precision", "float32", "--device", "cpu"]
        return ["style", content, "brush.png", "--style", f"swirl.png:{self.weight}", *masks, *settings, *exact, *SIZE]


COMBINATIONS = [Combination.drawn(seed) for seed in SEEDS]
each = pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda c: f"{c.method}-{c.colours}-{c.axis}")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save_picture("photo.png", open_sample("cat").resized(96, 64).rgb_HWC)
    for name in ("brush", "swirl"):
        save_picture(f"{name}.png", open_sample(name).resized(80, 60).rgb_HWC)
    left, part = np.zeros((64, 96, 3), np.float32), np.zeros((60, 80, 3), np.float32)
    left[:, :40] = 1
    left[:, 40:56] = 0.5  # a soft edge
    part[20:] = 1
    save_picture("left.png", left)
    save_picture("part.png", part)
    return tmp_path


@pytest.fixture
def short_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture is cut, as it would be if it were large."""

    def cut(network, layers, width, height, compute, limit, canvas):  # type: ignore[no-untyped-def]
        far, stride = network.reach(layers)
        grid = lcm(stride, GRID)
        return tiles(width, height, 2 * grid, -(-far // grid) * grid)

    monkeypatch.setattr(memory, "cut", cut)


def pixels(name: str) -> np.ndarray:
    return open_picture(name).rgb_HWC


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.stderr)


def test_the_combinations_have_something_of_each() -> None:
    assert len({c.method for c in COMBINATIONS}) > 1 and len({c.colours for c in COMBINATIONS}) > 2
    assert {c.masks for c in COMBINATIONS} == {True, False} and len({c.axis for c in COMBINATIONS}) > 1


@each
def test_painted_again_it_is_the_same(combination: Combination) -> None:
    done(*combination.arguments(), "-o", "out.png")
    assert pixels("out.png").shape == (43, 64, 3)
    assert not np.allclose(pixels("out.png"), open_picture("photo.png").resized(64, 43).rgb_HWC, atol=0.05)
    done("redo", "out.png", "-o", "again.png")
    assert np.array_equal(pixels("out.png"), pixels("again.png"))


@each
def test_in_tiles_it_is_the_same_picture(combination: Combination, request: pytest.FixtureRequest) -> None:
    done(*combination.arguments(), "-o", "whole.png")
    request.getfixturevalue("short_of_memory")
    assert "tiles, for want of memory" in done(*combination.arguments(), "-o", "tiled.png")
    # Adam divides by the gradient's size, so that rounding shows where the gradient is nearly nothing.
    apart = np.abs(pixels("whole.png") - pixels("tiled.png"))
    assert apart.mean() < 2e-3 and np.quantile(apart, 0.99) < 0.03


@pytest.mark.slow
@each
def test_a_cell_of_its_sheet_is_the_painting(combination: Combination, short_of_memory: None) -> None:
    done(*combination.arguments(), "--sheet", combination.axis, "--sheet-size", "40", "-o", "sheet.png")
    name, value = combination.axis.split(",")[0].split("=")
    done("redo", "sheet.png", "--cell", "A1", "-o", "cell.png")
    plain = combination.arguments()
    if f"--{name}" in plain:
        plain[plain.index(f"--{name}") + 1] = value
    else:
        plain += [f"--{name}", value]
    done(*plain, "-o", "plain.png")
    assert np.array_equal(pixels("cell.png"), pixels("plain.png"))


@pytest.mark.slow
def test_a_film_with_masks_and_colours_painted_again() -> None:
    photo = Image.open("photo.png").convert("RGB")
    frames = [photo, photo.transform(photo.size, Image.Transform.AFFINE, (1, 0, 2, 0, 1, 0))]
    frames[0].save("film.gif", save_all=True, append_images=frames[1:], duration=100)
    combination = next(c for c in COMBINATIONS if c.masks)
    done(*combination.arguments("film.gif"), "-o", "out.gif")
    done("redo", "out.gif", "-o", "again.gif")
    with Image.open("out.gif") as out, Image.open("again.gif") as again:
        assert getattr(out, "n_frames", 1) == getattr(again, "n_frames", 1) == 2 and out.size[0] == 64
        for number in range(2):
            for film in (out, again):
                film.seek(number)
            assert np.array_equal(np.asarray(out.convert("RGB")), np.asarray(again.convert("RGB")))
