"""Files that can't be opened: each ends in one line that says what is the matter."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures import open_picture
from tests.pictures.helpers import (
    bomb,
    bytes_of,
    image_of,
    nobody,
    noise_HWC,
    swapped_profile,
)


def refusal(source, *, long: bool = False, **settings) -> str:
    with pytest.raises(UsageError) as caught:
        open_picture(source, **settings)
    message = str(caught.value)
    assert "\n" not in message and (long or len(message) < 200)
    return message


def test_a_wholly_transparent_picture_is_refused():
    data = bytes_of(image_of((9, 9, 9, 0), mode="RGBA"), "PNG")
    assert "transparent everywhere" in refusal(data)


def test_missing_empty_and_strange_paths(tmp_path):
    assert "cat.png doesn't exist" in refusal(tmp_path / "cat.png")
    assert "is a folder" in refusal(tmp_path)
    empty = tmp_path / "empty.png"
    empty.touch()
    assert "empty.png is empty (0 bytes)" in refusal(empty)
    assert "can't be read: Not a directory" in refusal(empty / "below.png")
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    assert "loop.png can't be read" in refusal(loop)
    broken = tmp_path / "broken.png"
    broken.symlink_to(tmp_path / "gone.png")
    assert "broken.png doesn't exist" in refusal(broken)
    assert "can't be read" in refusal("a\0b.png")
    assert "can't be read: File name too long" in refusal(str(tmp_path / ("x" * 150 + "." + "y" * 150)), long=True)
    assert "isn't a file" in refusal("/dev/zero")
    assert "web address" in refusal("https://example.org/cat.png")
    assert "without a name doesn't exist" in refusal("")


def test_names_are_safe_to_print(tmp_path):
    name = tmp_path / "a\n\x1b[31m\udcff.png"
    message = refusal(name)
    assert "\x1b" not in message
    message.encode("utf-8")


def test_no_permission(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(bytes_of(image_of("red"), "PNG"))
    path.chmod(0)
    with nobody():
        assert "secret.png can't be read: you have no permission" in refusal(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hello, I am a text\n" * 40, "isn't a picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100), "film"),
        (b"%PDF-1.7\n" + bytes(100), "PDF"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'></svg>", "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
    ],
)
def test_not_a_picture(tmp_path, data, says):
    path = tmp_path / "thing.jpg"
    path.write_bytes(data)
    message = refusal(path)
    assert "thing.jpg" in message and says in message


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "JPEG2000", "TGA"])
def test_truncated_files(format):
    data = bytes_of(Image.fromarray((noise_HWC(64, 64) * 255).astype(np.uint8)), format)
    for share in (0.3, 0.6, 0.9):
        refusal(data[: int(len(data) * share)])


def test_damaged_files_end_in_one_line():
    data = bytearray(bytes_of(Image.fromarray((noise_HWC(64, 64) * 255).astype(np.uint8)), "PNG"))
    data[len(data) // 2] ^= 0xFF
    assert "damaged or incomplete" in refusal(bytes(data), name="cat.png")


def test_broken_bytes_never_end_in_a_traceback():
    rng = np.random.default_rng(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    for format in ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "ICO"):
        image = Image.fromarray((noise_HWC(32, 32) * 255).astype(np.uint8))
        whole = bytes_of(image, format, exif=exif, icc_profile=swapped_profile())
        for _ in range(60):
            data = bytearray(whole)
            for at in rng.integers(0, len(data), 4):
                data[at] = rng.integers(0, 256)
            try:
                picture = open_picture(bytes(data), max_megapixels=0.5)
            except UsageError as problem:
                assert "\n" not in str(problem)
            else:
                assert np.isfinite(picture.rgb_HWC).all()


def test_bombs_are_refused_before_they_are_decoded(monkeypatch):
    message = refusal(bomb(), name="big.png")
    assert "big.png has 1,600 megapixels, over the limit of 100" in message
    assert "--max-megapixels" in message
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 0, 0, 0, 0, 1, 32, len(bomb()), 22) + bomb()
    assert "over the limit" in refusal(icon)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    data = bytes_of(Image.new("RGB", (100, 100)), "PNG")
    assert open_picture(data, max_megapixels=0.01).width == 100
    assert "0.0099" in refusal(data, max_megapixels=0.0099)
    assert Image.MAX_IMAGE_PIXELS == 10


def test_files_with_too_many_bytes_are_not_read(monkeypatch, tmp_path):
    monkeypatch.setattr("gancraft.pictures.open._SMALLEST_LIMIT", 10)
    path = tmp_path / "huge.png"
    path.write_bytes(bytes(2000))
    assert "huge.png has over 160 bytes" in refusal(path, max_megapixels=0.00001)


def test_a_stream_that_fails():
    class Broken(io.RawIOBase):
        name = "pipe.png"

        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    assert "pipe.png can't be read: Input/output error" in refusal(Broken())
