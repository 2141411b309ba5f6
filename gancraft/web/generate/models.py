"""The models of the Generate tab: those that plugins ship, those that were pulled to this computer, and a visitor's own.

Torch is imported when the first model is opened, not with the page.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gancraft.errors import GancraftError, UsageError
from gancraft.latent.source import Source, model_names, shipped
from gancraft.plugins import Plugins
from gancraft.trained.listing import own_model
from gancraft.web.turns import TURNS

if TYPE_CHECKING:
    from gancraft.latent.directions import Directions
    from gancraft.models import Cost, Model

OWN = "my model"
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
    """Opens models by name. Shipped ones are everybody's and stay open; of all others nothing is kept. directions: of
    shipped ones, once somebody has asked for them."""

    def __init__(self, plugins: Plugins, own_computer: bool) -> None:
        self.plugins, self._own_computer = plugins, own_computer
        self._open: dict[str, Opened] = {}
        self._lock = threading.Lock()
        self.directions: dict[str, Directions] = {}

    @property
    def names(self) -> list[str]:
        """Of the models that plugins ship, and on one's own computer of those that were pulled."""
        names = model_names(self.plugins) if self._own_computer else self.plugins.names(KIND)
        return [name for name in names if name != OWN]

    def is_shipped(self, name: str) -> bool:
        return name in self.plugins.names(KIND)

    def summary(self, name: str) -> str:
        """What a model's card says in one line."""
        if self.is_shipped(name):
            return self.plugins.get(KIND, name).summary
        pulled = own_model(name)
        return pulled.summary if pulled else ""

    def warm(self) -> None:
        """Open the first one, so that its pictures are there at once when somebody wants to see them."""
        for name in self.plugins.names(KIND)[:1]:
            with contextlib.suppress(GancraftError):  # who wants to see them is told then
                self.open(name, None)

    def open(self, name: str, own: str | None) -> Opened:
        """A model by its name, or OWN with the path of a file. Raises GancraftError in one line."""
        if name == OWN:
            return self._own(own)
        if not self.is_shipped(name) and name in self.names and (pulled := own_model(name)):
            return self._anybodys(Source(pulled.file, name, name))
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
        return self._anybodys(Source(file, file.name, file.stem))

    def _anybodys(self, source: Source) -> Opened:
        """A file that may come from anybody: first it is seen that a picture of it costs no more than it may."""
        from gancraft.models import Cost, check_model

        most = Cost(*(AT_HOME if self._own_computer else ON_SERVER))
        return _opened(source, self.plugins, check_model(source.file, self.plugins, most))


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
