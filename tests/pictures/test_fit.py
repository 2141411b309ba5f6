"""Sizes of results, and resizing."""

import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.pictures import Picture, fit_size, fitted
from tests.pictures.helpers import noise_HWC


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [
        (None, None, (512, 384, False)),
        ("256", None, (256, 192, False)),
        (" 2000 ", None, (2000, 1500, False)),
        ("300x200", None, (300, 200, True)),
        ("300X200", None, (300, 200, True)),
        ("300 × 200", None, (300, 200, True)),
        (None, 0.5, (320, 240, False)),
        (None, 2, (1280, 960, False)),
        (None, 1, (640, 480, False)),
        ("16383", None, (16383, 12287, False)),
        ("16x16", None, (16, 16, True)),
    ],
)
def test_sizes(text, scale, expected):
    assert fit_size(text, scale, 640, 480) == expected


def test_the_long_side_may_be_the_height():
    assert fit_size("512", None, 480, 640) == (384, 512, False)
    assert fit_size(None, None, 480, 640, default=256) == (192, 256, False)
    assert fit_size("512", None, 16, 16) == (512, 512, False)


@pytest.mark.parametrize(
    ("text", "scale", "says"),
    [
        *((bad, None, "--size '.*': give the long side") for bad in ("", "big", "-5", "1.5", "3x", "x3", "1x2x3")),
        ("0", None, "--size 0: .*at least 16"),
        ("8", None, "--size 8: .*8 x 6 pixels"),
        ("300x8", None, "--size 300x8: .*at least 16"),
        ("20000", None, "--size 20000: .*16,383"),
        ("99999999999", None, "--size"),
        ("9" * 9, None, "--size"),
        (None, 0.0, "--scale 0.0: give a factor above 0"),
        (None, -1.0, "--scale -1"),
        (None, float("nan"), "--scale nan"),
        (None, float("inf"), "--scale inf"),
        (None, 0.001, "--scale 0.001: .*at least 16"),
        (None, 1e300, r"--scale 1e\+300: .*16,383"),
        (None, 1.7e308, "--scale"),
        ("512", 2.0, "--size and --scale"),
    ],
)
def test_sizes_that_cannot_be(text, scale, says):
    with pytest.raises(UsageError, match=says) as caught:
        fit_size(text, scale, 640, 480)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_pictures_too_small_or_too_narrow():
    with pytest.raises(UsageError, match="dot.png is only 1 x 1 pixels"):
        fitted(Picture(np.zeros((1, 1, 3), np.float32), name="dot.png"), size="512")
    with pytest.raises(UsageError, match=r"usual size \(512\): strip.png would become 512 x 5 .*strip"):
        fitted(Picture(np.zeros((20, 2000, 3), np.float32), name="strip.png"))


def test_the_same_size_is_the_same_picture():
    picture = Picture(noise_HWC(24, 32))
    assert fitted(picture, scale=1) is picture
    assert fitted(picture, size="32x24") is picture


def test_resizing_keeps_flat_colours_the_mean_and_the_facts():
    flat = Picture(np.full((40, 60, 3), 0.3, np.float32), np.full((40, 60), 0.7, np.float32), "a.png", "ab", "x")
    for width, height in ((20, 17), (200, 100)):
        small = flat.resized(width, height)
        assert (small.width, small.height) == (width, height)
        np.testing.assert_allclose(small.rgb_HWC, 0.3, atol=1e-6)
        np.testing.assert_allclose(small.alpha_HW, 0.7, atol=1e-6)
        assert (small.name, small.sha256, small.sample) == ("a.png", "ab", "x")
        assert small.rgb_HWC.dtype == small.alpha_HW.dtype == np.float32
        assert small.rgb_HWC.flags.c_contiguous and small.rgb_HWC.flags.writeable


def test_shrinking_is_antialiased_and_never_overshoots():
    checks_HW = (np.indices((256, 256)).sum(axis=0) % 2).astype(np.float32)
    picture = Picture(np.repeat(checks_HW[..., None], 3, axis=2))
    np.testing.assert_allclose(picture.resized(64, 64).rgb_HWC[4:-4, 4:-4], 0.5, atol=0.02)
    edge = Picture(np.repeat((np.arange(64) > 31).astype(np.float32)[None, :, None], 3, axis=2).repeat(64, axis=0))
    large = edge.resized(200, 200).rgb_HWC
    assert large.min() >= 0 and large.max() <= 1


def test_resizing_is_the_same_every_time_and_turns_with_the_picture():
    rgb_HWC = noise_HWC(50, 70)
    once, twice = Picture(rgb_HWC).resized(31, 23), Picture(rgb_HWC.copy()).resized(31, 23)
    np.testing.assert_array_equal(once.rgb_HWC, twice.rgb_HWC)
    mirrored = Picture(np.ascontiguousarray(rgb_HWC[:, ::-1])).resized(31, 23)
    np.testing.assert_allclose(mirrored.rgb_HWC[:, ::-1], once.rgb_HWC, atol=1e-5)


def test_an_exact_size_is_cropped_at_the_centre():
    rgb_HWC = np.zeros((100, 300, 3), np.float32)
    rgb_HWC[:, 100:200] = (0, 1, 0)
    rgb_HWC[:, 200:] = (0, 0, 1)
    alpha_HW = np.linspace(0, 1, 300, dtype=np.float32)[None].repeat(100, axis=0)
    square = fitted(Picture(rgb_HWC, alpha_HW), size="50x50")
    assert (square.width, square.height) == (50, 50)
    # The filter's window may look over the edges of the crop.
    np.testing.assert_allclose(square.rgb_HWC, np.broadcast_to([0, 1, 0], (50, 50, 3)), atol=0.06)
    np.testing.assert_allclose(square.alpha_HW.mean(), 0.5, atol=0.01)
    tall = fitted(Picture(np.ascontiguousarray(rgb_HWC.swapaxes(0, 1))), size="60x60")
    np.testing.assert_allclose(tall.rgb_HWC, np.broadcast_to([0, 1, 0], (60, 60, 3)), atol=0.06)


@pytest.mark.parametrize("size", ["17x33", "101x16", "16x101", "333x334", "640x479"])
@pytest.mark.parametrize("sides", [(97, 61), (61, 97), (16, 16), (1000, 17)])
def test_any_aspect_into_any_other(size, sides):
    picture = fitted(Picture(noise_HWC(*sides)), size=size)
    assert f"{picture.width}x{picture.height}" == size
