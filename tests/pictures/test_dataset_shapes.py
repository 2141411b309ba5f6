"""The sample of coloured shapes."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gancraft.pictures.dataset import data_samples, open_set, shapes


def test_shapes() -> None:
    began = time.monotonic()
    found = open_set("sample:shapes", labels=True)
    assert time.monotonic() - began < 30  # a second on an idle core
    assert found.x_NCHW.shape == (4096, 3, 16, 16) and found.classes == ("disc", "square", "triangle", "cross")
    assert (np.bincount(found.labels_N) == 1024).all()
    assert not any("enlarged" in note for note in found.notes)
    assert open_set("sample:shapes", labels=True).fingerprint == found.fingerprint
    assert open_set("sample:shapes").fingerprint != found.fingerprint
    (sample,) = (sample for sample in data_samples() if sample.name == "shapes")
    assert (sample.shape.channels, sample.shape.height, sample.shape.width) == found.x_NCHW.shape[1:]


def test_every_colour_comes_with_every_shape() -> None:
    x_NCHW = open_set("sample:shapes").x_NCHW.astype(int)
    far_NHW = np.abs(x_NCHW - np.array(shapes.GROUND)[:, None, None]).sum(1).reshape(4096, -1)
    assert ((far_NHW == 0).sum(1) > 50).all()
    seen_N3 = np.take_along_axis(x_NCHW.reshape(4096, 3, -1), far_NHW.argmax(1)[:, None, None], 2)[:, :, 0]
    colours = np.array(list(shapes.COLOURS.values()))
    nearest_N = np.abs(seen_N3[:, None] - colours).sum(2).argmin(1)
    counts = np.bincount(nearest_N * 4 + np.arange(4096) % 4, minlength=24)
    assert counts.min() > 140 and counts.max() < 200


def test_shapes_differ_in_place_and_size() -> None:
    x_NCHW = open_set("sample:shapes").x_NCHW.astype(int)
    ink_NHW = np.abs(x_NCHW - np.array(shapes.GROUND)[:, None, None]).sum(1) > 60
    rows, columns = np.arange(16)[:, None], np.arange(16)
    area_N = ink_NHW.sum((1, 2))
    for places in (rows, columns):
        centre_N = (ink_NHW * places).sum((1, 2)) / np.maximum(area_N, 1)
        assert centre_N.std() > 1.2 and abs(np.median(centre_N) - 7.5) < 1
    assert area_N.std() > 10


@pytest.mark.parametrize("size", ["32", "48x24", "8"])
def test_shapes_are_the_same_at_any_size(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "COUNT", 16)
    small = open_set("sample:shapes", size=size).x_NCHW.astype(float)
    width, height = small.shape[3], small.shape[2]
    large = open_set("sample:shapes", size=f"{2 * width}x{2 * height}").x_NCHW.astype(float)
    reduced = large.reshape(16, 3, height, 2, width, 2).mean((3, 5))
    assert np.abs(reduced - small).mean() < 6 and np.abs(reduced - small[::-1]).mean() > 10


def test_grey_and_transparent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "COUNT", 16)
    assert open_set("sample:shapes", channels="1").x_NCHW.shape == (16, 1, 16, 16)
    assert open_set("sample:shapes", channels="4").x_NCHW[:, 3].min() == 255
