"""The folder of a run: what is where, and that one process at a time writes there.

run.json            everything that is needed to repeat the run
samples/            sheets from fixed latents, by pictures seen
checkpoints/        what a killed run goes on from, by pictures seen; best-… is the best moment so far
metrics.jsonl       losses, health, findings, remedies: one JSON object a line
model.safetensors   the averaged generator: all that `gancraft sample` needs
report.html         all of it for people
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from gancraft.errors import GancraftError, UsageError


class RunFolder:
    """Paths and plain files of a run. Only the main process makes one that writes."""

    def __init__(self, path: Path, writes: bool = True):
        self.path, self.writes = path, writes
        self.samples, self.checkpoints = path / "samples", path / "checkpoints"
        self.metrics, self.model = path / "metrics.jsonl", path / "model.safetensors"
        self._description = path / "run.json"
        self._lock: IO[str] | None = None

    def open(self) -> None:
        """Make the folder and take its lock. Raises UsageError where that isn't possible."""
        if not self.writes:
            return
        try:
            for folder in (self.samples, self.checkpoints):
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")  # noqa: SIM115 - held as long as the run
        except OSError as error:
            raise UsageError(
                f"--run {self.path}: can't be written to ({error.strerror}); name another folder"
            ) from error
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.close()
                raise UsageError(f"--run {self.path}: another process is training there; name another folder") from None
        for folder in (self.path, self.checkpoints):
            for half in folder.glob(".*.part"):  # of a process that was killed while it wrote
                half.unlink(missing_ok=True)

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def description(self) -> dict[str, Any] | None:
        """run.json, or None in a folder without a run."""
        try:
            found = json.loads(self._description.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise GancraftError(f"{self._description}: can't be read ({error}); name another --run") from error
        if not isinstance(found, dict) or "options" not in found:
            raise GancraftError(f"{self._description}: is no description of a run; name another --run")
        return found

    def describe(self, values: Mapping[str, Any]) -> None:
        if self.writes:
            write_text(self._description, json.dumps(values, indent=1) + "\n")

    def log(self, kind: str, pictures: int, seconds: float, values: Mapping[str, Any]) -> None:
        """Append a line to the metrics. A disk that is full loses the line, not the run."""
        if not self.writes:
            return
        plain = {key: _plain(value) for key, value in values.items()}
        line = {"pictures": pictures, "seconds": round(seconds, 3), "kind": kind, "values": plain}
        try:
            with open(self.metrics, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError:
            pass

    def forget_after(self, pictures: int) -> float:
        """Drop lines and sheets of a run that went further than the checkpoint it goes on from. Returns the seconds that
        the run had taken until then."""
        kept, seconds = [], 0.0
        if self.metrics.is_file():
            for text in self.metrics.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    line = json.loads(text)
                    if line["pictures"] > pictures or line["kind"] == "end":
                        continue
                    kept.append(text)
                    seconds = max(seconds, float(line["seconds"]))
                except (ValueError, KeyError, TypeError):
                    continue  # cut off when the power went
        if self.writes:
            write_text(self.metrics, "".join(f"{line}\n" for line in kept))
            for sheet in self.samples.glob("*.png"):
                if sheet.stem.isdigit() and int(sheet.stem) > pictures:
                    sheet.unlink(missing_ok=True)
        return seconds


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises GancraftError where that isn't possible."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise GancraftError(f"{path}: can't be written ({error.strerror}); make room, or name another --run") from error
    finally:
        beside.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """JSON knows no infinity and no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
