"""Write docs/reference.md and docs/hooks.md from docstrings and signatures: all of `gancraft.__all__`, and every hook.
`--check` only compares. What is written here is in the code; the order alone is said below."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

import gancraft  # noqa: E402
from gancraft import hookspecs  # noqa: E402
from gancraft.options import Options, settings  # noqa: E402
from gancraft.plugins import find_plugins  # noqa: E402
from gancraft.plugins.find import HOOKS  # noqa: E402

# Headings by the module that a name comes from, longest prefix first; what none of them has comes last.
SECTIONS = {
    "The program in three calls": ("gancraft.simply",),
    "Settings": ("gancraft.options",),
    "Hooks": ("gancraft.hookspecs", "pluggy"),
    "Painting": ("gancraft.interfaces.style", "gancraft.interfaces.instant", "gancraft.style"),
    "Training": ("gancraft.interfaces.training",),
    "Networks that make and judge pictures": ("gancraft.models.networks", "gancraft.models.styled"),
    "Parts for such networks": ("gancraft.models",),
    "Networks that describe pictures": ("gancraft.interfaces.perceptual", "gancraft.perceptual"),
    "Pictures": ("gancraft.pictures",),
    "Trained models": ("gancraft.trained",),
    "What a run tells": ("gancraft.events",),
    "Errors": ("gancraft.errors",),
}
OTHER = "Numbers"
HEAD = """# Interface reference

Everything that a plugin or a script may import: the names of `gancraft.__all__`, API level {level}. Made from the docstrings by
`python docs/generate_reference.py`; a test keeps it in step. What may change when is [written down](api-policy.md).

Tensors' names end in their shape: `x_NCHW` is pictures by channels by height by width, `z_NL` latents, `w_NKS` styles for each layer,
`f_NCHW` features. Outside of training pictures are sRGB in [0, 1], inside [-1, 1]; each entry says which.
"""
HOOKS_HEAD = """# Hooks

What a plugin may register: a function with one of these names, marked with `@gancraft.hookimpl`, is called once with `register`. Made from
`gancraft/hookspecs.py` by `python docs/generate_reference.py`; a test keeps it in step.
"""


def written(value: Any) -> str:
    """A type or default as it is written in code, without modules."""
    text = value if isinstance(value, str) else inspect.formatannotation(value)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", text).strip("'\"")


def signature(name: str, function: Any, drop: int = 0) -> str:
    """`name(parameters) -> type`, one parameter a line where it is long."""
    known = inspect.signature(function)
    words: list[str] = []
    for number, (parameter, kind) in enumerate((p, p.kind) for p in known.parameters.values()):
        if number < drop:
            continue
        if kind is parameter.KEYWORD_ONLY and "*" not in words and not any(w.startswith("*") for w in words):
            words.append("*")
        mark = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(kind, "")
        word = mark + parameter.name
        if parameter.annotation is not parameter.empty:
            word += f": {written(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            word += f" = {shown(parameter.default)}"
        words.append(word)
    ends = f" -> {written(known.return_annotation)}" if known.return_annotation not in (known.empty, None, "None") else ""
    line = f"{name}({', '.join(words)}){ends}"
    return line if len(line) <= 96 else f"{name}(\n" + "".join(f"    {word},\n" for word in words) + f"){ends}"


def shown(value: Any) -> str:
    text = value.__name__ if inspect.isclass(value) else repr(value)
    return text if re.fullmatch(r"[^<]*", text) and len(text) < 60 else "…"


def prose(doc: str | None) -> str:
    """A docstring as Markdown: a paragraph whose lines each explain a parameter becomes a list."""
    return "\n\n".join(listed(part) for part in inspect.cleandoc(doc or "").strip().split("\n\n"))


def listed(paragraph: str) -> str:
    lines = paragraph.split("\n")
    begins = [re.match(r"[a-z_]\w*(?:, \w+)*: ", line) for line in lines]
    if sum(map(bool, begins)) < 2 or not all(begin or line.startswith("  ") for begin, line in zip(begins, lines, strict=True)):
        return paragraph
    return "\n".join(f"- {line}" if begin else f"  {line.strip()}" for begin, line in zip(begins, lines, strict=True))


def comments(kind: type) -> dict[str, str]:
    """What stands behind the fields of a class in its source."""
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):
        return {}
    behind = re.findall(r"^    (\w+)\s*:[^\n#]*#\s*(.+)$", source, re.MULTILINE)
    above = re.findall(r"^    # (.+(?:\n    # .+)*)\n    (\w+)\s*:", source, re.MULTILINE)
    return {name: re.sub(r"\n    # ", " ", note) for note, name in above} | dict(behind)


def fields(kind: type) -> Iterator[str]:
    """A line for each field of a dataclass, or option of a model."""
    if issubclass(kind, Options) and kind is not Options:
        for setting in settings(kind):
            bounds = [f"{setting.minimum} to {setting.maximum}"] if setting.minimum is not None else []
            yield f"- `{setting.name}` = {setting.default!r}: {' '.join([setting.help, *bounds])}"
    elif dataclasses.is_dataclass(kind):
        notes = comments(kind)
        for field in dataclasses.fields(kind):
            default = "" if field.default is dataclasses.MISSING else f" = {shown(field.default)}"
            note = f": {notes[field.name]}" if field.name in notes else ""
            yield f"- `{field.name}: {written(field.type)}{default}`{note}"


def members(kind: type) -> Iterator[str]:
    """Public methods, properties and settings of a class, its engine's bases included."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("gancraft") or (base is Options):
            continue
        for name, member in vars(base).items():
            if name.startswith("_") and name not in ("__call__", "__init__") or name in seen:
                continue
            if name == "__init__" and (dataclasses.is_dataclass(kind) or not member.__doc__):
                continue
            seen.add(name)
            function = member.__func__ if isinstance(member, staticmethod | classmethod) else member
            if isinstance(member, property):
                yield f"- **`{name}`** (property)\n\n  {indented(prose(member.__doc__))}"
            elif inspect.isfunction(function) and (function.__doc__ or "").strip():
                abstract = " (must be defined)" if getattr(function, "__isabstractmethod__", False) else ""
                call = signature(name, function, drop=0 if isinstance(member, staticmethod) else 1).replace("\n", " ")
                call = re.sub(r"\(\s+", "(", re.sub(r"\s+", " ", call)).replace(", )", ")")
                yield f"- **`{call}`**{abstract}\n\n  {indented(prose(function.__doc__))}"


def indented(text: str) -> str:
    return textwrap.indent(text, "  ").lstrip()


def entry(name: str) -> str:
    """Everything about one public name."""
    thing = getattr(gancraft, name)
    title = f"### `gancraft.{name}`"
    if isinstance(thing, int | str):
        return f"{title}\n\n`{thing!r}`: {number_note(name)}\n"
    if name == "hookimpl":
        return f"{title}\n\nMarks a function of a plugin as a hook's implementation: `@gancraft.hookimpl`. The [hooks](hooks.md).\n"
    parts = [title]
    if inspect.isclass(thing):
        own = "__init__" in vars(thing) and not getattr(thing, "_is_protocol", False)
        if own and not dataclasses.is_dataclass(thing) and not issubclass(thing, Options):
            parts.append(f"```text\n{signature(name, thing.__init__, drop=1)}\n```")
        parts.append(prose(thing.__doc__))
        listed = [*fields(thing)]
        parts += ["\n".join(listed)] if listed else []
        parts += [*members(thing)] if not issubclass(thing, Options) else []
    else:
        parts += [f"```text\n{signature(name, thing)}\n```", prose(thing.__doc__)]
    return "\n\n".join(part for part in parts if part) + "\n"


def number_note(name: str) -> str:
    """The comment above or behind a number, where it is defined."""
    module = gancraft._LAZY.get(name, "gancraft")
    source = inspect.getsource(sys.modules.get(module) or __import__(module, fromlist=["_"]))
    found = re.search(rf"^{name}\b[^#\n]*#\s*(.+)$", source, re.MULTILINE) or re.search(
        rf"^#\s*(.+)\n{name}\b", source, re.MULTILINE
    )
    assert found, f"{name} has no comment that says what it is"
    return found.group(1)


def section_of(name: str) -> str:
    module = str(getattr(getattr(gancraft, name), "__module__", ""))
    return next((title for title, roots in SECTIONS.items() if module.startswith(roots)), OTHER)


def reference() -> str:
    grouped: dict[str, list[str]] = {title: [] for title in [*SECTIONS, OTHER]}
    for name in sorted(gancraft.__all__, key=lambda name: (name.lower(), name)):
        grouped[section_of(name)].append(name)
    parts = [HEAD.format(level=gancraft.API_VERSION)]
    for title, names in grouped.items():
        if names:
            parts.append(f"## {title}\n")
            parts += [entry(name) for name in names]
    return "\n".join(parts)


def hooks() -> str:
    kinds = {hook: kind for kind, hook in HOOKS.items()}
    plugins = find_plugins()
    parts = [HOOKS_HEAD, "## `register`\n", f"```text\n{signature('register', hookspecs.Register.__call__, drop=1)}\n```\n"]
    parts.append(prose(hookspecs.Register.__call__.__doc__) + "\n")
    for hook, function in vars(hookspecs).items():
        if not hook.startswith("register_"):
            continue
        names = [e.name for e in plugins.entries if e.kind == kinds[hook] and e.plugin.bundled]
        parts.append(f"## `{hook}(register)`\n")
        parts.append(prose(function.__doc__) + "\n")
        parts.append(f"Bundled: {', '.join(f'`{name}`' for name in names) or 'none'}.\n")
    return "\n".join(parts)


def main() -> None:
    pages = {"reference.md": reference(), "hooks.md": hooks()}
    for name, text in pages.items():
        target = ROOT / "docs" / name
        if "--check" not in sys.argv:
            target.write_text(text, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != text:
            sys.exit(f"docs/{name} is out of step: run docs/generate_reference.py")


if __name__ == "__main__":
    main()
