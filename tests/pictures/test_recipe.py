"""The recipe in the file: there and back in every format, and what happens when it can't be."""

import json
import os

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures import EXTENSIONS, read_recipe, save_picture
from gancraft.pictures.recipe import KEY, MAX_EXIF_BYTES
from tests.pictures.helpers import bytes_of, image_of

GREY_HWC = np.full((24, 32, 3), 0.5, np.float32)
RECIPE = {
    "gancraft": "0.1.0",
    "options": {"gram": {"covariance": True, "strength": 0.5, "layers": ["r11", "r21"], "start": None}},
    "content": 'Žluťoučký kůň 🐎 "quoted" \\ new\nline.jpg',
    "seed": 2**31 - 1,
}


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("alpha", [False, True])
def test_there_and_back(tmp_path, extension, alpha):
    path = tmp_path / f"é{extension}"
    save_picture(path, GREY_HWC, GREY_HWC[..., 0] if alpha else None, recipe=RECIPE)
    assert read_recipe(path) == RECIPE
    assert list(read_recipe(path)) == list(RECIPE)
    with Image.open(path) as image:
        image.load()


def test_a_png_carries_it_as_plain_text(tmp_path):
    save_picture(tmp_path / "a.png", GREY_HWC, recipe=RECIPE)
    with Image.open(tmp_path / "a.png") as image:
        assert json.loads(image.text[KEY]) == RECIPE


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_long_recipe(tmp_path, extension):
    recipe = {"styles": [{"name": f"style-{i}.jpg", "weight": i / 7} for i in range(3000)]}
    assert len(json.dumps(recipe)) > 100_000
    save_picture(tmp_path / f"a{extension}", GREY_HWC, recipe=recipe)
    assert read_recipe(tmp_path / f"a{extension}") == recipe


def test_the_longest_plain_text_of_a_jpeg(tmp_path):
    recipe = {"x": os.urandom(32_496).hex()}
    assert len(json.dumps(recipe, separators=(",", ":"))) == MAX_EXIF_BYTES
    save_picture(tmp_path / "a.jpg", GREY_HWC, recipe=recipe)
    assert read_recipe(tmp_path / "a.jpg") == recipe


def test_a_recipe_that_does_not_fit(tmp_path):
    hashes = {"hashes": [os.urandom(32).hex() for _ in range(3000)]}
    with pytest.raises(GancraftError, match=r"a\.jpg wasn't written: the recipe has [0-9,]+ bytes.*\.png"):
        save_picture(tmp_path / "a.jpg", GREY_HWC, recipe=hashes)
    save_picture(tmp_path / "a.png", GREY_HWC, recipe=hashes)
    assert read_recipe(tmp_path / "a.png") == hashes
    for bad in ({"x": {1, 2}}, {"x": float("nan")}, {"x": object()}):
        with pytest.raises(GancraftError, match="JSON"):
            save_picture(tmp_path / "b.png", GREY_HWC, recipe=bad)
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_without_a_recipe(tmp_path, extension):
    save_picture(tmp_path / f"a{extension}", GREY_HWC)
    with pytest.raises(GancraftError, match=rf"a\{extension} holds no gancraft recipe"):
        read_recipe(tmp_path / f"a{extension}")


def test_somebody_elses_comment_is_none(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0my holiday"
    exif[0x010E] = "gancraftsman's portrait"
    for format in ("JPEG", "TIFF"):
        (tmp_path / "a").write_bytes(bytes_of(image_of("red"), format, exif=exif))
        with pytest.raises(GancraftError, match="holds no gancraft recipe"):
            read_recipe(tmp_path / "a")


@pytest.mark.parametrize("text", ['{"seed": ', "[1, 2]", "zlib:!!!", "zlib:eJwL", "zlib:aGVsbG8=", "null", ""])
def test_a_damaged_one(tmp_path, text):
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, text)
    (tmp_path / "a.png").write_bytes(bytes_of(image_of("red"), "PNG", pnginfo=info))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + f"{KEY} {text}".encode()
    (tmp_path / "a.jpg").write_bytes(bytes_of(image_of("red"), "JPEG", exif=exif))
    for name in ("a.png", "a.jpg"):
        with pytest.raises(GancraftError, match=rf"the gancraft recipe in .*{name} is damaged") as caught:
            read_recipe(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    for path, says in (
        (tmp_path / "a.png", "isn't a PNG"),
        (tmp_path / "empty.png", "isn't a PNG"),
        (tmp_path / "gone.png", "doesn't exist"),
        (tmp_path, "can't be read: Is a directory"),
        (tmp_path / "a.png" / "b.png", "can't be read: Not a directory"),
    ):
        with pytest.raises(UsageError, match=says):
            read_recipe(path)


def test_a_picture_above_pillows_own_limit(tmp_path, monkeypatch):
    save_picture(tmp_path / "a.png", GREY_HWC, recipe=RECIPE)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read_recipe(tmp_path / "a.png") == RECIPE
