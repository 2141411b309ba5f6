"""`gancraft sweep`: a sheet of pictures nearer to the middle and farther from it."""

from __future__ import annotations

from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath
from gancraft.cli.sheets import PICTURES, ClassName, Output, Side

HELP = (
    "Show what truncation does to pictures of a trained MODEL: a row for each picture, a column for each truncation.\n\n"
    "At 0 all are the same, the model's typical picture; at 1 they are as they are; above 1 they are bolder than any that it "
    "has learned."
)


@handled
def command(
    model: ModelPath,
    seeds: Annotated[str, typer.Option(metavar="SEEDS", help=f"Pictures. {PICTURES}")] = "1,2,3,4",
    truncation: Annotated[
        str, typer.Option(metavar="N,N,…", help="Truncations, from 0 to 2; or first..last:step, as in 0..1:0.1.")
    ] = "0,0.25,0.5,0.75,1,1.25",
    class_name: ClassName = None,
    side: Side = 0,
    output: Output = None,
    device: Device = "auto",
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.sheets import label_of, make_sheet, opened, sheet_target
    from gancraft.latent.named import named
    from gancraft.latent.results import recipe
    from gancraft.latent.sweep import sweeping, truncations

    amounts = truncations(truncation)
    source, loaded = opened(model, plugins_dir, no_plugin)
    codes, titles = named(loaded, seeds, "--seeds", label_of(loaded, class_name))
    target = sheet_target(source, "sweep", output)
    run = sweeping(loaded, codes, titles, amounts, side=side, device=device)
    options = {"seeds": titles, "truncation": amounts, "class": class_name}
    make_sheet(run, "sweeping", target, recipe(source, loaded, "sweep", options), quiet)
