"""Pulling a model into the user's folder and pushing one to a remote. Nothing of what is pulled is run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import Plugins
from gancraft.trained.card import Card, read_card
from gancraft.trained.folder import CARD, ENDING, ORIGIN, card_of, origin_of, own_models
from gancraft.trained.header import Header, check_contents, read_model
from gancraft.trained.listing import KIND, STYLE_KIND
from gancraft.trained.remotes import MODEL, README, Remote, check_size, put, write_whole
from gancraft.trained.template import card_for

NAME = re.compile(r"[a-z][a-z0-9_-]*")  # as plugins' models have them
_ABANDONED = 24 * 3600  # seconds after which the folder of a killed pull is removed


@dataclass(frozen=True)
class Pulled:
    """A model that lies in the user's folder now."""

    name: str
    file: Path
    header: Header
    revision: str


def pull(remote: Remote, name: str | None, revision: str | None, plugins: Plugins) -> Pulled:
    """Fetch a model, check it, and put it into the user's folder: all of it, or nothing. Raises GancraftError in one line,
    UsageError for a name that is taken by another model."""
    folder = own_models()
    called = _name(remote, name, plugins)
    _check_free(folder / (called + ENDING), called, remote)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _beside(folder) as beside:
            fetched = remote.fetch(beside, revision)
            header = _checked(beside / MODEL, remote.shown, fetched.sha256)
            try:
                card = (
                    read_card(beside / README)
                    if (beside / README).is_file()
                    else card_for(called, header, place=remote.place)
                )
            except GancraftError as error:
                raise GancraftError(str(error).replace(str(beside / README), f"{remote.shown}: {README}")) from None
            origin = {"from": remote.origin, "revision": fetched.revision, "sha256": _sha256(beside / MODEL)}
            file = folder / (called + ENDING)
            write_whole(file.with_suffix(CARD), str(card))
            write_whole(file.with_suffix(ORIGIN), json.dumps(origin, indent=1) + "\n")
            put(beside / MODEL, file)  # last: where it is, all of it is
    except OSError as error:
        raise GancraftError(f"{folder}: can't be written to ({error.strerror or error}); see GANCRAFT_MODELS") from None
    return Pulled(called, file, header, fetched.revision)


def push(
    remote: Remote, model: Path, card: Path | None, private: bool = False, message: str | None = None
) -> tuple[str, Card]:
    """Send a model and its card: the file `card`, else the one beside the model, else one made of what the model says.
    Returns where they are now, and the card. Raises GancraftError in one line; nothing is sent then."""
    header = _checked(model, str(model), "")
    beside = card_of(model)
    if card is not None:
        found = read_card(card)
    elif beside.is_file():
        found = read_card(beside)
    else:
        found = card_for(remote.name, header, place=remote.place)
    if not found.facts:  # Markdown alone: the hub wants to know what kind of thing it is
        found = Card(card_for(remote.name, header).facts, found.text)
    return remote.send(model, str(found), private, message), found


def _name(remote: Remote, name: str | None, plugins: Plugins) -> str:
    """What the model is to be called. Raises UsageError for what can't be a name, and for one that a plugin's model has."""
    called = name if name is not None else remote.name.lower()
    if not NAME.fullmatch(called):
        raise UsageError(
            f"'{called}' is no name for a model: give --name, lower-case letters, digits, - and _, starting with a letter"
        )
    for kind in (KIND, STYLE_KIND):
        if called not in plugins.names(kind):
            continue
        owner = plugins.get(kind, called).plugin
        raise UsageError(f"'{called}' is a model of plugin {owner}: give the pulled one a name of its own with --name")
    return called


def _check_free(file: Path, name: str, remote: Remote) -> None:
    """Only what came from the same place may be replaced."""
    if file.exists() and origin_of(file).get("from") != remote.origin:
        origin = origin_of(file).get("from") or "elsewhere"
        raise UsageError(f"'{name}' is there already, from {origin}: give --name, or remove {file}")


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """An empty folder on the same disk, which is gone afterwards, as are those of pulls that were killed."""
    for old in folder.glob(".pull-*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _ABANDONED:
                shutil.rmtree(old)
    beside = Path(tempfile.mkdtemp(prefix=".pull-", dir=folder))
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _checked(file: Path, shown: str, sha256: str) -> Header:
    """The header of a file that is a model of gancraft's, whole and undamaged. Raises GancraftError."""
    if file.is_file():
        check_size(shown, MODEL, file.stat().st_size)
    header = read_model(file, shown)
    check_contents(file, header, shown)
    if sha256 and sha256 != _sha256(file):
        raise GancraftError(f"{shown}: what arrived isn't what the hub has; try again")
    return header


def _sha256(file: Path) -> str:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
