"""Models and checkpoints as files: whole or not at all, and nothing in them can run."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from gancraft.errors import GancraftError
from gancraft.models import tensorfile

TENSORS = {
    "weight": torch.arange(6.0).view(2, 3),
    "count": torch.tensor(3),
    "half": torch.ones(2, dtype=torch.bfloat16),
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensorfile.write(path, "model", {"a": [1, None]}, TENSORS)
    header, tensors = tensorfile.read(path, "model")
    assert header["a"] == [1, None] and header["kind"] == "model"
    assert all(
        torch.equal(tensors[name], value) and tensors[name].dtype == value.dtype for name, value in TENSORS.items()
    )
    assert [p.name for p in tmp_path.iterdir()] == ["x.safetensors"]


def test_others_may_read_it_as_any_other_file(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain", tmp_path / "x.safetensors"
    plain.write_text("")
    tensorfile.write(path, "model", {}, TENSORS)
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pickle.dumps([1, 2]), "is a pickle"),
        (b"", "is empty"),
        (b"hello, this is no such file", "is no safetensors file"),
    ],
)
def test_other_files_are_named_for_what_they_are(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(GancraftError, match=says):
        tensorfile.read(path, "model")


def test_damage_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensorfile.write(path, "model", {}, TENSORS)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    with pytest.raises(GancraftError, match="ends too early"):
        tensorfile.read(path, "model")
    path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(GancraftError, match="checksum"):
        tensorfile.read(path, "model")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensorfile.write(path, "model", {}, TENSORS)
    with pytest.raises(GancraftError, match="is a model, where a checkpoint is needed"):
        tensorfile.read(path, "checkpoint")
