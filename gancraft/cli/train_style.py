"""`gancraft train-style`: train a network that paints any picture in one manner, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet, Resume, SetNamed
from gancraft.cli.errors import handled
from gancraft.cli.flags import with_settings
from gancraft.cli.sniff import Words
from gancraft.cli.train import start_run
from gancraft.errors import UsageError
from gancraft.training.style_choice import LearntStyle, resolve_style_train

HELP = (
    "Train a network that paints any picture in the manner of STYLE, on photos of whatever: a folder, a .zip, "
    "torchvision:NAME or sample:NAME. What was trained paints in a moment: `gancraft style PHOTO --plugin NAME --model "
    "RUN`.\n\n"
    "The run lives in a folder and loses nothing: the same command again, or --resume --run DIR, goes on where it ended. "
    "It leaves model.safetensors, sheets of held-out photos as they are painted, and report.html. Several GPUs: "
    "`torchrun --nproc-per-node N -m -- gancraft train-style …`."
)
MEGAPIXELS = 100.0  # of a style picture at most


def command(words: Words) -> Callable[..., None]:
    """The command, with the flags of the parts that the arguments choose."""

    def train_style(
        style: Annotated[
            str | None, typer.Argument(metavar="STYLE", help="Picture to learn from, or sample:NAME.")
        ] = None,
        photos: Annotated[
            str | None, typer.Option(metavar="PHOTOS", help="Folder, .zip, torchvision:NAME or sample:NAME.")
        ] = None,
        more_styles: Annotated[
            list[str] | None, typer.Option("--style", metavar="FILE[:WEIGHT]", help="A further style, with its weight.")
        ] = None,
        run: Annotated[
            Path | None, typer.Option("--run", help="Folder of the run; without it runs/STYLE-PLUGIN.")
        ] = None,
        resume: Resume = False,
        config: Annotated[
            Path | None, typer.Option(help="TOML file with settings in a table named train-style.")
        ] = None,
        set_: SetNamed = None,
        plugins_dir: PluginsDir = None,
        no_plugin: NoPlugin = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
        debug: Debug = False,
        *,
        settings: Mapping[str, Any],
    ) -> None:
        from gancraft.cli.inputs import stem, weighted

        layers = words.given("train-style", settings, set_, config)
        known = words.resumed
        if resume and known is None:
            raise UsageError(f"--resume: there is no run in {run or 'the folder that --run must name'}")
        layers += words.resumed_layers
        named = [*([style] if style is not None else []), *(more_styles or [])]
        wanted = [weighted(word) for word in named]
        if known is not None and not wanted:
            wanted = [(entry["source"], entry["weight"]) for entry in known.get("styles", ())]
        source = photos or (known["data"]["source"] if known is not None else None)
        if not wanted:
            raise UsageError("name a style picture to learn from, or sample:NAME")
        if source is None:
            raise UsageError("--photos: name a folder or a .zip of photos of many kinds to learn on")
        choice = resolve_style_train(words.plugins, layers, _opened(wanted))
        folder = run or Path("runs") / f"{stem(wanted[0][0])}-{choice.method.name}"
        start_run(words, choice, source, folder, quiet, as_json)

    return with_settings(handled(train_style), words.parts_of("train-style"))


def _opened(wanted: Sequence[tuple[str, float]]) -> list[LearntStyle]:
    from gancraft.cli.inputs import open_source

    return [LearntStyle(open_source(name, MEGAPIXELS), weight, name) for name, weight in wanted]
