"""What the documentation says is so."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import gancraft
from gancraft import hookspecs
from gancraft.cli.main import build_app
from gancraft.options import settings
from gancraft.plugins import find_plugins
from gancraft.plugins.find import HOOKS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_command_reference_is_in_step() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GANCRAFT_")}
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_links_within_the_repository_lead_somewhere() -> None:
    missing = []
    for page in PAGES:
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", prose):
            if "://" not in target and not (page.parent / target).exists():
                missing.append(f"{page.name}: {target}")
    assert missing == []


def test_the_readme_lists_every_bundled_method_and_network() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [entry.name for entry in find_plugins().entries if entry.plugin.bundled]
    assert [n for n in names if f"`{n}`" not in text and f"`-{n.rpartition('-')[2]}`" not in text] == []


def test_the_readmes_commands_are_the_two() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for marker, end in (("paint", "gancraft style --plugin gram"), ("test", "python -m pytest")):
        (block,) = re.findall(rf"<!-- {marker} command -->\n```sh\n(.*?)\n```", text, re.DOTALL)
        assert "\n" not in block and block.endswith(end)


def test_every_hook_is_documented_with_its_argument() -> None:
    page = text_of("hooks.md")
    hooks = [name for name in vars(hookspecs) if name.startswith("register_")]
    assert hooks and sorted(hooks) == sorted(HOOKS.values())
    for hook in hooks:
        arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
        assert f"## `{hook}({arguments})`" in page
    for parameter in inspect.signature(hookspecs.Register.__call__).parameters:
        assert parameter == "self" or f"- {parameter}: " in page


def test_every_command_and_flag_is_in_the_reference() -> None:
    page = text_of("commands.md")
    program = typer.main.get_command(build_app([]))
    commands = dict(program.commands)  # type: ignore[attr-defined]
    for name, command in program.commands.items():  # type: ignore[attr-defined]
        commands |= {f"{name} {inner}": found for inner, found in getattr(command, "commands", {}).items()}
    for name, command in commands.items():
        section = re.search(rf"## `gancraft {name}(?: --plugin [\w-]+)?`\n(.*?)(?=\n## |\Z)", page, re.DOTALL)
        assert section, f"gancraft {name} has no section"
        for parameter in command.params:
            flag = next((option for option in parameter.opts if option.startswith("--")), None)
            assert flag is None or flag[:19] in section.group(1), f"gancraft {name} {flag}"


def test_every_option_of_every_bundled_plugin_has_a_sentence_with_bounds() -> None:
    wrong = []
    for entry in find_plugins().entries:
        for setting in settings(entry.options) if entry.plugin.bundled else ():
            where = f"{entry.kind} {entry.name}: {setting.name}"
            if not setting.help.strip().endswith((".", "?", ")")) or not setting.help[0].isupper():
                wrong.append(f"{where}: '{setting.help}' is no sentence")
            if setting.type in (int, float) and None in (setting.minimum, setting.maximum):
                wrong.append(f"{where}: no bounds")
    assert wrong == []


def test_every_bundled_plugin_and_option_is_in_the_pages() -> None:
    options = text_of("options.md")
    written = ("README.md", "commands.md", "hooks.md", "options.md")
    pages = "".join(page.read_text("utf-8") for page in PAGES if page.name not in written)
    for entry in (entry for entry in find_plugins().entries if entry.plugin.bundled):
        section = re.search(rf"### [\w ]+: `{entry.name}`\n(.*?)(?=\n### |\n## |\Z)", options, re.DOTALL)
        assert section, f"{entry.kind} {entry.name} is not in options.md"
        assert re.search(rf"(?<![\w-]){re.escape(entry.name)}(?![\w-])", pages), f"no page speaks of {entry.name}"
        for setting in settings(entry.options):
            assert f"| `--{setting.flag}` |" in options, f"{entry.name} {setting.name}"


def test_the_program_s_variables_are_in_the_settings_page() -> None:
    code = "".join(file.read_text("utf-8") for file in (ROOT / "gancraft").rglob("*.py"))
    used = set(re.findall(r"[\"'](GANCRAFT_[A-Z_]*[A-Z])[\"']", code)) - {"GANCRAFT_COMPLETE", "GANCRAFT_API"}
    assert used and {name for name in used if name not in text_of("settings.md")} == set()


def test_every_benchmark_is_listed_with_its_command() -> None:
    page = text_of("benchmarks.md")
    assert [file.name for file in (ROOT / "benchmarks").glob("*.py") if file.name not in page] == []


def public() -> Iterator[tuple[str, Any]]:
    """Public names with their things, and public methods of theirs that the engine defines."""
    for name in gancraft.__all__:
        thing = getattr(gancraft, name)
        if isinstance(thing, int | str):
            continue
        yield name, thing
        if inspect.isclass(thing):
            for base in thing.__mro__:
                if base.__module__.startswith("gancraft"):
                    yield from (
                        (f"{name}.{key}", member) for key, member in vars(base).items()
                        if inspect.isfunction(member) and not key.startswith("_")
                    )  # fmt: skip


# Parameters that say themselves what they are: tensors carry their shape, the rest are what every interface is given.
PLAIN = {"self", "options", "shape", "networks", "random", "name", "run", "job", "fields", "args", "kwargs"}
TENSOR = re.compile(r"\w+_[A-Z][A-Z0-9]*$")


@pytest.mark.parametrize("name", [name for name in gancraft.__all__ if name not in ("hookimpl", "Options")])
def test_every_public_name_explains_itself(name: str) -> None:
    """A docstring of its own; for what is called, a word on each parameter; on tensors, their shape."""
    thing = getattr(gancraft, name)
    if isinstance(thing, int | str):
        return
    own = thing.__dict__.get("__doc__") if inspect.isclass(thing) else thing.__doc__
    assert own and own.strip(), f"gancraft.{name} has no docstring"
    gaps = []
    for where, member in public():
        if where != name and not where.startswith(f"{name}."):
            continue
        if not inspect.isfunction(member):
            continue
        doc = explained(thing, where, member)
        for parameter in inspect.signature(member).parameters:
            known = parameter in PLAIN or TENSOR.fullmatch(parameter)
            if not known and not re.search(rf"\b{re.escape(parameter)}\b", doc):
                gaps.append(f"{where}({parameter})")
        if not (member.__doc__ or "").strip() and not inherits(thing, member):
            gaps.append(f"{where} has no docstring")
    assert gaps == []


def test_every_field_of_a_public_record_explains_itself() -> None:
    """By a comment behind or above it, in the class's docstring, or by its shape."""
    gaps = []
    for name in gancraft.__all__:
        kind = getattr(gancraft, name)
        if inspect.isclass(kind) and dataclasses.is_dataclass(kind):
            source, doc = inspect.getsource(kind), kind.__doc__ or ""
            for field in dataclasses.fields(kind):
                said = re.search(rf"^    # .+\n    {field.name}\b|^    {field.name}\b.*#", source, re.MULTILINE)
                if not (said or TENSOR.fullmatch(field.name) or re.search(rf"\b{field.name}\b", doc)):
                    gaps.append(f"{name}.{field.name}")
    assert gaps == []


def explained(thing: Any, where: str, member: Any) -> str:
    """Its docstring, that of its class, and those of the methods it overrides."""
    docs = [member.__doc__ or "", (thing.__doc__ or "") if inspect.isclass(thing) else ""]
    if inspect.isclass(thing):
        docs += [getattr(vars(base).get(member.__name__), "__doc__", None) or "" for base in thing.__mro__]
    return "\n".join(docs)


def inherits(thing: Any, member: Any) -> bool:
    """Whether it overrides a method that is explained."""
    return inspect.isclass(thing) and any(
        (getattr(vars(base).get(member.__name__), "__doc__", None) or "").strip() for base in thing.__mro__
    )
