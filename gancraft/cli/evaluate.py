"""`gancraft evaluate`: how near a model's pictures, or any, come to those of a data set."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gancraft import defaults
from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, Seed, Truncation
from gancraft.errors import UsageError, hint

if TYPE_CHECKING:
    from gancraft.interfaces import DataShape
    from gancraft.metrics.features import FeatureSpace
    from gancraft.pictures.dataset import PictureSet
    from gancraft.plugins import Plugins

HELP = (
    "Compare the pictures of a trained MODEL, or a set of pictures, with a data set.\n\n"
    "Fréchet distance and KID are 0 at best; precision tells how many pictures look real, recall how much of the data's "
    "variety there is. Compare figures of the same features and equal numbers of pictures only."
)


@handled
def command(
    made: Annotated[str, typer.Argument(metavar="MODEL", help="A model (file, run or name), or a set of pictures.")],
    data: Annotated[
        str, typer.Option(metavar="PICTURES", help="The set to compare with, as `gancraft train` takes it.")
    ],
    count: Annotated[
        int, typer.Option("--count", "-n", min=0, help="Pictures to compare; 0: as many as the data, at most 10,000.")
    ] = 0,
    network: Annotated[
        str | None, typer.Option(help="Network whose features are compared (see `gancraft plugins`), or inception.")
    ] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the weights of inception where need be.")] = False,
    copies: Annotated[
        Path | None, typer.Option(help="Picture to write: 16 of MODEL's, each beside the most similar one of the data.")
    ] = None,
    fit: Annotated[Literal["cover", "contain", "stretch"], typer.Option(help="How pictures meet the size.")] = "cover",
    background: Annotated[str, typer.Option(help="Colour below transparent parts: a name or #rrggbb.")] = "white",
    seed: Seed = 0,
    truncation: Truncation = 1.0,
    device: Device = "auto",
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.progress import follow
    from gancraft.latent.evaluate import MOST, evaluation, from_array, from_model, some_rows
    from gancraft.latent.sheet import is_points
    from gancraft.latent.source import find_model, is_model, model_names
    from gancraft.metrics.features import POINTS
    from gancraft.models import load_model
    from gancraft.pictures import check_writable, save_picture
    from gancraft.plugins import plugins_from_environment

    if copies is not None:
        check_writable(copies)
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    sets = Sets(fit, background, quiet)
    if is_model(Path(made), plugins):
        model = load_model(find_model(Path(made), plugins).file, plugins)
        real_set = sets.open(data, model.info.shape, model.info.classes)
        reals = some_rows(len(real_set), count or MOST)
        classes_N = real_set.labels_N[reals] if real_set.labels_N is not None else None
        pictures = from_model(model, count or len(reals), seed, truncation, device, classes_N)
    else:
        if not Path(made).exists() and ":" not in made:
            close = hint(made, model_names(plugins))
            raise UsageError(
                f"{made}: there is no such file or folder{close}; give a model, the folder of a run, or pictures"
            )
        real_set = sets.open(data)
        reals = some_rows(len(real_set), count or MOST)
        made_set = sets.open(made, real_set.shape)
        pictures = from_array(made_set.x_NCHW, some_rows(len(made_set), count or MOST))
    real = from_array(real_set.x_NCHW, reals)
    if is_points(real_set.shape) and (network or copies):
        raise UsageError("points are compared as they are: leave --network and --copies out")
    space = POINTS if is_points(real_set.shape) else chosen_space(network, plugins, download, quiet)
    finished = follow(evaluation(pictures, real, space, device, copies is not None), "evaluating", quiet)
    if finished.stopped:
        raise typer.Exit(130)
    if copies is not None and finished.picture_HWC is not None:
        save_picture(copies, finished.picture_HWC)
    if as_json:
        print(json.dumps({"made": made, "data": data, **finished.facts}, indent=2))
    else:
        _print(finished.facts)


@dataclass(frozen=True)
class Sets:
    """How sets are opened."""

    fit: str
    background: str
    quiet: bool

    def open(self, source: str, shape: DataShape | None = None, classes: tuple[str, ...] = ()) -> PictureSet:
        """A set at the size of `shape`, else at its own; with labels if its classes are these. Raises UsageError where it
        can't have that shape."""
        from gancraft.latent.sheet import is_points
        from gancraft.pictures.dataset import default_cache, open_set

        wanted: dict[str, Any] = {"fit": self.fit, "background": self.background, "cache": default_cache()}
        if shape is not None and not is_points(shape):
            wanted |= {"size": f"{shape.width}x{shape.height}", "channels": str(shape.channels)}
        found = None
        if classes:
            with contextlib.suppress(UsageError):  # without classes it may be as good
                found = open_set(source, labels=True, **wanted)
        if found is None or found.classes != classes:
            found = open_set(source, **wanted)
        if shape is not None and found.x_NCHW.shape[1:] != (shape.channels, shape.height, shape.width):
            raise UsageError(f"{source}: holds {found.shape}, which can't be compared with {shape}")
        for note in () if self.quiet else found.notes:
            print(f"gancraft: {source}: {note}", file=sys.stderr)
        return found


def chosen_space(network: str | None, plugins: Plugins, download: bool, quiet: bool) -> FeatureSpace:
    from gancraft.metrics.spaces import default_network, space

    name = network or default_network(plugins)
    if network is None and name != defaults.JUDGE and not quiet:
        print(f"gancraft: {defaults.JUDGE} isn't installed with its weights; comparing by {name}", file=sys.stderr)
    return space(name, plugins, download)


def _print(facts: Mapping[str, Any]) -> None:
    print(f"Fréchet distance  {facts['frechet']:.2f}")
    print(f"KID x 1000        {facts['kid_x1000']:.2f}")
    print(f"precision         {facts['precision']:.3f}")
    print(f"recall            {facts['recall']:.3f}")
    print(f"pictures          {facts['pictures']:,} against {facts['reals']:,}")
    print(f"features          {facts['space']}")
