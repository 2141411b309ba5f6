"""`gancraft sample`: pictures by a trained model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from gancraft.latent.source import Source

HELP = (
    "Make pictures with a trained MODEL: a sheet of them, or single files into a folder.\n\n"
    "Picture i of a seed is always the same, however many are made."
)
MOST = 100  # megapixels of a sheet

ModelPath = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="A .safetensors file, the folder of a run, or a name (`gancraft plugins`)."),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the pictures.")]
Truncation = Annotated[float, typer.Option(min=0, max=2, help="Below 1: more typical pictures, less variety.")]
Device = Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda, cuda:1, mps.")]


@handled
def command(
    model: ModelPath,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000_000, help="Pictures to make.")] = 64,
    seed: Seed = 0,
    truncation: Truncation = 1.0,
    class_name: Annotated[
        str | None, typer.Option("--class", help="Class by name or number; without it each in turn.")
    ] = None,
    across: Annotated[int, typer.Option(min=0, help="Pictures a row; 0 makes the sheet about square.")] = 0,
    scale: Annotated[
        int, typer.Option(min=0, max=64, help="Factor to enlarge by; 0 enlarges sheets of small pictures.")
    ] = 0,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Sheet to write, a folder/ for single pictures; - writes PNG to stdout."),
    ] = None,
    device: Device = "auto",
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.progress import follow
    from gancraft.latent.generate import sampling
    from gancraft.latent.latents import class_number
    from gancraft.latent.results import sample_recipe, save_sheet
    from gancraft.latent.sheet import is_points
    from gancraft.latent.source import find_model
    from gancraft.models import load_model
    from gancraft.plugins import plugins_from_environment

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    source = find_model(model, plugins)
    loaded = load_model(source.file, plugins)
    shape = loaded.info.shape
    label = None if class_name is None else class_number(loaded.info, class_name)
    target, singles = _target(source, seed, output)
    recipe = sample_recipe(source, loaded, seed, truncation, class_name)
    parts: list[np.ndarray] = []

    def keep(numbers: Sequence[int], x_NCHW: np.ndarray) -> None:
        parts.append(x_NCHW)

    take: Callable[[Sequence[int], np.ndarray], None]
    if isinstance(target, Path) and singles:
        if is_points(shape):
            raise UsageError(f"-o {target}: points aren't single pictures; name a .png to draw them in")
        take = partial(_save_singles, target, scale or 1, recipe)
    else:
        take = keep
        megapixels = count * shape.height * shape.width * max(1, scale) ** 2 / 1e6
        if megapixels > MOST and not is_points(shape):
            raise UsageError(f"-n {count}: a sheet of {megapixels:.0f} megapixels is too large; give a folder/ to -o")
    run = sampling(loaded, take, seed, range(count), truncation=truncation, label=label, device=device)
    finished = follow(run, "sampling", quiet)
    if parts:
        import numpy as np

        save_sheet(target, np.concatenate(parts), shape, recipe, across or None, scale)
    if output != "-":
        print(target)
    raise typer.Exit(130 if finished.stopped else 0)


def _target(source: Source, seed: int, output: str | None) -> tuple[Path | BinaryIO, bool]:
    """Where the result goes, and whether that is a folder, which is there afterwards. Raises UsageError for a place that
    can't be written."""
    from gancraft.cli.inputs import free
    from gancraft.cli.style import make_folder
    from gancraft.pictures import check_writable

    if output == "-":
        return sys.stdout.buffer, False
    target = Path(output) if output is not None else free(Path(f"{source.stem}-seed{seed}.png"), set(), on_disk=True)
    singles = output is not None and (output.endswith("/") or target.is_dir())
    if singles:
        make_folder(target, "-o")
    check_writable(target / _name(0) if singles else target)
    return target, singles


def _name(number: int) -> str:
    return f"{number:05}.png"


def _save_singles(folder: Path, scale: int, recipe: dict[str, Any], numbers: Sequence[int], x_NCHW: np.ndarray) -> None:
    """A file for each picture, with its transparency."""
    from gancraft.latent.results import save_single

    for number, x_CHW in zip(numbers, x_NCHW, strict=True):
        save_single(folder / _name(number), x_CHW, number, recipe, scale)
