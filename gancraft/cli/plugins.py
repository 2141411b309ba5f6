"""`gancraft plugins`: what is installed, from where, and what failed; `show` tells all of one plugin, `check` checks it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import debugging, handled, printable
from gancraft.cli.plugin_facts import facts, lines
from gancraft.errors import UsageError, hint
from gancraft.plugins import PluginInfo, Plugins, Registered, plugins_from_environment

if TYPE_CHECKING:
    from gancraft.testing import Result

HELP = "List what plugins bring, where they come from, and which failed and why; show or check one of them."
SHOW_HELP = "Show a plugin: its source, version and API level, its hooks, and the options of what it brings."
CHECK_HELP = "Check that a plugin does what gancraft expects of it. Exit code 1 where something fails."

Name = Annotated[str, typer.Argument(help="A plugin, or a thing that one brings.", metavar="NAME")]


def group() -> typer.Typer:
    """The command with its words; without one it lists."""
    app = typer.Typer(invoke_without_command=True, pretty_exceptions_enable=False)
    app.callback()(command)
    app.command("show", help=SHOW_HELP)(show)
    app.command("check", help=CHECK_HELP)(check)
    return app


@handled
def command(
    context: typer.Context,
    as_json: AsJson = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
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


@handled
def show(name: Name, as_json: AsJson = False, plugins_dir: PluginsDir = None, debug: Debug = False) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [])
    info, entries, _ = found(plugins, name)
    told = facts(info, entries, plugins)
    print(json.dumps(told, indent=2) if as_json else "\n".join(printable_lines(told)))


@handled
def check(name: Name, as_json: AsJson = False, plugins_dir: PluginsDir = None, debug: Debug = False) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [])
    info, entries, whole = found(plugins, name)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    rows, thing = [], ""
    for result in _results(plugins, info, entries, whole):
        count[result.state] += 1
        rows.append(_row(result))
        if not as_json:
            if result.thing != thing:
                print(thing := result.thing)
            print(f"  {result.state:8} {result.check.name:18} {printable(_remark(result))}".rstrip(), flush=True)
        if result.cause is not None and debugging():
            traceback.print_exception(result.cause)
    if as_json:
        print(json.dumps({"plugin": info.name, "checks": rows, **count}, indent=2))
    else:
        print(", ".join(f"{number} {state}" for state, number in count.items()))
    if count["failed"]:
        raise typer.Exit(1)


def found(plugins: Plugins, name: str) -> tuple[PluginInfo, list[Registered], bool]:
    """The plugin of this name with all that it registered (and True), or the one that brings things of this name, with these.

    Raises UsageError for a name that nothing has.
    """
    for info in plugins.infos:
        if info.name == name:
            return info, [entry for entry in plugins.entries if entry.plugin.name == name], True
    entries = [entry for entry in plugins.entries if entry.name == name]
    if not entries:
        known = sorted({*(i.name for i in plugins.infos), *(e.name for e in plugins.entries)})
        close = hint(name, known) or "; install its package, or give its folder with --plugins-dir"
        raise UsageError(f"there is no plugin '{name}', and none that brings it{close}; see `gancraft plugins`")
    return entries[0].plugin, entries, False


def printable_lines(told: dict[str, object]) -> Iterator[str]:
    return (printable(line) for line in lines(told))


def _results(plugins: Plugins, info: PluginInfo, entries: list[Registered], whole: bool) -> Iterator[Result]:
    from gancraft.testing import examine, examine_plugin

    if whole:
        yield from examine_plugin(info, plugins)
    else:
        for entry in entries:
            yield from examine(entry, plugins)


def _remark(result: Result) -> str:
    if result.state == "failed":
        return f"{result.check.expects} Found: {result.found} See {result.check.page}"
    return result.found


def _row(result: Result) -> dict[str, str]:
    return {
        "thing": result.thing,
        "check": result.check.name,
        "state": result.state,
        "expects": result.check.expects,
        "found": result.found,
        "page": result.check.page,
    }


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
