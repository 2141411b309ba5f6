"""An optional mirror of a run for TensorBoard.

Shape suffixes: H, W = height, width, C = 1, 3 or 4 channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancraft.errors import UsageError


class TensorBoardLog:
    """Writes event files into a folder. Raises UsageError where the package tensorboard isn't installed."""

    def __init__(self, folder: Path):
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise UsageError(
                "--tensorboard needs the package tensorboard: pip install tensorboard, or leave the flag out"
            ) from None
        self._writer: Any = SummaryWriter(str(folder))

    def write(self, pictures: int, values: Mapping[str, float]) -> None:
        """Values by name, when so many pictures had been seen."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, pictures)

    def picture(self, pictures: int, x_HWC: Any) -> None:
        """A sample sheet: an array or tensor in [0, 1]."""
        self._writer.add_image("samples", x_HWC, pictures, dataformats="HWC")

    def close(self) -> None:
        self._writer.close()
