"""Saving: what is in the file, and that an old file is never lost."""

import errno
import io
import os
import resource
import stat
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures import EXTENSIONS, check_writable, open_picture, save_picture
from tests.pictures.helpers import nobody, noise_HWC

ACROSS_HW, DOWN_HW = np.meshgrid(np.linspace(0, 1, 48), np.linspace(0, 1, 32))
SMOOTH_HWC = np.stack([ACROSS_HW, DOWN_HW, np.full_like(DOWN_HW, 0.4)], axis=-1).astype(np.float32)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_round_trip(tmp_path, extension):
    path = tmp_path / f"a{extension.upper()}"
    save_picture(path, SMOOTH_HWC)
    tolerance = {"png": 0.5 / 255, "tif": 0.5 / 65535}.get(extension[1:4], 0.03)
    picture = open_picture(path)
    assert picture.alpha_HW is None
    np.testing.assert_allclose(picture.rgb_HWC, SMOOTH_HWC, atol=tolerance * 1.001 + 1e-7)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_bytes_are_the_same_every_time_and_carry_srgb(tmp_path, extension):
    path = tmp_path / f"a{extension}"
    recipe = {"seed": 3}
    save_picture(path, SMOOTH_HWC, recipe=recipe)
    file = io.BytesIO()
    save_picture(file, SMOOTH_HWC, recipe=recipe, format=extension[1:])
    assert path.read_bytes() == file.getvalue()
    with Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        assert (image.size, image.mode) == ((48, 32), "RGB")


@pytest.mark.parametrize("extension", [".png", ".webp", ".tiff"])
def test_alpha_is_kept(tmp_path, extension):
    alpha_HW = np.linspace(0.1, 1, 32 * 48, dtype=np.float32).reshape(32, 48)
    save_picture(tmp_path / f"a{extension}", SMOOTH_HWC, alpha_HW)
    np.testing.assert_allclose(open_picture(tmp_path / f"a{extension}").alpha_HW, alpha_HW, atol=0.51 / 255)


def test_jpeg_lays_alpha_on_white(tmp_path):
    rgb_HWC, alpha_HW = np.zeros((32, 32, 3), np.float32), np.full((32, 32), 0.25, np.float32)
    save_picture(tmp_path / "a.jpg", rgb_HWC, alpha_HW)
    np.testing.assert_allclose(open_picture(tmp_path / "a.jpg").rgb_HWC, 0.75, atol=0.01)
    with Image.open(tmp_path / "a.jpg") as image:
        assert all(layer[1:3] == (1, 1) for layer in image.layer)  # no chroma subsampling


def test_rounding_and_clipping(tmp_path):
    levels = np.array([0.49, 0.51, 127.49, 127.51, 254.51, 300, -40, 255], np.float32) / 255
    save_picture(tmp_path / "a.png", np.repeat(levels[None, :, None], 3, axis=2))
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image)[0, :, 0].tolist() == [0, 1, 127, 128, 255, 255, 0, 255]
    save_picture(tmp_path / "a.tif", np.repeat(levels[None, :, None] * 0 + 0.5, 3, axis=2))
    assert tifffile.imread(tmp_path / "a.tif")[0, 0, 0] == 32768


def test_unknown_formats(tmp_path):
    for name in ("a.bmp", "a", "a.gif", ".png"):
        with pytest.raises(UsageError, match=r"\.png, .*\.webp.* or \.tiff") as caught:
            save_picture(tmp_path / name, SMOOTH_HWC)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="choose png"):
        save_picture(io.BytesIO(), SMOOTH_HWC, format="gif")
    with pytest.raises(UsageError):
        save_picture(io.BytesIO(), SMOOTH_HWC)
    save_picture(tmp_path / "a", SMOOTH_HWC, format="JPG")
    assert (tmp_path / "a").read_bytes().startswith(b"\xff\xd8")


def test_values_and_sizes_that_cannot_be_saved(tmp_path):
    bad_HWC = SMOOTH_HWC.copy()
    bad_HWC[3, 4] = np.nan
    with pytest.raises(GancraftError, match="aren't numbers"):
        save_picture(tmp_path / "a.png", bad_HWC)
    with pytest.raises(GancraftError, match=r"a\.webp wasn't written: .*another format"):
        save_picture(tmp_path / "a.webp", np.zeros((1, 17_000, 3), np.float32))
    with pytest.raises(ValueError, match="height, width, 3"):
        save_picture(tmp_path / "a.png", SMOOTH_HWC[..., 0])
    with pytest.raises(ValueError, match="alpha"):
        save_picture(tmp_path / "a.png", SMOOTH_HWC, SMOOTH_HWC[:4, :4, 0])
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("broken", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch, broken):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    really = getattr(os, broken)

    def full(*args, **kwargs):
        if broken == "open" and str(args[0]).endswith(".png"):
            return really(*args, **kwargs)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(GancraftError, match=r"a\.png wasn't written: No space left on device") as caught:
            save_picture(path, SMOOTH_HWC)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == ["a.png"] and path.read_bytes() == b"old"


def test_a_real_limit_on_the_size_of_files(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(GancraftError, match=r"a\.tif wasn't written: File too large"):
            save_picture(path, noise_HWC(64, 64))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path) == ["a.tif"] and path.read_bytes() == b"old"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_devices_are_written_to_and_not_replaced():
    with pytest.raises(GancraftError, match="/dev/full wasn't written: No space left on device"):
        save_picture("/dev/full", SMOOTH_HWC, format="png")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    check_writable("/dev/null", format="png")
    save_picture("/dev/null", SMOOTH_HWC, format="png")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with open("/dev/full", "wb", buffering=0) as file, pytest.raises(GancraftError, match="No space left"):
        save_picture(file, SMOOTH_HWC, format="png")


def test_ctrl_c_leaves_no_rubbish(tmp_path, monkeypatch):
    def interrupt(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_picture(tmp_path / "a.png", SMOOTH_HWC)
    assert os.listdir(tmp_path) == []


def test_permissions_and_links_are_kept(tmp_path):
    umask = os.umask(0)
    os.umask(umask)
    target, link = tmp_path / "real.png", tmp_path / "link.png"
    save_picture(target, SMOOTH_HWC)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask
    target.chmod(0o640)
    link.symlink_to("real.png")
    save_picture(link, SMOOTH_HWC * 0)
    assert link.is_symlink() and stat.S_IMODE(target.stat().st_mode) == 0o640
    assert open_picture(target).rgb_HWC.max() == 0


def test_the_longest_name(tmp_path):
    save_picture(tmp_path / ("x" * 251 + ".png"), SMOOTH_HWC)
    with pytest.raises(UsageError, match="File name too long"):
        check_writable(tmp_path / ("x" * 252 + ".png"))


def test_check_writable_leaves_nothing(tmp_path, monkeypatch):
    check_writable(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"old")
    check_writable(tmp_path / "b.png")
    assert os.listdir(tmp_path) == ["b.png"] and (tmp_path / "b.png").read_bytes() == b"old"
    monkeypatch.chdir(tmp_path)
    check_writable("c.webp")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.bmp", "'.bmp' can't be saved; use .png"),
        ("new/a.png", "the folder .*new doesn't exist: make it first"),
        ("new/er/a.png", "doesn't exist"),
        ("file/a.png", "file is a file, not a folder"),
        ("file/b/a.png", "Not a directory"),
        ("folder.png", "is a folder"),
        ("dangling.png", "gone doesn't exist"),
        ("nul\0.png", "can't be written"),
    ],
)
def test_places_that_cannot_be_written(tmp_path, name, says):
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "dangling.png").symlink_to(tmp_path / "gone" / "a.png")
    before = sorted(os.listdir(tmp_path))
    for attempt in (check_writable, lambda path: save_picture(path, SMOOTH_HWC)):
        with pytest.raises(UsageError, match=says) as caught:
            attempt(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_folder_without_the_right_to_write():
    # Not in tmp_path, which only root may even enter.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    try:
        with nobody(), pytest.raises(UsageError, match="a.png can't be written: Permission denied"):
            check_writable(folder / "a.png")
    finally:
        folder.rmdir()
