"""The sets that come with gancraft."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from gancraft.errors import UsageError
from gancraft.pictures.dataset import data_samples, open_set, paintings


def test_ring():
    found = open_set("sample:ring", labels=True, size="64", channels="1")
    points_N2 = found.x_NCHW[:, :, 0, 0]
    assert found.x_NCHW.shape == (8192, 2, 1, 1) and found.x_NCHW.dtype == np.float32
    assert found.shape.classes == 8 and len(found.classes) == 8 and len(found.names) == 8192
    for mode in range(8):
        own_N2 = points_N2[found.labels_N == mode]
        centre = np.cos(2 * np.pi * mode / 8), np.sin(2 * np.pi * mode / 8)
        assert len(own_N2) > 900 and np.abs(own_N2.mean(0) - centre).max() < 0.01
        assert own_N2.std(0) == pytest.approx([0.05, 0.05], abs=0.005)
    again = open_set("sample:ring")
    assert again.labels_N is None and again.classes == () and (again.x_NCHW == found.x_NCHW).all()
    assert open_set("sample:ring").fingerprint == again.fingerprint != found.fingerprint


def test_digits(tmp_path):
    found = open_set("sample:digits", labels=True)
    assert found.x_NCHW.shape == (1797, 1, 8, 8) and found.classes == tuple("0123456789")
    assert found.labels_N[:12].tolist() == [*range(10), 0, 1] and np.bincount(found.labels_N).min() == 174
    assert found.names[17] == "digits 17"
    large = open_set("sample:digits", size="32", cache=tmp_path)
    assert large.x_NCHW.shape == (1797, 1, 32, 32) and any(
        "all 1,797 pictures are smaller" in note for note in large.notes
    )
    steps = np.abs(np.diff(large.x_NCHW[0, 0].astype(int), axis=1)).max()
    assert steps < np.abs(np.diff(found.x_NCHW[0, 0].astype(int), axis=1)).max()  # smooth, not in blocks


def test_digits_are_those_of_scikit_learn():
    raw = pytest.importorskip("sklearn.datasets").load_digits()
    found = open_set("sample:digits", labels=True)
    assert (found.x_NCHW[:, 0] == np.rint(raw.images * 255 / 16)).all() and (found.labels_N == raw.target).all()


def test_paintings(tmp_path, monkeypatch):
    monkeypatch.setattr(paintings, "COUNT", 210)
    found = open_set("sample:paintings", labels=True)
    assert (
        found.x_NCHW.shape == (210, 3, 64, 64) and len(found.classes) == 7 and (np.bincount(found.labels_N) == 30).all()
    )
    assert open_set("sample:paintings", labels=True, cache=tmp_path).fingerprint == found.fingerprint
    assert not any("exact cop" in note or "enlarged" in note for note in found.notes)
    # Varied, and nothing dull: every painting has contrast, and they differ from each other.
    x_NCHW = found.x_NCHW.astype(np.float32)
    assert x_NCHW.std(axis=(2, 3)).max(axis=1).min() > 10 and x_NCHW.std(axis=0).mean() > 40


def test_paintings_are_the_same_at_any_size(monkeypatch):
    monkeypatch.setattr(paintings, "COUNT", 14)
    small, large = (open_set("sample:paintings", size=size).x_NCHW.astype(np.float32) for size in ("32", "128"))
    reduced = large.reshape(14, 3, 32, 4, 32, 4).mean(axis=(3, 5))
    assert np.abs(reduced - small).mean() < 6 and np.abs(reduced - small[::-1]).mean() > 20
    assert open_set("sample:paintings", size="96x64", channels="1").x_NCHW.shape == (14, 1, 64, 96)
    assert open_set("sample:paintings", size="64x96", channels="4").x_NCHW[:, 3].min() == 255


def test_there_are_as_many_paintings_as_promised():
    assert paintings.COUNT == 4096
    assert [sample.source for sample in data_samples()] == [
        "sample:paintings",
        "sample:shapes",
        "sample:digits",
        "sample:ring",
    ]
    assert all("\n" not in sample.summary for sample in data_samples())


def test_names_that_do_not_exist():
    for source, says in (
        ("sample:paintins", "did you mean 'sample:paintings'"),
        ("sample:x", "there are sample:paintings, sample:shapes, sample:digits, sample:ring"),
        ("digits", "did you mean 'sample:digits'"),
        ("mnist", "did you mean 'torchvision:MNIST'"),
        ("torchvison:MNIST", "did you mean 'torchvision:MNIST'"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            open_set(source)
        assert "\n" not in str(caught.value)


def test_the_package_needs_no_torch():
    code = "import sys, gancraft.pictures.dataset as d; d.open_set('sample:ring'); print({'torch', 'torchvision', 'sklearn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
