"""`gancraft plugins`: what is installed, from where, and what failed."""

from __future__ import annotations

import json
from dataclasses import asdict

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled
from gancraft.plugins import Plugins, plugins_from_environment

HELP = "List what plugins bring, where they come from, and which failed and why."


@handled
def command(
    as_json: AsJson = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    rows = listed(plugins)
    if as_json:
        print(json.dumps({"plugins": [asdict(info) for info in plugins.infos], "registered": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['kind']:8} {row['name']:20} {row['state']:8} {row['distribution']} {row['version']}")
        print(f"{'':8} {row['summary']}")
    for info in plugins.infos:
        if info.state != "loaded":
            print(
                f"{'plugin':8} {info.name:20} {info.state:8} {info.distribution or info.source} {info.version}".rstrip()
            )
            print(f"{'':8} {info.reason}")


def listed(plugins: Plugins) -> list[dict[str, str]]:
    """Every registered thing as plain text."""
    return [
        {
            "kind": entry.kind,
            "name": entry.name,
            "summary": entry.summary,
            "plugin": entry.plugin.name,
            "distribution": entry.plugin.distribution or entry.plugin.source,
            "version": entry.plugin.version,
            "state": entry.plugin.state,
        }
        for entry in sorted(plugins.entries, key=lambda e: (e.kind != "style", e.kind, e.name))
    ]
