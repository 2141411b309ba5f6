"""Write docs/options.md: what every bundled plugin brings, and every option of every part. `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from gancraft.interfaces import Preset  # noqa: E402
from gancraft.options import Options, Setting, settings  # noqa: E402
from gancraft.plugins import Registered, find_plugins  # noqa: E402
from gancraft.style.choice import FILM, RUNNERS, STYLE  # noqa: E402
from gancraft.training.choice import ENGINE, GAN, TRAIN  # noqa: E402
from gancraft.training.style_choice import STYLE_TRAIN  # noqa: E402

HEAD = """# Plugins and options

What the bundled plugins bring, and every option of every part with its default and range. Made by `python docs/generate_options.py` from the
models that flags, page and files come from; a test keeps it in step. How an option is said, and where: [settings](settings.md).

Options of the same name in two parts that are in use are written with the part in front: `--generator.width 32`.
"""
KINDS = {
    "style": ("Style methods", "`gancraft style --plugin NAME`."),
    "network": ("Networks that look", "`gancraft style --network NAME`; [which](networks.md)."),
    "train": ("What can be trained", "`gancraft train --plugin NAME`. A preset names its parts, and settings that suit them."),
    "generator": ("Generators", "`gancraft train --generator NAME`."),
    "discriminator": ("Discriminators", "`gancraft train --discriminator NAME`."),
    "loss": ("Adversarial losses", "`gancraft train --loss NAME`."),
    "train-style": ("Style networks that can be trained", "`gancraft train-style --plugin NAME`."),
    "style-model": ("Trained style networks", "`gancraft style --plugin fast --model NAME`."),
    "model": ("Trained models", "`gancraft sample NAME`; [cards](models.md)."),
}
ENGINE_PARTS = (
    ("Painting, whatever the method", (STYLE, *RUNNERS.values(), FILM)),
    ("Training, whatever is trained", (TRAIN, *ENGINE)),
    ("GANs, whatever the networks", GAN),
    ("Training a style network", (STYLE_TRAIN,)),
)


def table(model: type[Options]) -> str:
    """Options of a model: name, default, range, sentence."""
    lines = [row(setting) for setting in settings(model)]
    return "\n".join(["| option | default | range | |", "|---|---|---|---|", *lines]) if lines else "No options."


def row(setting: Setting) -> str:
    default = "" if setting.default is None else setting.default
    if isinstance(default, bool):
        default = "yes" if default else "no"
    if isinstance(default, list | tuple):
        default = ",".join(map(str, default))
    span = "" if setting.minimum is None else f"{short(setting.minimum)} to {short(setting.maximum)}"
    span = ", ".join(f"`{choice}`" for choice in setting.choices) or span
    help = setting.help.replace("|", "\\|").replace("<", "&lt;")
    return f"| `--{setting.flag}` | {f'`{default}`' if default != '' else ''} | {span} | {help} |"


def short(value: float | None) -> str:
    return "any" if value is None else f"{value:,.10g}"


def entries(kind: str) -> Iterator[str]:
    for entry in find_plugins().entries:
        if entry.kind == kind and entry.plugin.bundled:
            yield f"### {KINDS[kind][0]}: `{entry.name}`\n\n{about(entry)}\n"


def about(entry: Registered) -> str:
    preset = entry.load() if entry.interface is Preset else None
    parts = [entry.summary, f"Of the plugin `{entry.plugin.name}`."]
    if isinstance(preset, Preset):
        named = f"generator `{preset.generator}`, discriminator `{preset.discriminator}`, loss `{preset.loss}`"
        said = ", ".join(f"`{name} = {value}`" for name, value in preset.defaults.items())
        return "\n\n".join([" ".join(parts), f"{named}{f'; {said}' if said else ''}."])
    if not [*settings(entry.options)]:
        return " ".join(parts)
    return f"{' '.join(parts)}\n\n{table(entry.options)}"


def page() -> str:
    there = {entry.kind for entry in find_plugins().entries}
    assert there <= set(KINDS), f"say how to choose {there - set(KINDS)}"
    sections = [HEAD]
    for title, parts in ENGINE_PARTS:
        sections.append(f"## {title}\n")
        sections += [f"### Part `{part.name}`{' (train-style)' if part is STYLE_TRAIN else ''}\n\n{table(part.model)}\n" for part in parts]
    for kind, (title, how) in KINDS.items():
        if found := [*entries(kind)]:
            sections += [f"## {title}\n\n{how}\n", *found]
    return "\n".join(sections)


if __name__ == "__main__":
    target = ROOT / "docs" / "options.md"
    if "--check" not in sys.argv:
        target.write_text(page(), encoding="utf-8")
    elif not target.is_file() or target.read_text(encoding="utf-8") != page():
        sys.exit("docs/options.md is out of step: run docs/generate_options.py")
