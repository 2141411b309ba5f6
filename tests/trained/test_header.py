"""Reading a model's header without torch: the same as with it, and nothing that isn't whole."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from gancraft.errors import GancraftError
from gancraft.models import read_info
from gancraft.models.tensorfile import write
from gancraft.trained.header import NewerFormat, check_contents, read_model
from tests.trained.helpers import TENSORS, a_model

TYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint8, torch.bool,
)  # fmt: skip


def test_it_says_what_torch_reads(tmp_path: Path) -> None:
    file = a_model(tmp_path / "m.safetensors", classes=("cat", "dog"))
    header = read_model(file)
    assert header.info == read_info(file)
    assert (header.parameters, header.size, header.version) == (61, file.stat().st_size, "0.1.0")
    assert {name: place.shape for name, place in header.places.items()} == {
        k: tuple(x.shape) for k, x in TENSORS.items()
    }
    assert header.as_dict()["shape"] == {"width": 24, "height": 16, "channels": 3}


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_the_checksum_is_that_of_torch(dtype: torch.dtype, tmp_path: Path) -> None:
    tensors = {
        "b": torch.arange(6).reshape(2, 3).to(dtype),
        "a": torch.tensor(1).to(dtype),
        "empty": torch.zeros(0, 4).to(dtype),
    }
    file = a_model(tmp_path / "m.safetensors", tensors)
    check_contents(file, read_model(file))


@pytest.mark.parametrize("place", [-1, -100, -240])
def test_one_changed_byte_is_found(place: int, tmp_path: Path) -> None:
    file = a_model(tmp_path / "m.safetensors")
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with pytest.raises(GancraftError, match="me/cats: damaged: its contents don't match their checksum"):
        check_contents(file, read_model(file), "me/cats")


def raw(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def tensor(start: int, end: int, dtype: str = "U8", shape: Any = None) -> dict[str, Any]:
    return {"dtype": dtype, "shape": [end - start] if shape is None else shape, "data_offsets": [start, end]}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"\x80\x04\x95" + bytes(40), "is a pickle, not safetensors"),
        (b"PK\x03\x04" + bytes(40), "is a pickle, not safetensors"),
        (b"<html>not found</html>", "is no safetensors file"),
        (raw({"a": tensor(0, 4)}, bytes(4)), "wasn't written by gancraft"),
        (raw({"__metadata__": {"gancraft": "{}"}}), "wasn't written by gancraft"),
        (raw({"a": tensor(0, 4)}, bytes(3)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4)}, bytes(5)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4), "b": tensor(2, 4)}, bytes(4)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4), "b": tensor(0, 4)}, bytes(8)), "damaged or incomplete"),
        (raw({"a": tensor(-4, 0), "b": tensor(0, 4)}, bytes(4)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4, "F8")}, bytes(4)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4, shape=[3])}, bytes(4)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4, shape=[True, 4])}, bytes(4)), "damaged or incomplete"),
        (raw({"a": tensor(0, 4, shape=[-1, -4])}, bytes(4)), "damaged or incomplete"),
        (raw({"a": []}), "damaged or incomplete"),
        (raw({"__metadata__": "x"}), "damaged or incomplete"),
        (raw(b"{" * 100_000), "damaged or incomplete"),
        (raw(b'{"a":' + b"[" * 100_000), "damaged or incomplete"),
        ((1 << 40).to_bytes(8, "little") + b"{}", "damaged or incomplete"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused_in_one_line(data: bytes, why: str, tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    file.write_bytes(data)
    with pytest.raises(GancraftError, match=why) as refused:
        read_model(file, "me/cats")
    assert str(refused.value).startswith(("me/cats is ", "me/cats: ")) and "\n" not in str(refused.value)


def test_other_files_of_gancraft_are_named(tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    write(file, "checkpoint", {}, TENSORS)
    with pytest.raises(GancraftError, match="is a checkpoint, where a model is needed"):
        read_model(file)
    save_file(TENSORS, file, {"gancraft": json.dumps({"kind": "model", "format": 99, "version": "9.0"})})
    with pytest.raises(NewerFormat, match="written by gancraft 9.0, in a newer format"):
        read_model(file)
    for path, why in ((tmp_path / "gone", "there is no such file"), (tmp_path, "is a folder")):
        with pytest.raises(GancraftError, match=why):
            read_model(path)


def test_no_damage_ends_in_a_traceback(tmp_path: Path) -> None:
    file = a_model(tmp_path / "m.safetensors")
    whole, draw = file.read_bytes(), random.Random(0)
    for _ in range(300):
        data = bytearray(whole[: draw.randrange(len(whole))] if draw.random() < 0.3 else whole)
        for _ in range(draw.randrange(1, 4)):
            if data:
                data[draw.randrange(min(len(data), 900))] = draw.randrange(256)
        file.write_bytes(data)
        try:
            check_contents(file, read_model(file))
        except GancraftError as error:
            assert "\n" not in str(error)
