"""`gancraft models`: the trained models that are there, and their cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled, printable
from gancraft.errors import UsageError, hint
from gancraft.plugins import Plugins, plugins_from_environment
from gancraft.trained import words
from gancraft.trained.folder import own_models
from gancraft.trained.listing import KIND, STYLE_KIND, Listed, listed, shipped_model
from gancraft.trained.template import card_for

HELP = "List the trained models that are there, shipped and pulled; with NAME print the card of one."


@handled
def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Model whose card is printed.")] = None,
    as_json: AsJson = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    models = listed(plugins)
    if name is not None:
        model = _named(name, models, plugins)
        lines = [json.dumps(model.as_dict(), indent=2)] if as_json else _card(model)
    elif as_json:
        lines = [json.dumps([model.as_dict() for model in models], indent=2)]
    else:
        lines = [line for model in models for line in _lines(model)]
        lines += [] if models else [f"none: no plugin ships one, and there is none in {own_models()}"]
    for line in lines:
        print(line if as_json else printable(line))


def _named(name: str, models: list[Listed], plugins: Plugins) -> Listed:
    found = next((model for model in models if model.name == name), None)
    if found is None:
        close = hint(name, [model.name for model in models])
        raise UsageError(
            f"there is no model '{name}'{close}; `gancraft models` lists them, `gancraft info` reads a file"
        )
    if found.file is None:  # now it may be fetched
        kind = KIND if found.kind == "pictures" else STYLE_KIND
        return shipped_model(plugins.get(kind, name))
    return found


def _lines(model: Listed) -> Iterator[str]:
    facts = [model.origin]
    if model.header is not None:
        numbers, size = words.count(model.header.parameters), words.in_bytes(model.header.size)
        facts = [model.header.makes, f"by {model.method}", f"{numbers} numbers", size, *facts]
    yield f"{model.name:20} {model.kind:9} {', '.join(facts)}"
    if model.summary:
        yield f"{'':20} {'':9} {model.summary}"
    if model.card is not None and (scores := model.card.scores()):
        yield f"{'':20} {'':9} {words.scores(scores)}"
    if model.problem:
        yield f"{'':20} {'':9} {model.problem}"


def _card(model: Listed) -> Iterator[str]:
    """The card, or what the file says where there is none."""
    if model.card is not None:
        yield from model.card.text.splitlines()
    elif model.header is not None:
        yield from card_for(model.name, model.header, model.summary).text.splitlines()
    else:
        yield model.problem
    yield ""
    yield f"licence: {model.card.licence if model.card and model.card.licence else 'not said'}"
    yield f"from: {model.origin}"
    yield f"What its file says of itself: gancraft info {model.name}"
