"""Painted frames in a folder beside the film: what was painted stays, and a run goes on where the last one ended.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures import open_picture, save_picture
from gancraft.style.film.settings import first_and_last

SETTINGS = "film.json"
# Where a frame is computed and what it may take there change nothing that a person would see.
ELSEWHERE = ("style.device", "style.precision", "style.launch", "style.max_megapixels", "memory")
_SHOWN = 3  # differences that are told


class KeptFrames:
    """Numbered PNG pictures, which keep every pixel, and the settings that they were painted with."""

    def __init__(self, target: Path):
        self.folder = target.with_suffix(".frames")

    def begin(self, recipe: Mapping[str, Any], restart: bool) -> None:
        """Make the folder, or go on with the one that is there. Raises UsageError where its frames were painted with other
        settings and `restart` doesn't say to throw them away, or where it isn't a folder of ours."""
        here = _comparable(recipe)
        try:
            if restart and self._is_ours():
                shutil.rmtree(self.folder)
            if self.folder.exists():
                self._compare(here)
                return
            self.folder.mkdir()
            (self.folder / SETTINGS).write_text(json.dumps(here, indent=1), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{self.folder} can't be made ({error.strerror}); choose another -o") from error

    def _is_ours(self) -> bool:
        return (self.folder / SETTINGS).is_file()

    def _compare(self, here: Mapping[str, Any]) -> None:
        if not self._is_ours():
            raise UsageError(
                f"{self.folder} is there already and holds no frames of a film; move it, or choose another -o"
            )
        try:
            there = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            there = {}
        if there == here:
            return
        before, now = dict(_leaves(there)), dict(_leaves(here))
        changed = [
            f"{key} {before.get(key, 'unset')}, now {now.get(key, 'unset')}"
            for key in dict.fromkeys([*now, *before])
            if before.get(key) != now.get(key)
        ]
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise UsageError(
            f"{self.folder} holds frames that were painted otherwise ({'; '.join(changed[:_SHOWN])}{more}): go back to those "
            "settings, start anew with --restart, or choose another -o"
        )

    def file(self, number: int) -> Path:
        """Of a frame, counted from 1."""
        return self.folder / f"{number:06}.png"

    def save(self, number: int, picture_HWC: np.ndarray) -> np.ndarray:
        """Keep a frame; returns it as it will be read again, float32 in [0, 1]."""
        save_picture(self.file(number), picture_HWC)
        levels_HWC = np.floor(np.clip(picture_HWC.astype(np.float64), 0, 1) * 255 + 0.5)
        return (levels_HWC / 255).astype(np.float32)

    def load(self, number: int, width: int, height: int) -> np.ndarray | None:
        """A frame that is there already; None where it isn't, or is damaged."""
        try:
            found = open_picture(self.file(number), width * height / 1e6)
        except GancraftError:
            return None
        return found.rgb_HWC if (found.width, found.height) == (width, height) else None

    def count(self, numbers: range) -> int:
        """How many of these frames are there."""
        return sum(self.file(number).is_file() for number in numbers)

    def remove(self) -> None:
        """Nothing of ours stays; what somebody else put there does."""
        for path in self.folder.glob("*.png"):
            if re.fullmatch(r"[0-9]{6,}\.png", path.name):
                path.unlink(missing_ok=True)
        (self.folder / SETTINGS).unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()


def _comparable(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Of a recipe, what decides the pixels."""
    options = {
        part: {
            name: value for name, value in values.items() if f"{part}.{name}" not in ELSEWHERE and name not in ELSEWHERE
        }
        for part, values in recipe["options"].items()
    }
    first, _ = first_and_last(recipe["options"]["film"]["frames"])
    options["film"]["frames"] = f"{first}-"  # where it begins, not where it ends
    kept = {"options": options, **{key: recipe[key] for key in ("gancraft", "plugin", "inputs")}}
    plain: dict[str, Any] = json.loads(json.dumps(kept))
    return plain


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values, as a person knows them: `optimise.strength`, `inputs.0.name`."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _leaves(inner, f"{name}.{key}" if name and name != "options" else str(key))
    else:
        yield name, value
