"""`gancraft new`: a complete plugin package to start from. The templates are real packages, in `gancraft/scaffold`, in which
only names are replaced."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from gancraft import __version__
from gancraft.cli.common import Debug, PluginsDir
from gancraft.cli.errors import handled
from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import Plugins, plugins_from_environment
from gancraft.plugins.catalogue import WORDS
from gancraft.plugins.find import ENGINE_PARTS

HELP = "Make a plugin package to start from: complete, with tests that pass."
LONGEST = 40  # letters of a name
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Kind(StrEnum):
    STYLE = "style"
    METHOD = "method"
    INSTANT = "instant"
    LOSS = "loss"
    GAN = "gan"
    NETWORK = "network"


WHAT = {
    Kind.STYLE: "A style loss",
    Kind.METHOD: "A style method",
    Kind.INSTANT: "An instant style",
    Kind.LOSS: "An adversarial loss",
    Kind.GAN: "A GAN",
    Kind.NETWORK: "A perceptual network",
}
TRY = {
    Kind.STYLE: "gancraft style --plugin {}",
    Kind.METHOD: "gancraft style --plugin {}",
    Kind.INSTANT: "gancraft style --plugin {}",
    Kind.LOSS: "gancraft train sample:shapes --size 32 --plugin {}",
    Kind.GAN: "gancraft train sample:shapes --size 32 --plugin {}",
    Kind.NETWORK: "gancraft style --network {}",
}


@handled
def command(
    kind: Annotated[
        Kind,
        typer.Argument(
            help="What it brings first: style (a style loss), method (a style method with a run of its own), instant "
            "(one that paints in one pass), loss (an adversarial one), gan, or network (a perceptual one).",
            metavar="KIND",
        ),
    ],
    name: Annotated[str, typer.Argument(help="What people will type, as in brush-strokes.", metavar="NAME")],
    into: Annotated[Path, typer.Option("--into", help="Folder to make gancraft-NAME in.")] = Path("."),
    plugins_dir: PluginsDir = None,
    debug: Debug = False,
) -> None:
    check_name(name, plugins_from_environment(dirs=plugins_dir or []))
    folder = into / f"gancraft-{name}"
    write(kind, name, folder)
    print(folder, flush=True)  # before what follows on stderr, where both go to one place
    typer.echo(
        f"\nNext:\n  cd {folder}\n  pip install -e '.[test]'\n  python -m pytest\n  {TRY[kind].format(name)}\n"
        f"Then change {module_of(name)}/ and see README.md.",
        err=True,
    )


def check_name(name: str, plugins: Plugins) -> None:
    """Raise UsageError for a name that a plugin can't have, or that is taken."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"'{name}' is no name for a plugin: at most {LONGEST} lower-case letters and digits, with single dashes "
            "between them, a letter first"
        )
    if name.startswith("gancraft-"):
        raise UsageError(f"'{name}': leave gancraft- out, the package is called gancraft-NAME anyway")
    if name in ENGINE_PARTS:
        raise UsageError(f"'{name}' is the engine's own name for its settings; choose another")
    for info in plugins.infos:
        if info.name == name:
            raise UsageError(f"the name '{name}' is taken by plugin {info}; choose another")
    for entry in plugins.entries:
        if entry.name == name:
            thing = WORDS.get(entry.kind, entry.kind)
            raise UsageError(f"the name '{name}' is taken by the {thing} of plugin {entry.plugin}; choose another")
    if importlib.util.find_spec(module_of(name)) is not None:
        raise UsageError(f"the name '{name}' is taken: there is a module {module_of(name)} already; choose another")


def module_of(name: str) -> str:
    return f"gancraft_{name.replace('-', '_')}"


def write(kind: Kind, name: str, folder: Path) -> None:
    """Make the package in a new folder. Raises UsageError where it is there already, GancraftError where it can't be made."""
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder}: is there already; choose another name, or --into another folder")
    if not folder.parent.is_dir():
        raise UsageError(f"--into {folder.parent}: there is no such folder")
    names = {
        "template-name": name,
        "template_name": name.replace("-", "_"),
        "TemplateName": "".join(word.capitalize() for word in name.split("-")),
        "TEMPLATE_WHAT": WHAT[kind],
        "TEMPLATE_VERSION": __version__,
        "TEMPLATE_YEAR": str(date.today().year),
    }
    try:
        for path, text in _texts(kind).items():
            place = folder / _replaced(path, names)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_replaced(text, names), encoding="utf-8")
    except OSError as error:
        raise GancraftError(f"{folder}: can't be made: {error.strerror or error}") from error


def _texts(kind: Kind) -> dict[str, str]:
    """Texts of a template's files by path: a kind's own README comes before the one that all have. Names that begin with
    a dot are written dot-NAME there, so that no tool takes them for the repository's own."""
    templates, texts = files("gancraft").joinpath("scaffold"), dict[str, str]()
    for part in (kind.value, "common"):
        for path, text in _below(templates.joinpath(part), ""):
            if path in texts and path != "README.md":
                raise ValueError(f"two templates have {path}")
            texts[path] = texts.get(path, "") + text
    return texts


def _below(folder: Traversable, before: str) -> Iterator[tuple[str, str]]:
    for item in folder.iterdir():
        if item.name.startswith((".", "__pycache__")):  # what tools leave behind
            continue
        path = before + re.sub(r"^dot-", ".", item.name)
        if item.is_dir():
            yield from _below(item, path + "/")
        else:
            yield path, item.read_text(encoding="utf-8")


def _replaced(text: str, names: dict[str, str]) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text
