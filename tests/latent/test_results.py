"""Files of what is made with a model."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.latent.enlarge import smoothly
from gancraft.latent.generate import pictures
from gancraft.latent.results import sample_recipe, save_sheet, save_single
from gancraft.latent.source import Source
from gancraft.pictures import open_picture, read_recipe
from tests.latent.helpers import plain

SOURCE = Source(Path("/home/me/cats.safetensors"), "cats.safetensors", "cats")


def test_a_sheet_and_a_single_carry_their_recipe(tmp_path: Path) -> None:
    model = plain(3, 32, 32)
    recipe = sample_recipe(SOURCE, model, 7, 0.8)
    x_NCHW = pictures(model, 7, range(4), truncation=0.8, device="cpu")
    save_sheet(tmp_path / "sheet.png", x_NCHW, model.info.shape, recipe)
    save_single(tmp_path / "one.png", x_NCHW[3], 3, recipe)
    for name, own in (("sheet.png", {"pictures": 4}), ("one.png", {"picture": 3})):
        kept = read_recipe(tmp_path / name)
        assert kept == {**recipe, **own} and "/home" not in str(kept)
        assert kept["options"]["sample"] == {"seed": 7, "truncation": 0.8, "class": None}
    one = open_picture(tmp_path / "one.png")
    assert (one.width, one.height) == (512, 512)
    assert np.allclose(one.rgb_HWC[100, 100], x_NCHW[3, :, 5, 5], atol=1 / 255)


def test_a_sheet_to_an_open_file() -> None:
    model, file = plain(), io.BytesIO()
    save_sheet(file, pictures(model, 0, [0], device="cpu"), model.info.shape, {})
    assert file.getvalue().startswith(b"\x89PNG")


def test_transparency_stays_and_edges_keep_their_colour(tmp_path: Path) -> None:
    x_CHW = np.zeros((4, 64, 64), np.float32)
    x_CHW[0, :, :32] = x_CHW[3, :, :32] = 1  # opaque red beside transparent black
    save_single(tmp_path / "one.png", x_CHW, 0, {})
    with Image.open(tmp_path / "one.png") as image:
        assert image.mode == "RGBA" and image.size == (512, 512)
        x_HWC = np.asarray(image).astype(int)
    assert x_HWC[10, 10].tolist() == [255, 0, 0, 255] and x_HWC[10, 500, 3] == 0
    partly = x_HWC[(x_HWC[..., 3] > 40) & (x_HWC[..., 3] < 215)]
    assert len(partly) and partly[:, 0].min() > 240, "no dark rim"


def test_enlarging_is_smooth_but_for_pixel_art() -> None:
    large, tiny = np.zeros((32, 32, 3), np.uint8), np.zeros((8, 8, 3), np.uint8)
    large[:, 16:] = tiny[:, 4:] = 255
    assert len(np.unique(smoothly(large, 4))) > 2 and smoothly(large, 4).shape == (128, 128, 3)
    assert len(np.unique(smoothly(tiny, 4))) == 2


def test_channels_that_nobody_can_see() -> None:
    with pytest.raises(UsageError, match="pictures of 5 channels can't be shown"):
        save_sheet(io.BytesIO(), np.zeros((1, 5, 8, 8), np.float32), DataShape(5, 8, 8), {})
