"""The trained models that are there: those that plugins ship, and the user's own, which were pulled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError
from gancraft.plugins import Plugins, Registered
from gancraft.trained.card import Card, read_card
from gancraft.trained.folder import TrainedModel, card_of, models_in, origin_of, own_models
from gancraft.trained.header import Header, read_model
from gancraft.trained.info import TRAINER

KIND, STYLE_KIND = "model", "style-model"  # of what plugins register: what makes pictures, and what paints them


@dataclass(frozen=True)
class Listed:
    """One model. origin: where it comes from. file: None where only using the model tells. header, card: None where there is
    none that can be read. problem: what is wrong with it, in one line. kind: "pictures" for one that makes some, "style" for
    one that paints them."""

    name: str
    summary: str
    origin: str
    file: Path | None = None
    header: Header | None = None
    card: Card | None = None
    problem: str = ""
    kind: str = "pictures"

    @property
    def method(self) -> str:
        """How it was trained, by its file."""
        if self.header is None:
            return ""
        return str(self.header.info.training.get("method") or self.header.info.name)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        header, card = self.header, self.card
        return {
            "name": self.name,
            "kind": self.kind,
            "summary": self.summary,
            "from": self.origin,
            "file": None if self.file is None else str(self.file),
            "method": self.method,
            "makes": "" if header is None else header.makes,
            **({} if header is None else {key: header.as_dict()[key] for key in ("shape", "parameters", "bytes")}),
            "licence": "" if card is None else card.licence,
            "scores": {} if card is None else card.scores(),
            "problem": self.problem,
        }


def listed(plugins: Plugins) -> list[Listed]:
    """All of them: shipped ones first, then the user's own, each by name. A plugin's own function isn't asked where its file
    is, since it may fetch it first."""
    found = []
    for entry in plugins.entries:
        if entry.kind in (KIND, STYLE_KIND):
            file = entry.target.file if isinstance(entry.target, TrainedModel) else None
            found.append(_told(entry.name, entry.summary, _origin(entry), file, kind=entry.kind))
    taken = {model.name: model.origin for model in found}
    for own in models_in(own_models()):
        problem = f"its name stands for the one of {taken[own.name]}; rename {own.file}" if own.name in taken else ""
        origin = str(origin_of(own.file).get("from") or own.file.parent)
        found.append(_told(own.name, own.summary, origin, own.file, problem))
    return found


def shipped_file(entry: Registered) -> Path:
    """Of a model that a plugin registered. Raises GancraftError where it isn't there."""
    file = entry.create(entry.options())
    if not isinstance(file, Path) or not file.is_file():
        raise GancraftError(f"plugin {entry.plugin}: the file of model '{entry.name}' isn't there; install it again")
    return file


def shipped_model(entry: Registered) -> Listed:
    """What there is to tell of a model that a plugin ships, its file asked for. Raises GancraftError where it isn't there."""
    return _told(entry.name, entry.summary, _origin(entry), shipped_file(entry), kind=entry.kind)


def own_model(name: str) -> TrainedModel | None:
    """The user's own model of this name."""
    return next((model for model in models_in(own_models()) if model.name == name), None)


def _told(name: str, summary: str, origin: str, file: Path | None, problem: str = "", kind: str = KIND) -> Listed:
    header = card = None
    if file is not None:
        try:
            header = read_model(file)
            card = read_card(card_of(file)) if card_of(file).is_file() else None
        except GancraftError as error:
            problem = problem or str(error)
    styles = kind == STYLE_KIND if header is None else header.info.kind == TRAINER
    return Listed(name, summary, origin, file, header, card, problem, "style" if styles else "pictures")


def _origin(entry: Registered) -> str:
    return f"plugin {entry.plugin}"
