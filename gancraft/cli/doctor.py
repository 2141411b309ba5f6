"""`gancraft doctor`: what gancraft sees of this machine, for bug reports and for people in front of it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from importlib import metadata
from typing import Any

import typer

from gancraft import __version__
from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled
from gancraft.plugins import Plugins, plugins_from_environment
from gancraft.plugins.catalogue import one_line

HELP = (
    "Report versions, devices, plugins with their failures, networks and whether their weights are there, and caches."
)


@handled
def command(
    as_json: AsJson = False,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    found = report(plugins)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        for key, value in found.items():
            if isinstance(value, list):
                print(f"{key}:" if value else f"{key}: none")
                for item in value:
                    print(
                        "  " + (item if isinstance(item, str) else "  ".join(str(v) for v in item.values() if v != ""))
                    )
            else:
                print(f"{key}: {value}")
    raise typer.Exit(1 if any(info.state == "failed" for info in plugins.infos) else 0)


def report(plugins: Plugins) -> dict[str, Any]:
    """Everything as plain values."""
    import torch

    from gancraft.compute import fast_bfloat16

    devices = [f"cpu, {torch.get_num_threads()} threads"]
    devices += [f"cuda:{i} {torch.cuda.get_device_name(i)}" for i in range(torch.cuda.device_count())]
    devices += ["mps"] if torch.backends.mps.is_available() else []
    return {
        "gancraft": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": platform.platform(),
        "torch": torch.__version__,
        "torchvision": _version("torchvision"),
        "gradio": _version("gradio"),
        "mcp (gancraft web --mcp)": _version("mcp"),
        "devices": devices,
        "bfloat16 on the cpu": "quick" if fast_bfloat16(torch.device("cpu")) else "slow, float32 is used",
        "compiler": shutil.which(os.environ.get("CXX", "g++"))
        or shutil.which("clang++")
        or "none: --launch compile can't work",
        "torch cache": torch.hub.get_dir(),
        "plugins": [
            {"name": i.name, "version": f"{i.distribution} {i.version}".strip(), "state": i.state, "reason": i.reason}
            for i in plugins.infos
        ],
        "networks": _networks(plugins),
    }


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def _networks(plugins: Plugins) -> list[dict[str, str]]:
    """Each network, with where its weights are and whether they are there."""
    rows = []
    for entry in plugins.entries:
        if entry.kind != "network":
            continue
        try:
            weights = getattr(entry.load(), "weights", None)
            where, there = weights() if weights is not None else ("", True)
            state = "ready" if there else "weights not there"
        except Exception as error:  # a third party's code; its failure is what the report is for
            where, state = one_line(error), "failed"
        rows.append({"name": entry.name, "state": state, "weights": where})
    return rows
