"""The program `gancraft`. It is built anew for each call, since the flags of a command depend on the plugins it names."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gancraft import __version__
from gancraft.cli import (
    directions,
    doctor,
    evaluate,
    export,
    info,
    mix,
    models,
    nearest,
    new,
    plugins,
    project,
    pull,
    push,
    recipe,
    sample,
    style,
    sweep,
    timelapse,
    train,
    train_style,
    walk,
    web,
)
from gancraft.cli.errors import debugging, fail
from gancraft.cli.flags import SettingsCommand
from gancraft.cli.sniff import Words
from gancraft.threads import share_cores


def build_app(argv: Sequence[str]) -> typer.Typer:
    """The application for these arguments. Raises GancraftError where they name a plugin that isn't there."""
    words = Words(argv, os.environ)
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Make pictures with style transfer and generative adversarial networks. Methods are plugins.",
    )
    app.callback()(_root)
    for name, module in (("style", style), ("train", train), ("train-style", train_style)):
        app.command(name, cls=SettingsCommand, help=words.help_of(name, module.HELP))(module.command(words))
    app.command("sample", help=sample.HELP)(sample.command)
    app.command("walk", help=walk.HELP)(walk.command)
    app.command("mix", help=mix.HELP)(mix.command)
    app.command("sweep", help=sweep.HELP)(sweep.command)
    app.command("directions", help=directions.HELP)(directions.command)
    app.command("nearest", help=nearest.HELP)(nearest.command)
    app.command("timelapse", help=timelapse.HELP)(timelapse.command)
    app.command("project", help=project.HELP)(project.command)
    app.command("export", help=export.HELP)(export.command)
    app.command("evaluate", help=evaluate.HELP)(evaluate.command)
    app.command("info", help=info.HELP)(info.command)
    app.command("models", help=models.HELP)(models.command)
    app.command("pull", help=pull.HELP)(pull.command)
    app.command("push", help=push.HELP)(push.command)
    app.command("redo", help=recipe.REDO_HELP)(recipe.redo)
    app.command("recipe", help=recipe.RECIPE_HELP)(recipe.show)
    app.command("web", help=web.HELP)(web.command)
    app.add_typer(plugins.group(), name="plugins", help=plugins.HELP)
    app.command("new", help=new.HELP)(new.command)
    app.command("doctor", help=doctor.HELP)(doctor.command)
    _keep_only_what_is_named(app, words)
    return app


def _keep_only_what_is_named(app: typer.Typer, words: Words) -> None:
    """Typer looks at every parameter of every command, and only the command that was typed needs it."""
    typed = words.argv[:1]
    commands = [command for command in app.registered_commands if [command.name] == typed]
    groups = [group for group in app.registered_groups if [group.name] == typed]
    if (commands or groups) and not words.completing:
        app.registered_commands, app.registered_groups = commands, groups


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point. Exits with 0, 1 (the run failed), 2 (wrong usage) or 130 (stopped by the user)."""
    share_cores()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        app = build_app(arguments)
    except Exception as error:
        if debugging(arguments):
            raise
        sys.exit(fail(error))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # file names that aren't UTF-8 go out as they came in
    app(args=Words(arguments, os.environ).normalised, prog_name="gancraft")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gancraft {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
