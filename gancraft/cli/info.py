"""`gancraft info`: what a model's file says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled, printable
from gancraft.cli.sample import ModelPath
from gancraft.errors import UsageError
from gancraft.plugins import Plugins

HELP = "Tell what a trained MODEL makes, which plugin it needs, and how it came about. Nothing in it is run."


@handled
def command(
    model: ModelPath,
    as_json: AsJson = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    from gancraft.latent.source import find_model
    from gancraft.plugins import plugins_from_environment
    from gancraft.trained.header import read_model

    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    file = find_model(model, plugins).file
    described = read_model(file)
    there = installed(plugins, described.info.kind, described.info.name)
    facts = {"file": str(file), **described.as_dict(), "installed": there}
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for line in _lines({**facts, "makes": described.makes}):
        print(printable(line))


def installed(plugins: Plugins, kind: str, name: str) -> str | None:
    """The plugin that can make it here, with its version; None where there is none."""
    try:
        info = plugins.get(kind, name).plugin
    except UsageError:
        return None
    return f"{info.distribution} {info.version}".strip() or info.source


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    plugin = facts["plugin"]
    wrote = " ".join(filter(None, (plugin.get("distribution"), plugin.get("version"))))
    yield f"file: {facts['file']} ({facts['bytes'] / 1e6:.1f} MB)"
    yield f"makes: {facts['makes']}"
    yield f"by: {facts['kind']} {facts['name']} of plugin {plugin.get('name')}{f' ({wrote})' if wrote else ''}"
    yield f"installed: {facts['installed'] or 'no: it can only be used where that plugin is'}"
    if isinstance(facts["classes"], list) and facts["classes"]:
        yield f"classes: {', '.join(map(str, facts['classes']))}"
    if facts["stage"]:
        yield f"stage: {facts['stage']}"
    yield f"parameters: {facts['parameters']:,} in {facts['tensors']} tensors"
    yield f"fingerprint: {facts['fingerprint']}"
    yield f"written by: gancraft {facts['gancraft']}"
    for title in ("options", "training"):
        yield f"{title}: {'' if facts[title] else 'none'}".rstrip()
        for key, value in facts[title].items():
            yield f"  {key}: {json.dumps(value) if isinstance(value, dict | list) else value}"
