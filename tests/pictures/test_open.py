"""Opening every kind of pixel that people have."""

import hashlib
import io
import os
import struct
import threading

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps

from gancraft.pictures import open_picture
from tests.pictures.helpers import (
    bytes_of,
    cmyk_profile,
    grey_profile,
    image_of,
    noise_HWC,
    png,
    png16,
    swapped_profile,
)


def centre(picture):
    return picture.rgb_HWC[picture.height // 2, picture.width // 2]


def test_a_plain_picture_keeps_its_values_name_and_hash(tmp_path):
    levels = (noise_HWC() * 255).round().astype(np.uint8)
    path = tmp_path / "été 1.png"
    Image.fromarray(levels).save(path)
    picture = open_picture(path)
    assert picture.rgb_HWC.dtype == np.float32 and picture.alpha_HW is None
    assert (picture.width, picture.height, picture.name) == (32, 24, "été 1.png")
    assert picture.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    np.testing.assert_array_equal(picture.rgb_HWC, levels.astype(np.float32) / 255)
    for source in (str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        np.testing.assert_array_equal(open_picture(source).rgb_HWC, picture.rgb_HWC)
    with open(path, "rb") as file:
        assert open_picture(file).name == "été 1.png"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(format, orientation):
    image = Image.fromarray((noise_HWC() * 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"lossless": True} if format == "WEBP" else {}
    data = bytes_of(image, format, exif=exif, **lossless)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert expected.shape[:2] == ((24, 32) if orientation < 5 else (32, 24))
    np.testing.assert_array_equal((open_picture(data).rgb_HWC * 255).round(), expected)


def test_sixteen_bits_and_alpha_are_turned_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    samples_HWC = (noise_HWC(channels=4) * 65535).astype(np.uint16)
    picture = open_picture(png16(samples_HWC, 6, (b"eXIf", exif.tobytes()[6:])))
    upright = np.rot90(samples_HWC, -1) / np.float32(65535)
    np.testing.assert_allclose(picture.rgb_HWC, upright[..., :3], atol=1e-7)
    np.testing.assert_allclose(picture.alpha_HW, upright[..., 3], atol=1e-7)


def test_another_profile_is_converted():
    red = image_of((255, 0, 0))
    assert centre(open_picture(bytes_of(red, "PNG"))).tolist() == [1, 0, 0]
    r, g, b = centre(open_picture(bytes_of(red, "PNG", icc_profile=swapped_profile())))
    assert (r, b) == pytest.approx((0, 0), abs=0.02) and g == pytest.approx(1, abs=0.02)
    with_alpha = image_of((255, 0, 0, 128), mode="RGBA")
    picture = open_picture(bytes_of(with_alpha, "PNG", icc_profile=swapped_profile()))
    assert centre(picture)[1] > 0.98 and picture.alpha_HW[0, 0] == pytest.approx(128 / 255)
    palette = bytes_of(red.convert("P"), "PNG", icc_profile=swapped_profile())
    assert centre(open_picture(palette))[1] > 0.98


def test_srgb_and_broken_profiles_change_nothing():
    image = Image.fromarray((noise_HWC() * 255).astype(np.uint8))
    plain = open_picture(bytes_of(image, "PNG")).rgb_HWC
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"junk" * 50, swapped_profile()[:200], grey_profile(2.2), cmyk_profile()):
        np.testing.assert_array_equal(open_picture(bytes_of(image, "PNG", icc_profile=profile)).rgb_HWC, plain)


def test_grey_profile():
    grey = image_of(128, mode="L")
    assert centre(open_picture(bytes_of(grey, "PNG"))) == pytest.approx(128 / 255, abs=1e-6)
    linear = centre(open_picture(bytes_of(grey, "PNG", icc_profile=grey_profile(1.0))))
    assert linear == pytest.approx(0.737, abs=0.01)  # half the light, by sRGB's curve
    broken = bytes_of(grey, "PNG", icc_profile=swapped_profile())
    assert centre(open_picture(broken)) == pytest.approx(128 / 255, abs=1e-6)


def test_cmyk():
    cyan = image_of((255, 0, 0, 0), mode="CMYK")
    r, g, b = centre(open_picture(bytes_of(cyan, "JPEG", quality=95)))
    assert r < 0.1 and g > 0.5 and b > 0.5
    r, g, b = centre(open_picture(bytes_of(cyan, "JPEG", quality=95, icc_profile=cmyk_profile())))
    assert r > 0.6 and g < 0.45 and b < 0.45
    paper = image_of((0, 0, 0, 0), mode="CMYK")
    assert centre(open_picture(bytes_of(paper, "JPEG", icc_profile=cmyk_profile()))).min() > 0.97


def test_lab():
    lab = Image.frombytes("LAB", (16, 16), bytes((136, 81 & 255, 70)) * 256)
    r, g, b = centre(open_picture(bytes_of(lab, "TIFF")))
    assert r > 0.85 and g < 0.2 and b < 0.2  # L 53, a 80, b 70: nearly sRGB's red


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_white_and_black_in_every_mode(mode):
    image = Image.new("RGB", (20, 20), "white")
    image.paste("black", (0, 0, 10, 20))
    picture = open_picture(bytes_of(image.convert(mode), "PNG"))
    assert picture.rgb_HWC[0, 0].tolist() == [0, 0, 0] and picture.rgb_HWC[0, 19].tolist() == [1, 1, 1]
    assert picture.alpha_HW is None  # opaque all over


def test_sixteen_bit_grey_keeps_its_precision():
    samples_HW = np.arange(32 * 24, dtype=np.uint16).reshape(24, 32) * 77
    tiff = io.BytesIO()
    tifffile.imwrite(tiff, samples_HW)
    pgm = b"P5 32 24 65535\n" + samples_HW.astype(">u2").tobytes()
    for data in (png16(samples_HW[..., None], 0), tiff.getvalue(), pgm):
        rgb_HWC = open_picture(data).rgb_HWC
        np.testing.assert_array_equal((rgb_HWC[..., 0] * 65535).round(), samples_HW)
        np.testing.assert_array_equal(rgb_HWC[..., 0], rgb_HWC[..., 2])


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("kind", ["png", "little", "big", "deflated"])
def test_sixteen_bit_colour_keeps_its_precision(kind, alpha):
    samples_HWC = (noise_HWC(channels=3 + alpha) * 65000 + 500).astype(np.uint16)
    if kind == "png":
        data = png16(samples_HWC, 6 if alpha else 2)
    else:
        file = io.BytesIO()
        tifffile.imwrite(
            file,
            samples_HWC,
            photometric="rgb",
            extrasamples=["unassalpha"] if alpha else None,
            byteorder=">" if kind == "big" else "<",
            compression="zlib" if kind == "deflated" else None,
        )
        data = file.getvalue()
    picture = open_picture(data)
    np.testing.assert_array_equal((picture.rgb_HWC * 65535).round(), samples_HWC[..., :3])
    if alpha:
        np.testing.assert_array_equal((picture.alpha_HW * 65535).round(), samples_HWC[..., 3])


def test_sixteen_bit_colour_with_another_profile_is_converted():
    red_HWC = np.zeros((8, 8, 3), np.uint16)
    red_HWC[..., 0] = 65535
    file = io.BytesIO()
    tifffile.imwrite(file, red_HWC, photometric="rgb", iccprofile=swapped_profile())
    assert centre(open_picture(file.getvalue()))[1] > 0.98


def test_floats():
    def opened(values_HW):
        file = io.BytesIO()
        tifffile.imwrite(file, values_HW.astype(np.float32))
        return open_picture(file.getvalue()).rgb_HWC[..., 0]

    ramp_HW = np.linspace(0.2, 0.8, 64).reshape(8, 8)
    np.testing.assert_allclose(opened(ramp_HW), ramp_HW, atol=1e-6)
    np.testing.assert_allclose(opened(ramp_HW * 9000 - 50), (ramp_HW - 0.2) / 0.6, atol=1e-5)
    ramp_HW[0, 0] = np.nan
    assert np.isfinite(opened(ramp_HW)).all()


def test_palette_with_transparency():
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (0, 0, 10, 20))
    for data in (bytes_of(image, "PNG", transparency=1), bytes_of(image, "GIF", transparency=1)):
        picture = open_picture(data)
        assert picture.alpha_HW[5, 2] == 0 and picture.alpha_HW[5, 15] == 1
        # The green of the hidden half is gone.
        np.testing.assert_allclose(picture.rgb_HWC, np.broadcast_to([1, 0, 0], (20, 20, 3)), atol=1e-5)


def test_transparent_colour_of_a_picture_without_alpha():
    grey = Image.new("L", (20, 20), 200)
    grey.paste(10, (0, 0, 10, 20))
    picture = open_picture(bytes_of(grey, "PNG", transparency=10))
    assert picture.alpha_HW[0].tolist() == [0] * 10 + [1] * 10
    np.testing.assert_allclose(picture.rgb_HWC, 200 / 255, atol=1e-5)
    samples_HWC = np.full((16, 16, 3), 30_000, np.uint16)
    samples_HWC[:4] = 30_001  # the same high byte
    picture = open_picture(png16(samples_HWC, 2, (b"tRNS", struct.pack(">3H", *[30_001] * 3))))
    assert picture.alpha_HW[3, 0] == 0 and picture.alpha_HW[4, 0] == 1


def test_hidden_junk_is_replaced_smoothly():
    rgba_HWC = np.zeros((33, 47, 4), np.uint8)
    rgba_HWC[..., :3] = np.random.default_rng(1).integers(0, 256, (33, 47, 3))
    rgba_HWC[10:20, 5:15] = (255, 0, 0, 255)
    rgba_HWC[10:20, 30:40] = (0, 0, 255, 1)
    picture = open_picture(bytes_of(Image.fromarray(rgba_HWC), "PNG"))
    np.testing.assert_array_equal(picture.alpha_HW, rgba_HWC[..., 3] / np.float32(255))
    assert picture.rgb_HWC[15, 10].tolist() == [1, 0, 0] and picture.rgb_HWC[15, 35].tolist() == [0, 0, 1]
    hidden = picture.rgb_HWC[picture.alpha_HW == 0]
    assert hidden[:, 1].max() < 1e-4 and hidden.min() >= 0 and hidden.max() <= 1
    steps = np.abs(np.diff(picture.rgb_HWC[25:], axis=1))
    assert steps.max() < 0.5
    assert picture.rgb_HWC[15, 16, 0] > 0.8  # beside the red part: red


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_an_animation(format):
    frames = [image_of("red"), image_of("blue")]
    data = bytes_of(frames[0], format, save_all=True, append_images=frames[1:])
    assert centre(open_picture(data)) == pytest.approx([1, 0, 0], abs=0.02)


def test_a_pipe_is_read(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    data = bytes_of(image_of("red"), "PNG")
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    assert open_picture(path).width == 32
    writer.join()


def test_metadata_with_errors_is_ignored():
    image = image_of("red")
    assert open_picture(bytes_of(image, "JPEG", exif=b"Exif\0\0MM\0*\0\0\xff\xff" + b"\xff" * 40)).width == 32
    rows = b"".join(b"\0" + b"\xff\0\0" * 32 for _ in range(24))
    data = png(32, 24, 8, 2, rows, (b"eXIf", b"junk"), (b"iCCP", b"x\0\0junk"))
    assert centre(open_picture(data)).tolist() == [1, 0, 0]


def test_many_threads_read_at_once():
    data = [bytes_of(image_of((level, 0, 0)), "PNG") for level in range(0, 250, 10)]
    found: dict[int, float] = {}

    def read(i):
        found[i] = float(centre(open_picture(data[i], max_megapixels=0.001))[0])

    threads = [threading.Thread(target=read, args=(i,)) for i in range(len(data))]
    before = Image.MAX_IMAGE_PIXELS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: pytest.approx(10 * i / 255) for i in range(len(data))}
    assert before == Image.MAX_IMAGE_PIXELS
