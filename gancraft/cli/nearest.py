"""`gancraft nearest`: the training pictures that are nearest to a model's."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.sample import Device, ModelPath, Seed, Truncation
from gancraft.cli.sheets import ClassName, Output, Side
from gancraft.errors import UsageError

HELP = (
    "Show the PICTURES, those that MODEL was trained on, that are nearest to the model's own: whether it copies.\n\n"
    "Each row of the sheet has one of the model's pictures and on its right the nearest of the set, by the features that "
    "`gancraft evaluate` compares. Shown are the pictures of which there is most to fear: those that are nearest to "
    "one of the set. One sentence says how many are suspiciously near."
)


@handled
def command(
    model: ModelPath,
    data: Annotated[str, typer.Argument(metavar="PICTURES", help="The set, as `gancraft train` takes it.")],
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=10_000, help="Pictures of the model to look at.")
    ] = 256,
    rows: Annotated[int, typer.Option(min=1, max=100, help="Of these, how many to show.")] = 8,
    neighbours: Annotated[int, typer.Option("-k", "--neighbours", min=1, max=20, help="Nearest to show of each.")] = 5,
    network: Annotated[
        str | None, typer.Option(help="Network whose features are compared (see `gancraft plugins`), or inception.")
    ] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the weights of inception where need be.")] = False,
    fit: Annotated[Literal["cover", "contain", "stretch"], typer.Option(help="How pictures meet the size.")] = "cover",
    background: Annotated[str, typer.Option(help="Colour below transparent parts: a name or #rrggbb.")] = "white",
    seed: Seed = 0,
    truncation: Truncation = 1.0,
    class_name: ClassName = None,
    side: Side = 0,
    output: Output = None,
    device: Device = "auto",
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.evaluate import Sets, chosen_space
    from gancraft.cli.sheets import label_of, make_sheet, opened, sheet_target
    from gancraft.latent.drawing import check_pictures
    from gancraft.latent.evaluate import MOST, from_array, from_model, some_rows
    from gancraft.latent.kept import Kept
    from gancraft.latent.nearest import comparing
    from gancraft.latent.results import recipe
    from gancraft.pictures.dataset import default_cache
    from gancraft.plugins import plugins_from_environment

    if as_json and output == "-":
        raise UsageError("--json and -o - both write to stdout; name a file for the sheet")
    source, loaded = opened(model, plugins_dir, no_plugin)
    check_pictures(loaded)
    label = label_of(loaded, class_name)
    target = sheet_target(source, "nearest", output)
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    real_set = Sets(fit, background, quiet).open(data, loaded.info.shape, loaded.info.classes)
    space = chosen_space(network, plugins, download, quiet)
    reals = some_rows(len(real_set))
    kept = Kept(default_cache(), space, f"{real_set.fingerprint} {MOST}")
    run = comparing(
        from_model(loaded, count, seed, truncation, device, label=label), from_array(real_set.x_NCHW, reals), space,
        k=neighbours, rows=rows, kept=kept, side=side, device=device,
    )  # fmt: skip
    options: dict[str, Any] = {
        "data": real_set.fingerprint, "count": count, "seed": seed, "truncation": truncation, "class": class_name,
        "space": space.title,
    }  # fmt: skip
    finished = make_sheet(run, "comparing", target, recipe(source, loaded, "nearest", options), quiet, not as_json)
    if as_json:
        print(json.dumps({"model": source.name, "data": data, "sheet": str(target), **finished.facts}, indent=2))
    else:
        print(finished.facts["sentence"], file=sys.stderr if output == "-" else sys.stdout)
