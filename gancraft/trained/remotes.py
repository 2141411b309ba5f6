"""Where models are pushed to and pulled from: a repository of the Hugging Face hub, or a folder, which works offline."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from gancraft.errors import GancraftError, UsageError
from gancraft.trained.card import LARGEST as LARGEST_CARD
from gancraft.trained.folder import ENDING
from gancraft.trained.template import FOLDER

MODEL, README = "model" + ENDING, "README.md"  # what the two files are called on a remote
LARGEST = 2_000_000_000  # bytes of a model


@dataclass(frozen=True)
class Fetched:
    """What was fetched. revision: the commit; sha256: of the model, as the remote says; both "" where it doesn't."""

    revision: str = ""
    sha256: str = ""


class Remote(ABC):
    """A place for one model and its card."""

    name: str  # of the model there, unless one is given
    shown: str  # as people see it
    origin: str  # what is noted of where a model comes from
    place: str  # what others give to `gancraft pull`, as a card says it

    @abstractmethod
    def send(self, model: Path, card: str, private: bool, message: str | None) -> str:
        """Put both files there, whole. Returns where they are. Raises GancraftError in one line."""

    @abstractmethod
    def fetch(self, folder: Path, revision: str | None) -> Fetched:
        """Put what is there into an empty folder: MODEL, and README if there is one. Raises GancraftError in one line."""


def remote_of(text: str, quiet: bool = False) -> Remote:
    """What a person means: `file:FOLDER`, or what looks like a path (./folder, folder/, /folder), is a folder; `owner/name`
    or `hf:owner/name` is a repository of the hub. quiet: without bars of progress. Raises UsageError for neither."""
    path = text.removeprefix("file:").removeprefix("//") if text.startswith("file:") else text
    if path != text or path.startswith((".", "~", "/")) or path.endswith(("/", os.sep)) or Path(path).is_absolute():
        if not path:
            raise UsageError("file: names no folder; write file:FOLDER")
        return FolderRemote(Path(path).expanduser())
    if Path(text).is_dir():
        raise UsageError(f"{text}: is a folder here, and may be a repository: write ./{text} or hf:{text}")
    from gancraft.trained.hub import HubRemote

    return HubRemote(text.removeprefix("hf:"), quiet)


class FolderRemote(Remote):
    """A folder: on this disk, on a stick, on a share. That of a run can be pulled from too."""

    place = FOLDER

    def __init__(self, folder: Path):
        whole = folder.resolve()
        self.folder, self.name, self.shown, self.origin = folder, whole.name, str(folder), str(whole)

    def send(self, model: Path, card: str, private: bool, message: str | None) -> str:
        if private or message is not None:
            flag = "--private" if private else "--message"
            raise UsageError(f"{flag} is for a repository of the hub; {self.shown} is a folder")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = self.folder / f".{MODEL}.{os.getpid()}.part"
            try:
                shutil.copyfile(model, beside)
                put(beside, self.folder / MODEL)
            finally:
                beside.unlink(missing_ok=True)
            write_whole(self.folder / README, card)
        except OSError as error:
            raise GancraftError(f"{self.shown}: can't be written to ({error.strerror or error})") from None
        return str(self.folder)

    def fetch(self, folder: Path, revision: str | None) -> Fetched:
        if revision is not None:
            raise UsageError(f"--revision is for a repository of the hub; {self.shown} is a folder")
        if not self.folder.is_dir():
            raise UsageError(f"{self.shown}: there is no such folder; a repository of the hub is written owner/name")
        if not (self.folder / MODEL).is_file():
            raise no_model(self.shown, [path.name for path in self.folder.iterdir()])
        try:
            for name in (MODEL, README):
                if (self.folder / name).is_file():
                    check_size(self.shown, name, (self.folder / name).stat().st_size)
                    shutil.copyfile(self.folder / name, folder / name)
        except OSError as error:
            raise GancraftError(f"{self.shown}: can't be copied ({error.strerror or error})") from None
        return Fetched()


def no_model(shown: str, names: list[str]) -> GancraftError:
    """That a remote, which holds files of these names, has no model; the reason if one is to be seen."""
    others = [name for name in names if name.endswith((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"))]
    why = f"; it has {others[0]}, but such files can hold programs, and aren't opened" if others else ""
    return GancraftError(f"{shown}: there is no {MODEL}, so it is no model of gancraft's{why}")


def check_size(shown: str, name: str, size: int) -> None:
    """Raise GancraftError for a file that is too large for what it should be."""
    most = LARGEST_CARD if name == README else LARGEST
    if size > most:
        raise GancraftError(f"{shown}: {name} has {size / 1e6:,.0f} MB, where {most / 1e6:,.0f} MB are the most")


def put(file: Path, target: Path) -> None:
    """Move a file to its place on the same disk, so that at any moment, a power cut included, the old one or the new one is
    there."""
    with open(file, "rb+") as handle:
        os.fsync(handle.fileno())
    os.replace(file, target)


def write_whole(target: Path, text: str) -> None:
    """Write a text so."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        put(beside, target)
    finally:
        beside.unlink(missing_ok=True)
