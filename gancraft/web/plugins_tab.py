"""The Plugins tab: what is installed, what failed and why, and how to write one."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from html import escape
from pathlib import Path

import gradio as gr

from gancraft import hookspecs
from gancraft.plugins import PluginInfo, Plugins, Registered
from gancraft.plugins.find import HOOKS
from gancraft.web.context import Context
from gancraft.web.errors import placeless
from gancraft.web.highlight import python
from gancraft.web.label import coded

OPEN = ("style", "train", "model")
EXAMPLE = Path(__file__).with_name("example_plugin.txt")  # the first one of docs/plugin-author.md
# By kind of thing: what people would call them, and what they are for.
KINDS = {
    "style": ("Ways of painting", "What is taken from a style picture, and how a photo gets it."),
    "train": ("Training methods", "Two networks, a loss and settings that suit each other, ready to be trained."),
    "model": ("Trained models", "Networks that make pictures already."),
    "style-model": ("Trained style networks", "Networks that have learned one manner, and paint in it at once."),
    "train-style": ("Trainers of style networks", "They learn a manner once, to paint any picture in it later."),
    "generator": ("Generators", "Networks that make pictures out of random numbers."),
    "discriminator": ("Discriminators", "Networks that tell made pictures from real ones, so that generators learn."),
    "loss": ("Adversarial losses", "What generator and discriminator play for."),
    "network": (
        "Networks that look",
        "Trained to recognise things: what they notice in pictures is what style is made of.",
    ),
}
TRY = """\
gancraft style --plugins-dir mine --plugin channel-means
gancraft web --plugins-dir mine"""
ENTRY_POINT = """\
[project]
name = "gancraft-channel-means"
version = "1.0"
dependencies = ["gancraft"]

[project.entry-points.gancraft]
channel-means = "gancraft_channel_means\""""
REQUIREMENT = "gancraft-channel-means==1.0"
COPY = (
    "navigator.clipboard?.writeText(this.parentElement.nextElementSibling.textContent)"
    ".then(() => {this.textContent = 'Copied'})"
)


def plugins_tab(context: Context) -> None:
    """Draw the tab within the open Blocks."""
    with gr.Row(elem_classes="gc-studio gc-plugins", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_classes="gc-palette"):
            gr.HTML(_failures(context.plugins) + _catalogue(context.plugins), padding=False)
        with gr.Column(scale=6, min_width=320, elem_classes="gc-wall"):
            gr.HTML(_lesson(), padding=False)
            with gr.Accordion("All that a plugin may bring", open=False, elem_classes="gc-home"):
                gr.HTML(_hooks(), padding=False)


def _lesson() -> str:
    """How to write one, from a file to a Space."""
    steps = [
        ("Save it in a folder of its own.", "mine/channel_means.py", python(EXAMPLE.read_text("utf-8"))),
        ("Try it, in the terminal or on this page at home.", "terminal", escape(TRY)),
        ("Make it a package, so that others can install it: the module, and a file beside it.", "pyproject.toml",
         escape(ENTRY_POINT)),
        ("Have it on a Space of your own: one more line.", "requirements.txt", escape(REQUIREMENT)),
    ]  # fmt: skip
    return (
        "<h2>Write one</h2><p>A plugin is a Python module that registers something. Its flags, its controls on this page "
        "and its place in every recipe come by themselves. This is a whole one: a style in thirty lines.</p><ol>"
        + "".join(f"<li><p>{says}</p>{_code(name, code)}</li>" for says, name, code in steps)
        + "</ol>"
    )


def _code(name: str, html: str) -> str:
    """Code on a card, with the name of its file and a button that copies it."""
    return (
        f'<div class="gc-code"><header><span>{name}</span><button onclick="{COPY}" aria-label="Copy {name}">Copy</button>'
        f'</header><pre tabindex="0" aria-label="{name}"><code>{html}</code></pre></div>'
    )


def _failures(plugins: Plugins) -> str:
    """Those that aren't loaded, each with its reason."""
    absent = [info for info in plugins.infos if info.state != "loaded"]
    if not absent:
        return ""
    verbs = {"failed": "It failed to load", "blocked": "It is left out"}
    rows = "".join(
        f'<li data-state="{info.state}"><strong>{escape(info.name)}</strong>'
        f"<div>{_origin(info)}<p>{verbs[info.state]}: {escape(placeless(info.reason))}</p></div></li>"
        for info in absent
    )
    return (
        f'<div class="gc-absent"><h2>Not here</h2><p>{_plural(len(absent), "plugin")} can’t be used. '
        f"All the others work all the same.</p><ul>{rows}</ul></div>"
    )


def _catalogue(plugins: Plugins) -> str:
    """What the loaded ones brought, by kind."""
    packages = {info.distribution or info.name for info in plugins.infos if info.state == "loaded"}
    head = (
        "<h2>What is here</h2><p>Whatever paints, learns or judges on this page is a plugin: "
        f"{len(plugins.entries)} things from {_plural(len(packages), 'package')}.</p>"
    )
    kinds = [*KINDS, *(kind for kind in HOOKS if kind not in KINDS)]
    return head + "".join(_section(kind, [e for e in plugins.entries if e.kind == kind]) for kind in kinds)


def _section(kind: str, entries: Sequence[Registered]) -> str:
    """Open where people look first, and where there is something that didn't come along."""
    if not entries:
        return ""
    title, purpose = KINDS.get(kind, (f"{kind.capitalize()}s", ""))
    rows = "".join(
        f'<li data-plugin="{escape(entry.plugin.name)}"><strong>{escape(entry.name)}</strong>'
        f"<div>{_origin(entry.plugin)}<p>{escape(entry.summary)}</p></div></li>"
        for entry in entries
    )
    shown = " open" if kind in OPEN or not all(entry.plugin.bundled for entry in entries) else ""
    return (
        f"<details{shown}><summary><h3>{title}</h3> <small>{len(entries)}</small><p>{purpose}</p></summary>"
        f"<ul>{rows}</ul></details>"
    )


def _origin(info: PluginInfo) -> str:
    """The package with its version, or the file by its name: where that lies is nobody's business."""
    if info.bundled:
        return ""
    return (
        f"<span>{escape(f'{info.distribution} {info.version}' if info.distribution else Path(info.source).name)}</span>"
    )


def _hooks() -> str:
    """Every hook with what its documentation begins with."""
    rows = []
    for hook in HOOKS.values():
        first = " ".join((inspect.getdoc(getattr(hookspecs, hook)) or "").split("\n\n")[0].split())
        rows.append(f"<dt><code>{hook}</code></dt><dd>{coded(first)}</dd>")
    return f"<dl>{''.join(rows)}</dl>"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
