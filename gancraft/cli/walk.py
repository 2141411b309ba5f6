"""`gancraft walk`: a film through the latents of a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath, Seed, Truncation
from gancraft.errors import UsageError

HELP = (
    "Make a film that wanders from picture to picture of a trained MODEL and back to the first.\n\n"
    "The stops are pictures of `gancraft sample` with the same seed: its first ones, or those named by --through. Or go from "
    "one picture --from to another --to: of any seeds, or out of files of codes, such as `gancraft project` writes."
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
    start: Annotated[
        str | None, typer.Option("--from", metavar="SEED", help="First stop: a seed, as 7 or 7:3, or a file of codes.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="SEED", help="Last stop, likewise.")] = None,
    one_way: Annotated[bool, typer.Option("--one-way", help="End at the last stop, instead of going back.")] = False,
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
    from gancraft.cli.sheets import label_of, opened
    from gancraft.latent.codes import seeded
    from gancraft.latent.named import joined, named
    from gancraft.latent.walk import filming
    from gancraft.latent.walk import stops as numbers_of

    if (start is None) != (end is None):
        raise UsageError(f"{'--to' if start is None else '--from'} goes with {'--from' if start is None else '--to'}")
    if start is not None and through is not None:
        raise UsageError("--through: leave it out where --from and --to say where the walk goes")
    source, loaded = opened(model, plugins_dir, no_plugin)
    label = label_of(loaded, class_name) or 0
    if start is not None:
        ends = [named(loaded, text, option, label) for text, option in ((start, "--from"), (end or "", "--to"))]
        codes, titles = joined(loaded, [codes for codes, _ in ends]), [title for _, names in ends for title in names]
        name = f"{source.stem}-{'-to-'.join((titles[0], titles[-1]))}.mp4".replace(" ", "").replace(":", ".")
    else:
        codes = seeded(loaded, seed, range(stops) if through is None else numbers_of(through), label)
        name = f"{source.stem}-seed{seed}.mp4"
    target = output or free(Path(name), set(), on_disk=True)
    run = filming(
        loaded, target, codes, seconds, fps,
        truncation=truncation, closed=not one_way, eased=not even, scale=scale, device=device,
    )  # fmt: skip
    finished = follow(run, "filming", quiet)
    print(target)
    raise typer.Exit(130 if finished.stopped else 0)
