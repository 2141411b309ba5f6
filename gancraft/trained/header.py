"""The header of a safe file, which is shared by those who read its tensors and those who don't.

A safetensors file is a length (8 bytes, little-endian), so many bytes of JSON (name to type, shape, place), and the tensors'
bytes one behind the other. gancraft's own description is JSON under `gancraft` of its metadata.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError
from gancraft.trained.info import TRAINER, ModelInfo, info_from

FORMAT = 1  # of the description; a file of a newer one is refused
_LONGEST = 16_000_000  # bytes of JSON that are read
_CHUNK = 1 << 20
# Of safetensors: bytes a number, and torch's name of it, which is what `gancraft.models.tensorfile.digest` goes by.
_TYPES = {
    "F64": (8, "float64"),
    "F32": (4, "float32"),
    "F16": (2, "float16"),
    "BF16": (2, "bfloat16"),
    "I64": (8, "int64"),
    "I32": (4, "int32"),
    "I16": (2, "int16"),
    "I8": (1, "int8"),
    "U8": (1, "uint8"),
    "BOOL": (1, "bool"),
}


class NewerFormat(GancraftError):
    """A file that this version can't know how to read."""


@dataclass(frozen=True)
class Place:
    """Where a tensor is: `size` bytes from `start` of the file on."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int


@dataclass(frozen=True)
class Header:
    """A model's file without its tensors. parameters: all numbers in these, buffers too; version: the gancraft that wrote it;
    size: of the file in bytes; digest: of the tensors, as it says."""

    info: ModelInfo
    places: dict[str, Place]
    version: str
    digest: str
    size: int

    @property
    def parameters(self) -> int:
        return sum(math.prod(place.shape) for place in self.places.values())

    @property
    def makes(self) -> str:
        """What comes out, for people."""
        if self.info.kind == TRAINER:
            return f"any picture painted, learned at {self.info.shape.width}x{self.info.shape.height}"
        return str(self.info.shape)

    @property
    def fingerprint(self) -> str:
        """Of the weights, as `gancraft.models.load_model` has it."""
        return hashlib.sha256(self.digest.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        info, shape = self.info, self.info.shape
        return {
            "kind": info.kind,
            "name": info.name,
            "plugin": dict(info.plugin),
            "shape": {"width": shape.width, "height": shape.height, "channels": shape.channels},
            "classes": list(info.classes) or shape.classes,
            "stage": info.stage,
            "options": dict(info.options),
            "parameters": self.parameters,
            "tensors": len(self.places),
            "training": dict(info.training),
            "gancraft": self.version,
            "bytes": self.size,
            "fingerprint": self.fingerprint,
        }


def checked(shown: object, header: Any, kind: str) -> dict[str, Any]:
    """The description if it is one of this kind ("model", "checkpoint"). shown: the file, for messages. Raises
    GancraftError, NewerFormat."""
    if not isinstance(header, dict) or "kind" not in header:
        raise GancraftError(
            f"{shown}: holds tensors, but wasn't written by gancraft; give a model that gancraft trained"
        )
    number = header.get("format", 0)
    if not isinstance(number, int) or number > FORMAT:
        version = header.get("version", "a newer gancraft")
        raise NewerFormat(f"{shown}: written by gancraft {version}, in a newer format; upgrade gancraft to read it")
    if header["kind"] != kind:
        raise GancraftError(f"{shown}: is a {header['kind']}, where a {kind} is needed")
    return header


def what_it_is(start: bytes, error: Exception) -> str:
    """Why a file that begins so can't be read, as people understand it."""
    if start.startswith((b"\x80", b"PK\x03\x04")):
        return "is a pickle, not safetensors, whatever its name says; it could run code, so it isn't opened"
    if not start:
        return "is empty (0 bytes)"
    if len(start) > 8 and start[8:9] == b"{":
        return "is damaged or incomplete: it ends too early, or its header is broken; take another copy"
    return f"is no safetensors file ({' '.join(str(error).split())[:80]})"


def read_model(path: Path, shown: object = None) -> Header:
    """The header of a model's file. shown: what to call the file in messages. Raises GancraftError in one line where it is no
    whole model of gancraft's."""
    shown = path if shown is None else shown
    start = b""
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            start = file.read(16)
            file.seek(0)
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(_LONGEST, size - 8):
                raise ValueError("its header has no such length")
            said = json.loads(file.read(length))
        text = said.pop("__metadata__", {}).get("gancraft")
        header = json.loads(text) if text is not None else None
        places = _places(said, 8 + length, size)
    except FileNotFoundError:
        raise GancraftError(f"{shown}: there is no such file") from None
    except IsADirectoryError:
        raise GancraftError(f"{shown}: is a folder; name a file in it") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise GancraftError(f"{shown} {what_it_is(start, error)}") from None
    found = checked(shown, header, "model")
    version, digest = str(found.get("version", "")), str(found.get("digest", ""))
    return Header(info_from(shown, found), places, version, digest, size)


def check_contents(path: Path, header: Header, shown: object = None) -> None:
    """Compare the tensors with their digest. Raises GancraftError where they aren't what was written."""
    total = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        for name, place in sorted(header.places.items()):
            total.update(f"{name} torch.{_TYPES[place.dtype][1]} {place.shape}".encode())
            file.seek(place.start)
            left = place.size
            while left and (chunk := file.read(min(left, _CHUNK))):
                total.update(chunk)
                left -= len(chunk)
    if total.hexdigest() != header.digest:
        what = path if shown is None else shown
        raise GancraftError(f"{what}: damaged: its contents don't match their checksum; take another copy")


def _places(said: dict[str, Any], start: int, size: int) -> dict[str, Place]:
    """Where the tensors are. Raises ValueError unless they fill the file from `start` to its `size`, without holes."""
    found = {}
    for name, tensor in said.items():
        (begin, end), shape = tensor["data_offsets"], tuple(tensor["shape"])
        if not all(type(number) is int and number >= 0 for number in (begin, end, *shape)):
            raise ValueError(f"{name} has no such place")
        if end - begin != math.prod(shape) * _TYPES[tensor["dtype"]][0]:
            raise ValueError(f"{name} has another size than its shape")
        found[name] = Place(tensor["dtype"], shape, start + begin, end - begin)
    next_one = start
    for place in sorted(found.values(), key=lambda place: (place.start, place.size)):
        if place.start != next_one:
            raise ValueError("its tensors leave holes, or overlap")
        next_one += place.size
    if next_one != size:
        raise ValueError("it ends elsewhere than its tensors")
    return found
