"""Features of a set of pictures, kept on the disk so that the next comparison with the set starts at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor

from gancraft.errors import GancraftError
from gancraft.metrics.features import FeatureSpace
from gancraft.models import tensorfile

_KIND, _ENDING = "features", ".features"
_UNUSED = 60 * 24 * 3600  # seconds


class Kept:
    """The place of one set's features in one space. what: whatever tells the set, and which of its pictures, from others."""

    def __init__(self, folder: Path, space: FeatureSpace, what: str):
        network = getattr(space.network, "network", None)
        key = f"{space.title} {space.size} {getattr(network, 'fingerprint', '')} {what}"
        self._file = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}{_ENDING}"

    def read(self, count: int) -> Tensor | None:
        """Features of so many pictures, ND; None where they aren't there whole."""
        try:
            features_ND = tensorfile.read(self._file, _KIND)[1]["features"]
        except (GancraftError, KeyError):
            return None
        with contextlib.suppress(OSError):
            os.utime(self._file)
        return features_ND if features_ND.dim() == 2 and len(features_ND) == count else None

    def write(self, features_ND: Tensor) -> None:
        """Keep them, where the disk lets us; what nobody used for 60 days goes."""
        with contextlib.suppress(OSError, SafetensorError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            for other in self._file.parent.glob(f"*{_ENDING}"):
                if other.stat().st_mtime < time.time() - _UNUSED:
                    other.unlink(missing_ok=True)
            tensorfile.write(self._file, _KIND, {}, {"features": features_ND})
