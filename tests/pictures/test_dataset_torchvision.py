"""The sets of torchvision, from files that are there, and from nowhere."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import UsageError
from gancraft.pictures.dataset import open_set

from .dataset_helpers import picture


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("GANCRAFT_DATA", str(tmp_path / "sets"))
    return tmp_path / "sets"


@pytest.fixture
def datasets():
    return pytest.importorskip("torchvision.datasets")


class Fake:
    """Made like torchvision's; `there` once it has been downloaded."""

    classes = ["cat", "dog"]
    there = False
    asked: list[dict] = []

    def __init__(self, root, split="train", transform=None, download=False):
        type(self).asked.append({"split": split, "download": download})
        if download:
            type(self).there = True
        if not self.there:
            raise RuntimeError("Dataset not found. You can use download=True to download it")

    def __len__(self):
        return 12

    def __getitem__(self, number):
        return picture(number, 20, 20), number % 3


@pytest.fixture
def fake(datasets, monkeypatch, root):
    kind = type("Fakes", (Fake,), {"there": False, "asked": []})
    monkeypatch.setattr(datasets, "Fakes", kind, raising=False)
    return kind


def write_idx(path: Path, x: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(">BBBB", 0, 0, 8, x.ndim) + struct.pack(f">{x.ndim}I", *x.shape) + x.tobytes())


def mnist_files(folder: Path, prefix: str = "train", count: int = 30) -> tuple[np.ndarray, np.ndarray]:
    x_NHW = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    labels_N = (np.arange(count) % 10).astype(np.uint8)
    write_idx(folder / f"{prefix}-images-idx3-ubyte", x_NHW)
    write_idx(folder / f"{prefix}-labels-idx1-ubyte", labels_N)
    return x_NHW, labels_N


@pytest.mark.parametrize("name", ["MNIST", "mnist"])
def test_mnist_from_its_files(root, datasets, name):
    x_NHW, labels_N = mnist_files(root / "MNIST" / "raw")
    mnist_files(root / "MNIST" / "raw", "t10k", 3)
    found = open_set(f"torchvision:{name}", labels=True)
    assert found.x_NCHW.shape == (30, 1, 28, 28) and (found.x_NCHW[:, 0] == x_NHW).all()
    assert (found.labels_N == labels_N).all() and len(found.classes) == 10 and found.classes[3] == "3 - three"
    assert found.names[17] == "MNIST 17" and open_set(f"torchvision:{name}").labels_N is None
    assert open_set(f"torchvision:{name}", size="32").x_NCHW.shape == (30, 1, 32, 32)


def test_emnist_is_turned_upright(root, datasets):
    raw = root / "EMNIST" / "raw"
    x_NHW, _ = mnist_files(raw, "emnist-balanced-train")
    mnist_files(raw, "emnist-balanced-test", 3)
    found = open_set("torchvision:EMNIST")
    assert (found.x_NCHW[:, 0] == x_NHW.transpose(0, 2, 1)).all() and "turned upright" in found.notes[0]


def test_a_set_is_downloaded_only_if_it_is_not_there(fake, tmp_path):
    found = open_set("torchvision:Fakes", labels=True, cache=tmp_path / "c")
    assert fake.asked == [{"split": "train", "download": False}, {"split": "train", "download": True}]
    assert found.x_NCHW.shape == (12, 3, 20, 20) and found.classes == ("cat", "dog", "2")
    assert found.labels_N.tolist() == [number % 3 for number in range(12)]
    again = open_set("torchvision:fakes", labels=True, cache=tmp_path / "c")
    assert fake.asked[2:] == [{"split": "train", "download": False}]
    assert again.fingerprint == found.fingerprint and (again.labels_N == found.labels_N).all()


def test_other_pictures_of_the_same_set_are_not_taken_from_the_cache(fake, tmp_path):
    fake.there = True
    first = open_set("torchvision:Fakes", cache=tmp_path)
    fake.__getitem__ = lambda self, number: (picture(number + 1, 20, 20), 0)
    assert open_set("torchvision:Fakes", cache=tmp_path).fingerprint != first.fingerprint


def test_without_a_network_the_message_says_where_the_files_go(fake, root, monkeypatch):
    def broken(self, root, split="train", transform=None, download=False):
        raise OSError("<urlopen error\n[Errno -3] no such host>") if download else RuntimeError("not found")

    monkeypatch.setattr(fake, "__init__", broken)
    with pytest.raises(UsageError, match="no such host.*put its files below .*sets.*GANCRAFT_DATA") as caught:
        open_set("torchvision:Fakes")
    assert "\n" not in str(caught.value)


def test_what_torchvision_does_not_have(datasets, root):
    for name, says in (
        ("CIFR10", "did you mean 'torchvision:CIFAR10'"),
        ("", "no data set ''.*MNIST"),
        ("zzz", "no data set 'zzz'; among them are MNIST"),
        ("ImageNet", "can't be had"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            open_set(f"torchvision:{name}")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("target", [None, (1, 2), "cat"])
def test_targets_that_are_no_classes(fake, target):
    fake.there = True
    fake.__getitem__ = lambda self, number: (picture(number, 20, 20), target)
    with pytest.raises(UsageError, match="no class for each picture"):
        open_set("torchvision:Fakes", labels=True)
    assert len(open_set("torchvision:Fakes")) == 12


def test_sets_of_other_things_and_broken_pictures(fake):
    fake.there = True
    fake.__getitem__ = lambda self, number: (np.zeros(3), 0)
    with pytest.raises(UsageError, match="isn't a set of pictures"):
        open_set("torchvision:Fakes")

    def sometimes(self, number):
        if number == 5:
            raise Image.UnidentifiedImageError("cut")
        return picture(number, 20, 20), 0

    fake.__getitem__ = sometimes
    found = open_set("torchvision:Fakes")
    assert len(found) == 11 and "Fakes 5" in found.notes[0]
