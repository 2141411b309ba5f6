"""Flags that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PluginsDir = Annotated[
    list[Path] | None, typer.Option("--plugins-dir", help="Folder of plugins, beside the installed ones.")
]
NoPlugin = Annotated[list[str] | None, typer.Option("--no-plugin", help="Plugin to leave out.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
SetNamed = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting by name.")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the run in --run; its settings needn't be repeated.")
]
