"""Progressive growing and MSG-GAN at 1024x1024 RGB are the published networks: sizes of layers and numbers of parameters. On
torch's meta device, where nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from gancraft import DataShape, UsageError
from tests.plugins.helpers import count, shapes
from tests.plugins.makers import multi_scale, progressive

PAPER = {"width": 0, "max_width": 512, "latent_size": 512}
FULL = DataShape(3, 1024, 1024)
# Table 2 of Karras et al. 2018: channels at 4x4, 8x8, … 1024x1024.
WIDTHS = [512, 512, 512, 512, 256, 128, 64, 32, 16]
SIDES = [4 * 2**level for level in range(9)]
# Of the authors' code with all nine RGB layers (23.1 million each in table 2), as every one of them counts itself.
GENERATOR, DISCRIMINATOR = 23_079_115, 23_087_249


@pytest.fixture(autouse=True)
def without_memory() -> Iterator[None]:
    with torch.device("meta"):
        yield


def plane(channels: int, side: int) -> tuple[int, int, int]:
    return channels, side, side


def test_the_growing_generator() -> None:
    makes, _ = progressive(FULL, 8, **PAPER)
    made = shapes(makes, torch.randn(2, 512))
    expected = [plane(512 * 16, 1), plane(512, 4)]
    for width, side in zip(WIDTHS[1:], SIDES[1:], strict=True):
        expected += [plane(width, side)] * 2
    assert made == [*expected, plane(3, 1024), plane(3, 512)]
    dropped = sum(3 * width + 3 for width in WIDTHS[:-2])  # RGB layers of sizes that have been left
    assert count(makes) == GENERATOR - dropped and round(count(makes), -5) == 23_100_000


def test_the_growing_discriminator() -> None:
    _, judges = progressive(FULL, 8, **PAPER)
    judged = shapes(judges, torch.randn(4, 3, 1024, 1024))
    expected = [plane(16, 1024)]
    for level in range(8, 0, -1):
        expected += [plane(WIDTHS[level], SIDES[level]), plane(WIDTHS[level - 1], SIDES[level])]
        if level == 8:
            expected.append(plane(32, 512))  # the RGB layer of the size below
    assert judged == [*expected, plane(512, 4), (512,), (1,)]
    dropped = sum(4 * width for width in WIDTHS[:-2])
    assert count(judges) == DISCRIMINATOR - dropped and round(count(judges), -5) == 23_100_000


def test_the_multi_scale_generator_has_all_rgb_layers() -> None:
    makes, _ = multi_scale(FULL, **PAPER)
    made = shapes(makes, torch.randn(2, 512))
    expected = [plane(512 * 16, 1), plane(512, 4), plane(3, 4)]
    for width, side in zip(WIDTHS[1:], SIDES[1:], strict=True):
        expected += [plane(width, side)] * 2 + [plane(3, side)]
    assert made == expected
    assert count(makes) == GENERATOR


def test_the_multi_scale_discriminator() -> None:
    """Half of what a block meets comes from above, half from the picture, and one channel is the minibatch deviation."""
    makes, judges = multi_scale(FULL, **PAPER)
    judged = shapes(judges, makes.reals(torch.randn(4, 3, 1024, 1024)))
    expected = [plane(16, 1024)]
    for level in range(8, 0, -1):
        half = WIDTHS[level - 1] // 2
        expected += [plane(WIDTHS[level], SIDES[level]), plane(half, SIDES[level]), plane(half, SIDES[level - 1])]
    assert judged == [*expected, plane(512, 4), (512,), (1,)]
    blocks = sum(9 * (w + 1) * w + w + 9 * w * (v // 2) + v // 2 for v, w in zip(WIDTHS, WIDTHS[1:], strict=False))
    pixels = 4 * (16 + sum(width // 2 for width in WIDTHS[:-1]))
    end = 9 * 513 * 512 + 512 + 512 * 512 * 16 + 512 + 513
    assert count(judges) == blocks + pixels + end


@pytest.mark.parametrize("side", [8, 64, 256])
def test_at_smaller_sizes_the_papers_widths_are_those_of_the_same_maps(side: int) -> None:
    levels = SIDES.index(side) + 1
    for makes, judges in (
        progressive(DataShape(3, side, side), **PAPER),
        multi_scale(DataShape(3, side, side), **PAPER),
    ):
        assert makes.widths == judges.widths == WIDTHS[:levels]


def test_shapes_that_are_not_possible() -> None:
    for pair in (progressive, multi_scale):
        with pytest.raises(UsageError, match="not points in the plane"):
            pair(DataShape(2, 1, 1))
        with pytest.raises(UsageError, match="8 pixels"):
            pair(DataShape(3, 64, 7))
