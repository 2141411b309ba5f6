"""Settings from several places, for the command line, the page, configuration files and `redo`.

They come in layers, the strongest first: flags, `--set`, the environment, a file, a recipe. Parts (an engine, a method, a
network) say which settings there are; each part's options are validated as a whole, and an error names the flag, variable
or key that the value came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gancraft.errors import UsageError, did_you_mean, hint
from gancraft.options import Options, Setting, settings


@dataclass(frozen=True)
class Part:
    """A named model of settings; `title` is what its panel is called."""

    name: str
    title: str
    model: type[Options]

    def settings(self) -> dict[str, Setting]:
        return {setting.name: setting for setting in settings(self.model)}


@dataclass(frozen=True)
class Layer:
    """Settings from one place: `name` or `part.name` to value. `label` says how people know a setting there, with `{name}`
    (in dashes), `{key}` (as written) or `{upper}`, and what stands between it and its value."""

    values: Mapping[str, Any]
    label: str = "{key} "
    strict: bool = True  # whether an unknown name is an error: not in the environment, where others' variables live
    shared: bool = False  # written for many runs: what parts that aren't in use have is passed over

    def origin(self, key: str, with_value: bool = False) -> str:
        """Where a setting stands, for messages: `--strength` or `--strength 3`."""
        names = {"key": key, "name": key.replace("_", "-"), "upper": key.replace(".", "_").replace("-", "_").upper()}
        label = self.label.format(**names)
        return f"{label}{self.values[key]}" if with_value else label.rstrip(" =")


def flags(values: Mapping[str, Any]) -> Layer:
    """Values of flags, by name or part.name."""
    return Layer(values, "--{name} ")


def assignments(texts: Iterable[str]) -> Layer:
    """`--set name=value` arguments."""
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--set {text}: write NAME=VALUE")
        values[name.strip().replace("-", "_") if "." not in name else _dotted(name)] = value
    return Layer(values, "--set {key}=")


def environment(environ: Mapping[str, str], command: str, parts: Sequence[Part]) -> Layer:
    """Variables GANCRAFT_<COMMAND>_<OPTION>, or GANCRAFT_<COMMAND>_<PART>_<OPTION>."""
    prefix = f"GANCRAFT_{command.upper().replace('-', '_')}_"
    values: dict[str, str] = {}
    for part in parts:
        for name in part.settings():
            for key in (name, f"{part.name}.{name}"):
                variable = prefix + key.replace(".", "_").replace("-", "_").upper()
                if variable in environ:
                    values[key] = environ[variable]
    return Layer(values, prefix + "{upper}=", strict=False)


def config_file(path: str | Path, command: str) -> Layer:
    """The table of a command in a TOML file, with subtables for parts."""
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path}: can't be read ({getattr(error, 'strerror', None) or error})") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--config {path}: not TOML: {error}") from error
    for key, value in document.items():
        if not isinstance(value, dict) and key != command:
            raise UsageError(f"--config {path}: {key} stands in no table; write it below [{command}]")
        if key != command and (close := did_you_mean(key, [command])):
            raise UsageError(f"--config {path}: there is no table [{key}]{close}")
    table = document.get(command, {})
    if not isinstance(table, dict):
        raise UsageError(f"--config {path}: [{command}] must be a table")
    return Layer(flatten(table), f"{Path(path).name}: {command}.{{key}} = ", shared=True)


def flatten(nested: Mapping[str, Any]) -> dict[str, Any]:
    """{"gram": {"shift": 1}} → {"gram.shift": 1}."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{name.replace('-', '_')}": inner for name, inner in value.items()}
        else:
            flat[key.replace("-", "_")] = value
    return flat


def _dotted(name: str) -> str:
    part, _, rest = name.strip().partition(".")
    return f"{part}.{rest.replace('-', '_')}"


def owner(key: str, parts: Sequence[Part], layer: Layer) -> tuple[Part, str]:
    """The part that a key belongs to, and the setting's name there. Raises UsageError for none or several."""
    head, dot, tail = key.partition(".")
    if dot:
        for part in parts:
            if part.name == head:
                if tail in part.settings():
                    return part, tail
                raise UsageError(f"{layer.origin(key)}: no such setting{did_you_mean(tail, part.settings())}")
        names = [part.name for part in parts]
        raise UsageError(
            f"{layer.origin(key)}: no part '{head}' is in use{hint(head, names)}; there are: {', '.join(names)}"
        )
    owners = [part for part in parts if key in part.settings()]
    if len(owners) > 1 and owners[0] is not parts[0]:
        choices = " or ".join(f"{part.name}.{key}" for part in owners)
        raise UsageError(f"{layer.origin(key)}: several parts have it; write {choices}")
    if not owners:
        known = [name for part in parts for name in part.settings()]
        raise UsageError(f"{layer.origin(key)}: no such setting{did_you_mean(key, known)}")
    return owners[0], key


def validated(part: Part, parts: Sequence[Part], layers: Sequence[Layer]) -> Options:
    """A part's options, each from the strongest layer that has it.

    `parts` are all that are in use, the command's own first: a name that several have is the command's own, or must be
    written `part.name`. Raises UsageError that names where a wrong value came from.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, setting in part.settings().items():
        shared = sum(name in other.settings() for other in parts) > 1 and part is not parts[0]
        keys = [f"{part.name}.{name}"] if shared else [f"{part.name}.{name}", name]
        for layer in layers:
            found = next((key for key in keys if key in layer.values), None)
            if found is not None:
                origins[name] = layer.origin(found, with_value=True)
                values[name] = _parsed(layer.values[found], setting, origins[name])
                break
    try:
        return part.model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        message: str = first["msg"][0].lower() + first["msg"][1:]
        message = message.replace("input should be ", "must be ").replace("greater than or equal to", "at least")
        message = message.replace("less than or equal to", "at most").removeprefix("value error, ")
        raise UsageError(f"{origins.get(name, name)}: {message}") from error


def _parsed(value: Any, setting: Setting, origin: str) -> Any:
    """Texts of lists are split at commas, an empty text is None where that is legal, and a number in a file may stand for
    a text (`size = 512`); pydantic reads the rest."""
    if isinstance(value, bool) and setting.type is not bool:
        # Pydantic would read true as 1.
        raise UsageError(f"{origin}: must be a {'number' if setting.type in (int, float) else 'text'}")
    if isinstance(value, int | float) and setting.type is str and not setting.many:
        return str(value)
    if setting.many and isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()] or None
    if setting.optional and value == "":
        return None
    return value
