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

    from gancraft.latent.codes import Codes
    from gancraft.latent.source import Source
    from gancraft.models import Model

HELP = (
    "Make pictures with a trained MODEL: a sheet of them, or single files into a folder.\n\n"
    "Picture i of a seed is always the same, however many are made."
)
MOST = 100  # megapixels of a sheet
MOST_CODES = 10_000  # pictures whose codes are kept in a file

ModelPath = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="A .safetensors file, the folder of a run, or a name (`gancraft models`)."),
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
    codes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the pictures of a file of codes, instead of a seed's."),
    ] = None,
    directions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Directions that `gancraft directions --save` has kept.")
    ] = None,
    direction: Annotated[
        list[str] | None,
        typer.Option(metavar="N:AMOUNT", help="Move all pictures along direction N; may be given several times."),
    ] = None,
    save_codes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the pictures' codes in a file, for walk, mix and others.")
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
    from gancraft.cli.sheets import label_of, opened, tensor_target
    from gancraft.latent.codes import save_codes as write_codes
    from gancraft.latent.generate import sampling
    from gancraft.latent.results import sample_recipe, save_sheet
    from gancraft.latent.sheet import is_points

    if (directions is None) != (not direction):
        raise UsageError("--direction N:AMOUNT and --directions FILE go together: which way, and the file that has it")
    if save_codes is not None:
        tensor_target(save_codes, "--save-codes")
        if count > MOST_CODES:
            raise UsageError(f"--save-codes: -n {count} are too many; {MOST_CODES:,} are the most")
    source, loaded = opened(model, plugins_dir, no_plugin)
    shape = loaded.info.shape
    wanted = _Wanted(loaded, seed, label_of(loaded, class_name), codes, directions, direction or [])
    count = count if codes is None else len(wanted)
    target, singles = _target(source, seed, output)
    recipe = sample_recipe(
        source, loaded, seed, truncation, class_name, codes=codes and codes.name, direction=direction or None
    )
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
    run = sampling(loaded, take, wanted.codes, range(count), truncation=truncation, device=device)
    finished = follow(run, "sampling", quiet)
    if parts:
        import numpy as np

        save_sheet(target, np.concatenate(parts), shape, recipe, across or None, scale)
    if save_codes is not None:
        write_codes(save_codes, loaded, wanted.codes(range(count)), recipe["options"]["sample"])
    if output != "-":
        print(target)
    raise typer.Exit(130 if finished.stopped else 0)


class _Wanted:
    """Which pictures are to be made: a seed's or a file's, moved along directions or not."""

    def __init__(
        self, model: Model, seed: int, label: int | None, file: Path | None, directions: Path | None, steps: list[str]
    ):
        from gancraft.latent.codes import load_codes
        from gancraft.latent.directions import load_directions, step

        self.model, self.seed, self.label = model, seed, label
        self.steps = [step(text) for text in steps]
        self.kept = load_codes(file, model) if file is not None else None
        self.directions = load_directions(directions, model) if directions is not None else None
        self.codes([0])  # a direction that isn't there is told before any file is touched

    def __len__(self) -> int:
        return len(self.kept) if self.kept is not None else 0

    def codes(self, numbers: Sequence[int]) -> Codes:
        from gancraft.latent.codes import seeded
        from gancraft.latent.directions import moved

        found = self.kept[numbers] if self.kept is not None else seeded(self.model, self.seed, numbers, self.label)
        return found if self.directions is None else moved(self.model, found, self.directions, self.steps)


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
