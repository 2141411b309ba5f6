"""What the commands that make one sheet of a model's pictures have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

if TYPE_CHECKING:
    from gancraft.events import Finished, Run
    from gancraft.latent.source import Source
    from gancraft.models import Model

Output = Annotated[
    str | None, typer.Option("--output", "-o", help="Sheet to write; - writes PNG to stdout.", metavar="FILE")
]
Side = Annotated[
    int,
    typer.Option(min=0, max=2048, help="Pixels of a picture's longer side on the sheet; 0 chooses."),
]
ClassName = Annotated[
    str | None, typer.Option("--class", help="Class by name or number; without it each in turn.", metavar="NAME")
]
PICTURES = "Seeds with commas, as in 3,17; 3:5 is picture 5 of seed 3; or files of codes."


def opened(model: Path, plugins_dir: list[Path] | None, no_plugin: list[str] | None) -> tuple[Source, Model]:
    """A model by what a person calls it."""
    from gancraft.latent.source import find_model
    from gancraft.models import load_model
    from gancraft.plugins import plugins_from_environment

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    source = find_model(model, plugins)
    return source, load_model(source.file, plugins)


def label_of(model: Model, class_name: str | None) -> int | None:
    """The number of a class; None without one."""
    from gancraft.latent.latents import class_number

    return None if class_name is None else class_number(model.info, class_name)


def sheet_target(source: Source, what: str, output: str | None) -> Path | BinaryIO:
    """Where a sheet goes: a new file in the current folder where nothing is said. Raises UsageError for a place that can't
    be written."""
    from gancraft.cli.inputs import free
    from gancraft.pictures import check_writable

    if output == "-":
        return sys.stdout.buffer
    target = Path(output) if output is not None else free(Path(f"{source.stem}-{what}.png"), set(), on_disk=True)
    check_writable(target)
    return target


def make_sheet(
    run: Run, verb: str, target: Path | BinaryIO, recipe: Mapping[str, Any], quiet: bool, tell: bool = True
) -> Finished:
    """Follow a run, save its sheet and print where (unless told not to). Ends the program where it was stopped."""
    from gancraft.cli.progress import follow
    from gancraft.pictures import save_picture

    finished = follow(run, verb, quiet)
    if finished.picture_HWC is None:
        raise typer.Exit(130)
    save_picture(target, finished.picture_HWC, recipe=recipe, format=None if isinstance(target, Path) else "png")
    if tell and isinstance(target, Path):
        print(target)
    return finished


def tensor_target(path: Path, option: str) -> None:
    """Raise UsageError, before any work, for a place where no file of codes or directions can be written."""
    from gancraft.errors import UsageError

    if path.suffix.lower() != ".safetensors":
        raise UsageError(f"{option} {path}: name a .safetensors file")
    if not path.parent.is_dir():
        raise UsageError(f"{option} {path}: the folder {path.parent} doesn't exist; make it first")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{option} {path}: can't be written; choose another place")
