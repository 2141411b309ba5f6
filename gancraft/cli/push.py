"""`gancraft push`: a model with its card to the Hugging Face hub or into a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import handled
from gancraft.cli.pull import Repository
from gancraft.cli.sample import ModelPath
from gancraft.plugins import plugins_from_environment

HELP = (
    "Send a trained MODEL with its card to a repository of the Hugging Face hub, which is made if need be, or to a "
    "./folder.\n\n"
    "The card is the file beside the model (NAME.md), else one is made of what the model's file says. "
    "The hub knows you by `hf auth login` or HF_TOKEN."
)


@handled
def command(
    model: ModelPath,
    repository: Repository,
    card: Annotated[Path | None, typer.Option(help="Markdown file to send as the card.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Make the new repository a private one.")] = False,
    message: Annotated[str | None, typer.Option(help="Message of the commit on the hub.")] = None,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.latent.source import find_model
    from gancraft.trained.remotes import remote_of
    from gancraft.trained.template import NO_FAULTS
    from gancraft.trained.travel import push

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    remote = remote_of(repository, quiet)
    where, sent = push(remote, find_model(model, plugins).file, card, private, message)
    if not quiet and (NO_FAULTS in sent.text or not sent.licence):
        print("gancraft: the card lacks a licence or known faults; write them into its README.md", file=sys.stderr)
    print(where)
