"""`gancraft timelapse`: a film of how a run's pictures grew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gancraft.cli.common import Debug, Quiet
from gancraft.cli.errors import handled

HELP = (
    "Make a film of how the pictures of a RUN grew: its sample sheets, from the first to the newest.\n\n"
    "All sheets are of the same latents. A run keeps 40 of them, more at its beginning; `gancraft train --sheet-every N` "
    "keeps one every N pictures seen."
)


@handled
def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run; it may still go on.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Film to write: .mp4, .gif or .webp (without sound).")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="Length of the film.")] = 8.0,
    fps: Annotated[int, typer.Option(min=1, max=120, help="Frames a second.")] = 30,
    fade: Annotated[bool, typer.Option("--fade/--no-fade", help="Blend from sheet to sheet.")] = True,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.inputs import free
    from gancraft.cli.progress import follow
    from gancraft.training.report.timelapse import timelapse

    target = output or free(Path(f"{run.resolve().name}-growth.mp4"), set(), on_disk=True)
    finished = follow(timelapse(run, target, seconds, fps, fade), "filming", quiet)
    print(target)
    raise typer.Exit(130 if finished.stopped else 0)
