"""How pictures come to one size and one kind."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures.dataset import open_set

from .dataset_helpers import fill, flat, picture
from .helpers import png16


@pytest.mark.parametrize(
    ("size", "width", "height"), [("28", 28, 28), ("96x64", 96, 64), (" 12 X 9 ", 12, 9), ("8", 8, 8)]
)
def test_sizes(tmp_path, size, width, height):
    found = open_set(str(fill(tmp_path, 8, 33, 21)), size=size)
    assert found.x_NCHW.shape == (8, 3, height, width)


@pytest.mark.parametrize(
    "size", ["", "0", "7", "4097", "64x7", "64x", "x", "64.5", "-64", "64x64x64", "9" * 30, "6\n4x"]
)
def test_sizes_that_cannot_be(tmp_path, size):
    with pytest.raises(UsageError, match="--size") as caught:
        open_set(str(fill(tmp_path, 8)), size=size)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("side", "made"), [(28, 28), (64, 64), (65, 64), (200, 64), (7, 64)])
def test_the_own_size_is_kept_up_to_64(tmp_path, side, made):
    assert open_set(str(fill(tmp_path, 8, side, side))).x_NCHW.shape[2:] == (made, made)


def test_mixed_sizes_become_64_square(tmp_path):
    fill(tmp_path, 8, 32, 32)
    picture(1, 32, 31).save(tmp_path / "x.png")
    assert open_set(str(tmp_path)).x_NCHW.shape[2:] == (64, 64)


def test_the_own_size_is_that_of_upright_pictures(tmp_path):
    for number in range(8):
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned clockwise
        Image.fromarray(np.tile(np.uint8([[250] * 20 + [5] * 20]), (24, 1))).save(tmp_path / f"{number}.png", exif=exif)
    found = open_set(str(tmp_path))
    assert found.x_NCHW.shape == (8, 1, 40, 24)
    assert (found.x_NCHW[0, 0, :20] == 250).all() and (found.x_NCHW[0, 0, 20:] == 5).all()


def thirds(folder):
    """48 x 16 pixels: red, green, blue beside each other."""
    folder.mkdir(parents=True, exist_ok=True)
    x_HWC = np.zeros((16, 48, 3), np.uint8)
    for channel in range(3):
        x_HWC[:, 16 * channel : 16 * (channel + 1), channel] = 255
    for number in range(8):
        Image.fromarray(x_HWC).save(folder / f"{number}.png")
    return str(folder)


def test_cover_crops_at_the_centre(tmp_path):
    found = open_set(thirds(tmp_path), size="16", fit="cover")
    assert (found.x_NCHW[0, 1] == 255).all() and (found.x_NCHW[0, [0, 2]] == 0).all()


def test_contain_shows_all_on_the_background(tmp_path):
    x_CHW = open_set(thirds(tmp_path), size="48", fit="contain", background="#102030").x_NCHW[0]
    assert (x_CHW[:, :16] == np.array([0x10, 0x20, 0x30])[:, None, None]).all() and (
        x_CHW[:, :16] == x_CHW[:, 32:]
    ).all()
    assert (x_CHW[0, 16:32, :16] == 255).all() and (x_CHW[2, 16:32, 32:] == 255).all()
    x_CHW = open_set(thirds(tmp_path), size="48", fit="contain", channels="4").x_NCHW[0]
    assert (x_CHW[3, 16:32] == 255).all() and (x_CHW[3, :16] == 0).all()


def test_stretch_keeps_everything(tmp_path):
    x_CHW = open_set(thirds(tmp_path), size="48", fit="stretch").x_NCHW[0]
    assert all((x_CHW[c, :, 16 * c + 1 : 16 * c + 15] == 255).all() for c in range(3))


def test_alpha_over_the_background(tmp_path):
    folder = str(flat(tmp_path, (255, 0, 0, 128)))
    half = 128 / 255
    for background, ground in (("white", (255, 255, 255)), ("#00f", (0, 0, 255))):
        expected = [round(c * half + g * (1 - half)) for c, g in zip((255, 0, 0), ground, strict=True)]
        assert open_set(folder, background=background).x_NCHW[0, :, 5, 5].tolist() == expected
    assert open_set(folder, channels="4").x_NCHW[0, :, 5, 5].tolist() == [255, 0, 0, 128]


def test_grey_is_found_in_any_mode(tmp_path):
    for number, mode in enumerate(("L", "RGB", "RGBA", "P", "LA", "1", "L", "RGB")):
        picture(number, channels=1).convert(mode).save(tmp_path / f"{number}.png")
    found = open_set(str(tmp_path))
    assert found.shape.channels == 1 and (found.x_NCHW[0, 0] == np.asarray(picture(0, channels=1))).all()
    assert (open_set(str(tmp_path), channels="1").x_NCHW == found.x_NCHW).all()
    assert (open_set(str(tmp_path), channels="3").x_NCHW == found.x_NCHW).all()
    picture(0).save(tmp_path / "last.png")
    assert open_set(str(tmp_path)).shape.channels == 3


def test_one_channel_is_luma_of_rec_709(tmp_path):
    x = open_set(str(flat(tmp_path, (200, 100, 50))), channels="1").x_NCHW
    assert x.shape[1] == 1 and x[0, 0, 3, 3] == round(0.2126 * 200 + 0.7152 * 100 + 0.0722 * 50)


def test_sixteen_bits_animations_and_palettes(tmp_path):
    samples_HWC = np.full((16, 16, 1), 30_000)
    for number in range(6):
        (tmp_path / f"{number}.png").write_bytes(png16(samples_HWC, 0))
    frames = [Image.new("RGB", (16, 16), colour) for colour in ((200, 0, 0), (0, 200, 0))]
    frames[0].save(tmp_path / "6.gif", save_all=True, append_images=frames[1:])
    frames[1].quantize().save(tmp_path / "7.png")
    x_NCHW = open_set(str(tmp_path)).x_NCHW
    assert x_NCHW[0, :, 0, 0].tolist() == [round(30_000 / 65_535 * 255)] * 3
    assert x_NCHW[6, :, 0, 0].tolist() == [200, 0, 0] and x_NCHW[7, :, 0, 0].tolist() == [0, 200, 0]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"background": "wight"}, "--background 'wight' is no colour"),
        ({"background": "#ff000080"}, "--background '#ff000080' is transparent"),
        ({"channels": "2"}, "--channels '2'"),
        ({"fit": "covr"}, r"--fit 'covr' \(did you mean 'cover'"),
    ],
)
def test_settings_that_cannot_be(tmp_path, setting, says):
    with pytest.raises(UsageError, match=says):
        open_set(str(fill(tmp_path, 8)), **setting)
