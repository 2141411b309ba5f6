"""Checkpoints: written whole or not at all, the last few and the best kept, a damaged one passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from gancraft.errors import GancraftError
from gancraft.models import tensorfile
from gancraft.trained.header import NewerFormat

_NAME = re.compile(r"(best-)?(\d{12})\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """header: counters and what they belong to; tensors: see `Session.tensors`."""

    header: Mapping[str, Any]
    tensors: Mapping[str, Tensor]
    path: Path


class Checkpoints:
    """The checkpoints of a run's folder."""

    def __init__(self, folder: Path, keep: int):
        self.folder, self.keep = folder, keep

    def save(self, pictures: int, header: Mapping[str, Any], tensors: Mapping[str, Tensor], best: bool = False) -> Path:
        """Write one, then remove those that are no longer needed. Raises OSError where the disk is full; what was there
        stays."""
        path = self.folder / f"{'best-' if best else ''}{pictures:012}.safetensors"
        tensorfile.write(path, "checkpoint", header, tensors)
        if not best:
            self._prune()
        return path

    def latest(self) -> tuple[Checkpoint | None, list[str]]:
        """The newest one that can be read, and a line about each that can't. Raises GancraftError where there are some and
        none can be read, or one was written by a newer gancraft."""
        problems: list[str] = []
        for path in reversed(self._files(best=False)):
            try:
                header, tensors = tensorfile.read(path, "checkpoint")
            except NewerFormat:
                raise
            except GancraftError as error:
                problems.append(f"{error}; going back to the checkpoint before")
                continue
            return Checkpoint(header, tensors, path), problems
        if problems:
            raise GancraftError(
                f"{self.folder}: no checkpoint can be read ({problems[-1]}); begin anew in another --run"
            )
        return None, []

    def best(self, pictures: int) -> Checkpoint:
        """The best one, of that moment. Raises GancraftError where it can't be read."""
        path = self.folder / f"best-{pictures:012}.safetensors"
        return Checkpoint(*tensorfile.read(path, "checkpoint"), path)

    def _files(self, best: bool) -> list[Path]:
        found = [path for path in self.folder.iterdir() if (m := _NAME.fullmatch(path.name)) and bool(m[1]) == best]
        return sorted(found)

    def _prune(self) -> None:
        """Keep the last few, and the best moments that any of them may go back to."""
        files = self._files(best=False)
        for path in files[: -self.keep]:
            path.unlink(missing_ok=True)
        wanted = set()
        for path in files[-self.keep :]:
            try:
                wanted.add(tensorfile.read_header(path, "checkpoint").get("best"))
            except GancraftError:
                continue
        for path in self._files(best=True):
            if int(_NAME.fullmatch(path.name)[2]) not in wanted:  # type: ignore[index]
                path.unlink(missing_ok=True)
