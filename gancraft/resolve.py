"""One resolver of settings, for the command line, the page, configuration files and `redo`.

Settings come in layers, the strongest first: flags, `--set`, the environment, a file, a recipe. The parts that they choose
(a method, a network) say which settings there are; each part's options are validated as a whole, and an error names the
flag, variable or key that the value came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gancraft.errors import UsageError, did_you_mean
from gancraft.interfaces import StyleLoss
from gancraft.options import Options, Setting, settings
from gancraft.plugins import Plugins, Registered
from gancraft.style.settings import OptimiseOptions, StyleSettings


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
    """Settings from one place: `name` or `part.name` to value. `label` says how people know a setting there,
    with `{name}` (dashes) and `{key}` (as written)."""

    values: Mapping[str, Any]
    label: str = "{key}"
    strict: bool = True  # whether an unknown name is an error: not in the environment, where others' variables live

    def origin(self, key: str) -> str:
        name = key.replace("_", "-")
        return self.label.format(key=key, name=name, upper=key.replace(".", "_").replace("-", "_").upper())


def flags(values: Mapping[str, Any]) -> Layer:
    """Values of flags, by name or part.name."""
    return Layer(values, "--{name}")


def assignments(texts: Iterable[str]) -> Layer:
    """`--set name=value` arguments."""
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--set {text}: write NAME=VALUE")
        values[name.strip().replace("-", "_") if "." not in name else _dotted(name)] = value
    return Layer(values, "--set {key}")


def environment(environ: Mapping[str, str], command: str, parts: Sequence[Part]) -> Layer:
    """Variables GANCRAFT_<COMMAND>_<OPTION>, or GANCRAFT_<COMMAND>_<PART>_<OPTION>."""
    prefix = f"GANCRAFT_{command.upper()}_"
    values: dict[str, str] = {}
    for part in parts:
        for name in part.settings():
            for key in (name, f"{part.name}.{name}"):
                variable = prefix + key.replace(".", "_").replace("-", "_").upper()
                if variable in environ:
                    values[key] = environ[variable]
    return Layer(values, prefix + "{upper}", strict=False)


def config_file(path: str | Path, command: str) -> Layer:
    """The table of a command in a TOML file, with subtables for parts."""
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path}: can't be read ({getattr(error, 'strerror', None) or error})") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--config {path}: not TOML: {error}") from error
    table = document.get(command, {})
    if not isinstance(table, dict):
        raise UsageError(f"--config {path}: [{command}] must be a table")
    return Layer(flatten(table), f"{Path(path).name}: {command}.{{key}}")


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


@dataclass(frozen=True)
class StyleChoice:
    """What was chosen for painting: the method, the network where one is used, and every part's options."""

    method: Registered
    network: Registered | None
    settings: StyleSettings
    options: Mapping[str, Options] = field(default_factory=dict)

    def make_network(self) -> Any:
        """The perceptual network, with its weights."""
        assert self.network is not None
        return self.network.create(self.options[self.network.name])

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain nested values, for a recipe; as a layer of `resolve_style` they give this choice again."""
        parts = {"style": self.settings, **self.options}
        return {name: options.model_dump(mode="json") for name, options in parts.items()}


STYLE = Part("style", "Options", StyleSettings)


def style_parts(plugins: Plugins, layers: Sequence[Layer]) -> tuple[Registered, Registered | None, list[Part]]:
    """The method and network that the layers choose, and the parts that have settings then."""
    chosen = _model(STYLE, [STYLE], [Layer(_only(layer, ("plugin", "network")), layer.label) for layer in layers])
    method = plugins.get("style", chosen.plugin)  # type: ignore[attr-defined]
    optimises = method.interface is not None and issubclass(method.interface, StyleLoss)
    parts = [STYLE]
    if optimises:
        parts.append(Part("optimise", "optimise options", OptimiseOptions))
    parts.append(Part(method.name, f"{method.name} options", method.options))
    network = None
    if optimises or "network" in method.capabilities:
        network = plugins.get("network", chosen.network)  # type: ignore[attr-defined]
        parts.append(Part(network.name, f"{network.name} options", network.options))
    return method, network, parts


def resolve_style(plugins: Plugins, layers: Sequence[Layer | Mapping[str, Any]]) -> StyleChoice:
    """Find the parts that the layers choose and validate their options. Layers are the strongest first; a plain mapping,
    flat or nested, is a layer too. Raises UsageError that names where a wrong value came from."""
    given = [layer if isinstance(layer, Layer) else Layer(flatten(layer)) for layer in layers]
    method, network, parts = style_parts(plugins, given)
    for layer in given:
        for key in layer.values:
            if layer.strict:
                _owner(key, parts, layer)
    models = {part.name: _model(part, parts, given) for part in parts}
    style = models.pop("style")
    assert isinstance(style, StyleSettings)
    return StyleChoice(method, network, style, models)


def _only(layer: Layer, names: Sequence[str]) -> dict[str, Any]:
    keys = [key for name in names for key in (name, f"style.{name}")]
    return {key: layer.values[key] for key in keys if key in layer.values}


def _owner(key: str, parts: Sequence[Part], layer: Layer) -> tuple[Part, str]:
    """The part that a key belongs to. Raises UsageError for none or several."""
    head, dot, tail = key.partition(".")
    if dot:
        for part in parts:
            if part.name == head:
                if tail in part.settings():
                    return part, tail
                raise UsageError(f"{layer.origin(key)}: no such setting{did_you_mean(tail, part.settings())}")
        names = [part.name for part in parts]
        raise UsageError(f"{layer.origin(key)}: no part '{head}' is in use{did_you_mean(head, names)}; there are: {', '.join(names)}")
    owners = [part for part in parts if key in part.settings()]
    if len(owners) > 1 and owners[0].name != "style":
        names = " or ".join(f"{part.name}.{key}" for part in owners)
        raise UsageError(f"{layer.origin(key)}: several parts have it; write {names}")
    if not owners:
        known = [name for part in parts for name in part.settings()]
        raise UsageError(f"{layer.origin(key)}: no such setting{did_you_mean(key, known)}")
    return owners[0], key


def _model(part: Part, parts: Sequence[Part], layers: Sequence[Layer]) -> Options:
    """A part's options from the strongest layer that has each."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, setting in part.settings().items():
        shared = sum(name in other.settings() for other in parts) > 1 and part.name != "style"
        keys = [f"{part.name}.{name}"] if shared else [f"{part.name}.{name}", name]
        for layer in layers:
            found = next((key for key in keys if key in layer.values), None)
            if found is not None:
                values[name], origins[name] = _parsed(layer.values[found], setting), f"{layer.origin(found)}"
                break
    try:
        return part.model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        value = values.get(name, "")
        message = first["msg"][0].lower() + first["msg"][1:]
        message = message.replace("input should be ", "must be ").replace("greater than or equal to", "at least")
        message = message.replace("less than or equal to", "at most").removeprefix("value error, ")
        raise UsageError(f"{origins.get(name, name)} {value}: {message}") from error


def _parsed(value: Any, setting: Setting) -> Any:
    """Texts of lists are split at commas, and an empty text is None where that is legal; pydantic reads the rest."""
    if setting.many and isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()] or None
    if setting.optional and value == "":
        return None
    return value
