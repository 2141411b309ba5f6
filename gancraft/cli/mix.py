"""`gancraft mix`: a sheet of pictures with each other's styles."""

from __future__ import annotations

from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath, Truncation
from gancraft.cli.sheets import PICTURES, ClassName, Output, Side

HELP = (
    "Mix the styles of pictures of a trained MODEL that has styles.\n\n"
    "On the sheet every picture on the left meets every picture on top: it keeps its own styles but in the chosen layers, "
    "where it takes those of the other. Coarse layers hold shape and pose, fine ones colours and texture."
)


@handled
def command(
    model: ModelPath,
    rows: Annotated[str, typer.Option(metavar="SEEDS", help=f"Pictures on the left. {PICTURES}")] = "1,2,3",
    columns: Annotated[str, typer.Option(metavar="SEEDS", help="Pictures on top, likewise.")] = "4,5,6,7",
    layers: Annotated[
        str,
        typer.Option(help="Layers whose styles are taken from above: coarse, middle or fine, or as in 3-7 or 0,2-4."),
    ] = "coarse",
    truncation: Truncation = 1.0,
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
    from gancraft.latent.codes import styled_generator
    from gancraft.latent.mix import chosen_layers, mixing
    from gancraft.latent.named import named
    from gancraft.latent.results import recipe

    source, loaded = opened(model, plugins_dir, no_plugin)
    chosen = chosen_layers(layers, styled_generator(loaded).layers)
    label = label_of(loaded, class_name)
    left, top = (named(loaded, text, option, label) for option, text in (("--rows", rows), ("--columns", columns)))
    target = sheet_target(source, f"mix-{layers.replace(',', '+')}", output)
    run = mixing(loaded, left, top, chosen, truncation=truncation, side=side, device=device)
    options = {
        "rows": left[1], "columns": top[1], "layers": chosen, "truncation": truncation, "class": class_name
    }  # fmt: skip
    make_sheet(run, "mixing", target, recipe(source, loaded, "mix", options), quiet)
