"""`gancraft train`: train on pictures, in a folder that can be gone on with."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet, Resume, SetNamed
from gancraft.cli.errors import fail, handled
from gancraft.cli.flags import with_settings
from gancraft.cli.pick import STAND_IN
from gancraft.cli.sniff import Words
from gancraft.errors import GancraftError, UsageError
from gancraft.training.choice import TrainChoice, resolve_train

HELP = (
    "Train on PICTURES: a folder, a .zip, torchvision:NAME, sample:paintings, sample:shapes, sample:digits or sample:ring. "
    "Without --plugin the method that suits their number, their size and the machine is chosen, and named; its flags are "
    "those that `gancraft train --plugin NAME --help` shows.\n\n"
    "The run lives in a folder and loses nothing: the same command again, or --resume --run DIR, goes on where it ended. "
    "It leaves model.safetensors, for `gancraft sample`, and report.html. Several GPUs: "
    "`torchrun --nproc-per-node N -m -- gancraft train …`."
)


def command(words: Words) -> Callable[..., None]:
    """The command, with the flags of the parts that the arguments choose."""

    def train(
        data: Annotated[
            str | None, typer.Argument(metavar="PICTURES", help="Folder, .zip, torchvision:NAME or sample:NAME.")
        ] = None,
        run: Annotated[
            Path | None, typer.Option("--run", help="Folder of the run; without it runs/DATA-PLUGIN.")
        ] = None,
        resume: Resume = False,
        config: Annotated[Path | None, typer.Option(help="TOML file with settings in a table named train.")] = None,
        set_: SetNamed = None,
        plugins_dir: PluginsDir = None,
        no_plugin: NoPlugin = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
        debug: Debug = False,
        *,
        settings: Mapping[str, Any],
    ) -> None:
        layers = words.given("train", settings, set_, config)
        known = words.resumed
        if resume and known is None:
            raise UsageError(f"--resume: there is no run in {run or 'the folder that --run must name'}")
        layers += words.resumed_layers
        choice = resolve_train(words.plugins, layers + words.picked_layers(layers))
        source = data or (known["data"]["source"] if known is not None else None)
        if source is None:
            source = STAND_IN
            if not quiet:
                print(f"gancraft: no pictures given, taking {STAND_IN}", file=sys.stderr)
        if words.picked is not None and words.picked.says and not quiet and os.environ.get("RANK", "0") == "0":
            print(f"gancraft: {words.picked.says}", file=sys.stderr)
        start_run(words, choice, source, run or default_folder(source, choice), quiet, as_json)

    return with_settings(handled(train), words.parts_of("train"))


def start_run(words: Words, choice: TrainChoice, source: str, folder: Path, quiet: bool, as_json: bool) -> None:
    """Train, and exit with what became of it."""
    from gancraft.cli.progress import follow
    from gancraft.training.job import train as start

    repeat = shlex.join(["gancraft", *words.argv])
    finished = follow(start(choice, source, folder, command=repeat), quiet=quiet, verb="training")
    if not finished.facts["main"]:  # of several processes one talks
        raise typer.Exit(130 if finished.stopped else 1 if finished.problem else 0)
    raise typer.Exit(told(choice, folder, finished, quiet, as_json))


def default_folder(source: str, choice: TrainChoice) -> Path:
    """The same command finds its run again."""
    name = re.sub(
        r"[^\w.-]+", "-", Path(source.removesuffix("/")).stem if ":" not in source else source.partition(":")[2]
    )
    size = f"-{choice.settings.size}" if choice.settings.size else ""
    return Path("runs") / f"{name or 'pictures'}-{choice.method.name}{size}"


def told(choice: TrainChoice, folder: Path, finished: Any, quiet: bool, as_json: bool) -> int:
    """Print what the run left; return the exit code."""
    facts = {name: value for name, value in finished.facts.items() if name != "main"}
    model = folder / "model.safetensors"
    if as_json:
        result = {"run": str(folder), "model": str(model), "seconds": round(finished.seconds, 2), **facts}
        print(json.dumps({**result, "stopped": finished.stopped, "problem": finished.problem}))
    elif model.is_file():
        print(model)
    if not quiet:
        print(
            f"gancraft: {facts['pictures']:,} pictures seen; {facts['verdict']}; see {folder / 'report.html'}",
            file=sys.stderr,
        )
    if finished.problem:
        return fail(GancraftError(finished.problem))
    return 130 if finished.stopped else 0
