"""`gancraft project`: the picture of a trained model that is nearest to a photo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gancraft import resolve
from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.flags import with_settings
from gancraft.cli.sample import ModelPath
from gancraft.latent.project_options import ProjectOptions
from gancraft.resolve import Part, validated

if TYPE_CHECKING:
    from gancraft.latent.project import Projected

HELP = (
    "Find the picture of a trained MODEL that is nearest to PHOTO, and its code (inversion).\n\n"
    "The code is kept in a file, for `gancraft walk MODEL --from FILE --to FILE`, `sample --codes FILE` and others. A model "
    "makes only what it has learned: of a foreign photo it finds what looks like it from far."
)
PROJECT = Part("project", "Options", ProjectOptions)


@handled
def _project(
    model: ModelPath,
    photo: Annotated[
        str, typer.Argument(metavar="PHOTO", help="Picture to look for; `sample:NAME` is a bundled one, - reads stdin.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File for the picture that was found.")
    ] = None,
    codes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for its code (.safetensors); without it beside the picture."),
    ] = None,
    class_name: Annotated[
        str | None,
        typer.Option("--class", metavar="NAME", help="Class by name or number; without it the one that suits best."),
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder for pictures of the search, beside the photo.")
    ] = None,
    preview_every: Annotated[int, typer.Option(min=1, help="Steps between two of them.")] = 10,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
    debug: Debug = False,
    *,
    settings: Mapping[str, Any],
) -> None:
    from gancraft.cli.inputs import free, keep_inputs, open_source, stem
    from gancraft.cli.progress import follow
    from gancraft.cli.sheets import label_of, tensor_target
    from gancraft.cli.style import make_folder
    from gancraft.latent.codes import save_codes
    from gancraft.latent.project import project
    from gancraft.latent.results import recipe, save_single
    from gancraft.latent.source import find_model
    from gancraft.models import load_model
    from gancraft.pictures import check_writable
    from gancraft.plugins import plugins_from_environment

    options = validated(PROJECT, [PROJECT], [resolve.flags(settings)])
    assert isinstance(options, ProjectOptions)
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    source = find_model(model, plugins)
    picture = open_source(photo, _MOST_MEGAPIXELS)
    target = output or free(Path(f"{source.stem}-{stem(photo)}.png"), set(), on_disk=True)
    kept = codes or target.with_suffix(_CODES)
    check_writable(target)
    tensor_target(kept, "--codes")
    for file in (target, kept):
        keep_inputs(file, [photo, str(source.file)])
    loaded = load_model(source.file, plugins)
    label = label_of(loaded, class_name)
    if preview is not None:
        make_folder(preview, "--preview")
    run = project(loaded, picture, plugins, options, label=label, preview_every=preview_every if preview else 0)
    finished = follow(run, "projecting", quiet, preview)
    found = run.result
    assert found is not None
    facts = {"photo": picture.name, **options.model_dump(), "loss": found.loss["loss"]}
    save_codes(kept, loaded, found.codes, facts)
    save_single(target, found.picture_CHW, 0, recipe(source, loaded, "project", {**facts, "class": class_name}))
    if as_json:
        print(json.dumps(_described(target, kept, found, finished.stopped, finished.seconds)))
    else:
        print(target)
        print(kept)
    raise typer.Exit(130 if finished.stopped else 0)


_MOST_MEGAPIXELS = 100.0  # of a photo
_CODES = ".codes.safetensors"

command = with_settings(_project, [PROJECT])


def _described(target: Path, kept: Path, found: Projected, stopped: bool, seconds: float) -> dict[str, Any]:
    """A result as plain values."""
    label = None if found.codes.labels_N is None else int(found.codes.labels_N[0])
    return {
        "path": str(target),
        "codes": str(kept),
        "space": found.codes.space,
        "class": label,
        "loss": found.loss,
        "seconds": round(seconds, 2),
        "stopped": stopped,
    }
