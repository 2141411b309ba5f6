"""`gancraft pull`: a model from the Hugging Face hub or a folder into the user's own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import fail, handled, printable
from gancraft.errors import GancraftError
from gancraft.plugins import plugins_from_environment
from gancraft.trained.info import TRAINER

HELP = (
    "Fetch a trained model from the Hugging Face hub (owner/name) or a ./folder, check it, and keep it under a name.\n\n"
    "Then `gancraft sample NAME` makes pictures with it. Only safetensors that gancraft wrote are taken; nothing in them is "
    "run. They are kept in $GANCRAFT_MODELS, else in ~/.local/share/gancraft/models."
)
Repository = Annotated[
    str, typer.Argument(metavar="REPO", help="owner/name on the hub; a folder is ./folder, /folder or file:folder.")
]


@handled
def command(
    repository: Repository,
    name: Annotated[str | None, typer.Option(help="What to call it, instead of the repository's name.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit on the hub.")] = None,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    from gancraft.trained.remotes import remote_of
    from gancraft.trained.travel import pull

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    pulled = pull(remote_of(repository, quiet), name, revision, plugins)
    info = pulled.header.info
    if not quiet:
        at = f" at {pulled.revision[:12]}" if pulled.revision else ""
        paints = info.kind == TRAINER
        use = f"style PHOTO --plugin {info.name} --model {pulled.name}" if paints else f"sample {pulled.name}"
        said = f"{repository}{at}: {pulled.header.makes} by {info.name}; try gancraft {use}"
        print(f"gancraft: {printable(said)}", file=sys.stderr)
    try:
        plugins.made_with(info.kind, info.name, info.plugin, repository)
    except GancraftError as missing:  # it is there all the same, for when the plugin is
        fail(missing)
    print(pulled.file)
