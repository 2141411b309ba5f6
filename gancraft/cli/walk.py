"""`gancraft walk`: a film through the latents of a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath, Seed, Truncation

HELP = (
    "Make a film that wanders from picture to picture of a trained MODEL and back to the first.\n\n"
    "The stops are pictures of `gancraft sample` with the same seed: its first ones, or those named by --through."
)


@handled
def command(
    model: ModelPath,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Film to write: .mp4, .gif or .webp (without sound).")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="Length of the film.")] = 8.0,
    stops: Annotated[int, typer.Option(min=2, max=1000, help="Pictures that the walk passes.")] = 6,
    through: Annotated[
        str | None, typer.Option(metavar="N,N,…", help="These pictures of the sheet, from 0, instead of the first.")
    ] = None,
    seed: Seed = 0,
    fps: Annotated[int, typer.Option(min=1, max=120, help="Frames a second.")] = 30,
    truncation: Truncation = 1.0,
    class_name: Annotated[
        str | None, typer.Option("--class", help="Class by name or number; without it the first.")
    ] = None,
    even: Annotated[
        bool, typer.Option("--even", help="Walk at constant speed, instead of slowing down at stops.")
    ] = False,
    scale: Annotated[int, typer.Option(min=0, max=64, help="Factor to enlarge by; 0 enlarges small pictures.")] = 0,
    device: Device = "auto",
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.inputs import free
    from gancraft.cli.progress import follow
    from gancraft.latent.latents import class_number
    from gancraft.latent.source import find_model
    from gancraft.latent.walk import filming
    from gancraft.latent.walk import stops as numbers_of
    from gancraft.models import load_model
    from gancraft.plugins import plugins_from_environment

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    source = find_model(model, plugins)
    loaded = load_model(source.file, plugins)
    label = 0 if class_name is None else class_number(loaded.info, class_name)
    target = output or free(Path(f"{source.stem}-seed{seed}.mp4"), set(), on_disk=True)
    run = filming(
        loaded, target, seed, range(stops) if through is None else numbers_of(through), seconds, fps,
        truncation=truncation, label=label, eased=not even, scale=scale, device=device,
    )  # fmt: skip
    finished = follow(run, "filming", quiet)
    print(target)
    raise typer.Exit(130 if finished.stopped else 0)
