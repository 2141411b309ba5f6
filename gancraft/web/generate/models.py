"""The models of the Generate tab: those that plugins ship, and a visitor's own.

Torch is imported when the first model is opened, not with the page.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import Plugins
from gancraft.web.turns import TURNS

if TYPE_CHECKING:
    from gancraft.latent.directions import Directions
    from gancraft.latent.source import Source
    from gancraft.models import Cost, Model

OWN = "my model"  # no registered name has a space
KIND, ENDING = "model", ".safetensors"

# Operations and numbers that one picture may take (see `gancraft.models.Cost`) by a file that comes from anybody: on a
# server, and on one's own computer.
ON_SERVER, AT_HOME = (2 * 10**10, 1 << 25), (10**13, 1 << 29)
SHEET_OPERATIONS, SHEET_PIXELS = 4 * 10**11, 1 << 22  # of a sheet, for which somebody waits
# Of a batch: between two of them others have their turn.
BATCH, BATCH_OPERATIONS, BATCH_NUMBERS, BATCH_PIXELS = 1000, 2 * 10**10, 1 << 25, 1 << 16


@dataclass(frozen=True)
class Opened:
    """A model that is ready. batch: pictures at a time; most: pictures that a sheet may have."""

    source: Source
    model: Model
    batch: int
    most: int


class Shelf:
    """Opens models by name. Shipped ones are everybody's and stay open; of a visitor's own nothing is kept. directions: of
    shipped ones, once somebody has asked for them."""

    def __init__(self, plugins: Plugins, own_computer: bool) -> None:
        self.plugins, self._own_computer = plugins, own_computer
        self._open: dict[str, Opened] = {}
        self._lock = threading.Lock()
        self.directions: dict[str, Directions] = {}

    @property
    def names(self) -> list[str]:
        """Of the models that plugins ship."""
        return self.plugins.names(KIND)

    def warm(self) -> None:
        """Open the first one, so that its pictures are there at once when somebody wants to see them."""
        for name in self.names[:1]:
            with contextlib.suppress(GancraftError):  # who wants to see them is told then
                self.open(name, None)

    def open(self, name: str, own: str | None) -> Opened:
        """A shipped model by its name, or OWN with the path of a file. Raises GancraftError in one line."""
        if name == OWN:
            return self._own(own)
        from gancraft.latent.source import shipped

        with self._lock:
            if name not in self._open:
                self._open[name] = _opened(shipped(self.plugins.get(KIND, name)), self.plugins, None)
            return self._open[name]

    def _own(self, own: str | None) -> Opened:
        if own is None:
            raise UsageError(f"My model: choose a file first ({ENDING}, as gancraft train writes it)")
        file = Path(own)
        if file.suffix.lower() != ENDING:
            raise UsageError(f"{file.name}: only {ENDING} files are opened; other files of weights can hold programs")
        if not file.is_file():
            raise UsageError(f"{file.name}: it has been here for too long, and is deleted; choose it again")
        from gancraft.latent.source import Source
        from gancraft.models import Cost, check_model

        most = Cost(*(AT_HOME if self._own_computer else ON_SERVER))
        return _opened(Source(file, file.name, file.stem), self.plugins, check_model(file, self.plugins, most))


def _opened(source: Source, plugins: Plugins, cost: Cost | None) -> Opened:
    from gancraft.models import load_model

    with TURNS.turn():  # a new network draws its first weights from the random numbers that all runs have together
        model = load_model(source.file, plugins)
    pixels = model.info.shape.height * model.info.shape.width
    batch, most = min(BATCH, BATCH_PIXELS // pixels), SHEET_PIXELS // pixels
    if cost is not None:
        operations = max(1, cost.operations)
        batch = min(batch, BATCH_NUMBERS // cost.numbers, BATCH_OPERATIONS // operations)
        most = min(most, SHEET_OPERATIONS // operations)
    return Opened(source, model, max(1, batch), max(1, most))
