"""One safe file for tensors and what describes them: safetensors with JSON in its header, written whole or not at all.

Used for models and for checkpoints. Nothing in such a file can run when it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from gancraft.errors import GancraftError
from gancraft.trained.header import FORMAT, checked, what_it_is


def write(path: Path, kind: str, header: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write a file of this kind ("model", "checkpoint"): first beside `path`, then moved there, so that a reader, or a
    crash, meets the old file or the new one. Raises OSError, and leaves the old file, where the disk is full."""
    plain = {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()}
    text = json.dumps({**header, "format": FORMAT, "kind": kind, "digest": digest(plain)})
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            save_file(plain, beside, metadata={"gancraft": text})
        except SafetensorError as error:
            raise OSError(str(error)) from error
        beside.chmod(_mode())
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
        _sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def read_header(path: Path, kind: str) -> dict[str, Any]:
    """What describes the file. Raises GancraftError in one line for a file that isn't of this kind or can't be read."""
    return _opened(path, kind, with_tensors=False)[0]


def read(path: Path, kind: str, check: bool = True) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors, on the CPU. `check`: compare the tensors with their digest. Raises GancraftError."""
    header, tensors = _opened(path, kind, with_tensors=True)
    if check and header.get("digest") != digest(tensors):
        raise GancraftError(f"{path}: damaged: its contents don't match their checksum; take another copy")
    return header, tensors


def digest(tensors: Mapping[str, Tensor]) -> str:
    """A checksum of names, types, shapes and values."""
    total = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def _opened(path: Path, kind: str, with_tensors: bool) -> tuple[dict[str, Any], dict[str, Tensor]]:
    start = b""
    try:
        with open(path, "rb") as file:
            start = file.read(16)
        with safe_open(str(path), framework="pt") as archive:
            text = (archive.metadata() or {}).get("gancraft")
            header = json.loads(text) if text is not None else None
            tensors = {name: archive.get_tensor(name) for name in archive.keys()} if with_tensors else {}  # noqa: SIM118
    except FileNotFoundError:
        raise GancraftError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise GancraftError(f"{path}: is a folder; name a file in it") from None
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise GancraftError(f"{path} {what_it_is(start, error)}") from None
    return checked(path, header, kind), tensors


def _mode() -> int:
    """Of an ordinary new file here; safetensors makes files that nobody else may read."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the move itself last through a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
