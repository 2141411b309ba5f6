"""`gancraft directions`: what a model can change of its pictures, found without labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath, Truncation
from gancraft.cli.sheets import PICTURES, ClassName, Output, Side
from gancraft.errors import UsageError

HELP = (
    "Find directions in which the pictures of a trained MODEL change, without labels, and show what each does.\n\n"
    "On the sheet a row is a direction, and some pictures move along it. `gancraft sample --directions FILE --direction "
    "2:1.5` uses those that --save has kept. What a direction means nobody has said: look, and give it a name."
)


@handled
def command(
    model: ModelPath,
    method: Annotated[
        Literal["sefa", "ganspace"],
        typer.Option(help="sefa: what the network answers to most. ganspace: what its pictures vary by most."),
    ] = "sefa",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=64, help="Directions to find.")] = 8,
    seeds: Annotated[str, typer.Option(metavar="SEEDS", help=f"Pictures that move. {PICTURES}")] = "1,2,3",
    amount: Annotated[
        float, typer.Option(min=0.1, max=20, help="How far to go to both sides, in standard deviations.")
    ] = 3.0,
    steps: Annotated[int, typer.Option(min=3, max=15, help="Columns of each picture; an odd number.")] = 5,
    layers: Annotated[
        str | None,
        typer.Option(help="Layers to look at and to move, of a model with styles: coarse, middle, fine, or as in 3-7."),
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="File to keep the directions in.")] = None,
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
    from gancraft.cli.progress import follow
    from gancraft.cli.sheets import label_of, make_sheet, opened, sheet_target, tensor_target
    from gancraft.latent.codes import styled_generator
    from gancraft.latent.direction_sheet import amounts, directing
    from gancraft.latent.finding import finding
    from gancraft.latent.mix import chosen_layers
    from gancraft.latent.named import named
    from gancraft.latent.results import recipe

    if steps % 2 == 0:
        raise UsageError(f"--steps {steps}: must be odd, so that the picture itself stands in the middle")
    if save is not None:
        tensor_target(save, "--save")
    source, loaded = opened(model, plugins_dir, no_plugin)
    chosen = None if layers is None else chosen_layers(layers, styled_generator(loaded).layers)
    codes, titles = named(loaded, seeds, "--seeds", label_of(loaded, class_name))
    target = sheet_target(source, f"directions-{method}", output)
    search = finding(loaded, method, count, chosen, keep=save, device=device)
    follow(search, "looking", quiet)
    found = search.result
    if found is None:
        raise typer.Exit(130)
    along = amounts(amount, steps)
    run = directing(loaded, found, codes, titles, along=along, truncation=truncation, side=side, device=device)
    options = {
        "method": method, "count": len(found), "seeds": titles, "amount": amount, "steps": steps, "layers": chosen,
        "truncation": truncation, "class": class_name,
    }  # fmt: skip
    make_sheet(run, "moving", target, recipe(source, loaded, "directions", options), quiet)
