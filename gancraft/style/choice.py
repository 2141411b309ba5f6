"""What was chosen for painting: the one way from settings to a method, a network and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gancraft.interfaces import InstantStyle, StyleLoss
from gancraft.options import Options
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, Part, flatten, owner, validated
from gancraft.style.film.settings import FilmOptions
from gancraft.style.settings import InstantOptions, OptimiseOptions, StyleSettings

if TYPE_CHECKING:
    from gancraft.pictures import Picture


@dataclass(frozen=True)
class StyleChoice:
    """What was chosen for painting: the method, the network where one is used, and every part's options."""

    method: Registered
    network: Registered | None
    settings: StyleSettings
    options: Mapping[str, Options] = field(default_factory=dict)
    plugins: Plugins = Plugins((), ())  # among which trained networks are found

    def make_method(self) -> Any:
        """The method; it may be one that a runner of the engine's paints with."""
        more: tuple[Any, ...] = ()
        if self.method.can("models"):
            from gancraft.models.painters import StyleModels

            more = (StyleModels(self.plugins),)
        return self.method.create(self.options[self.method.name], *more)

    def make_network(self) -> Any:
        """The perceptual network, with its weights."""
        assert self.network is not None
        return self.network.create(self.options[_network_part(self.method, self.network)])

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain nested values, for a recipe; as a layer of `resolve_style` they give this choice again.

        Files go by their name without folder, which would tell about a person's disk.
        """
        parts = {"style": self.settings, **self.options}
        plain = {
            name: {key: value.name if isinstance(value, Path) else value for key, value in options.model_dump().items()}
            for name, options in parts.items()
        }
        if self.method.can("models") and (word := plain[self.method.name].get("model")):
            plain[self.method.name]["model"] = Path(word).name  # a name, or a file or folder
        return plain


STYLE = Part("style", "Options", StyleSettings)
FILM = Part("film", "film options", FilmOptions)
# The engine's runners, by the interface of what they run: each is a part with settings of its own.
RUNNERS: Mapping[type, Part] = {
    StyleLoss: Part("optimise", "optimise options", OptimiseOptions),
    InstantStyle: Part("instant", "instant options", InstantOptions),
}


def style_parts(
    plugins: Plugins, layers: Sequence[Layer], film: bool = False
) -> tuple[Registered, Registered | None, list[Part]]:
    """The method and network that the layers choose, and the parts that have settings then. film: for films."""
    chosen = validated(STYLE, [STYLE], [Layer(_only(layer, ("plugin", "network")), layer.label) for layer in layers])
    method = plugins.get("style", chosen.plugin)  # type: ignore[attr-defined]
    parts = [STYLE]
    if (runner := runner_of(method)) is not None:
        parts.append(runner)
    parts.append(Part(method.name, f"{method.name} options", method.options))
    network = None
    if method.can("network"):
        network = plugins.get("network", chosen.network)  # type: ignore[attr-defined]
        name = _network_part(method, network)
        parts.append(Part(name, f"{name} options", network.options))
    if film:
        parts.append(FILM)
    return method, network, parts


def runner_of(method: Registered) -> Part | None:
    """The runner of the engine's that paints with it; None for a method with a run of its own."""
    return RUNNERS.get(method.interface) if method.interface is not None else None


def optimises(method: Registered) -> bool:
    """Whether it is painted in steps by the engine's runner, so that the part `optimise` is in use."""
    return runner_of(method) is RUNNERS[StyleLoss]


def unused(method: Registered) -> frozenset[str]:
    """Settings, as `part.name`, that mean nothing to a method: help leaves them out."""
    names = {"film.smoothing"} if optimises(method) else {"film.temporal_weight", "film.warm_iterations"}
    if not method.can("network"):
        names.add("style.network")
    return frozenset(names)


def sized(choice: StyleChoice, content: Picture) -> Picture:
    """The content at the size that the result will have."""
    from gancraft.pictures import fitted  # numpy comes with it, and commands that never paint choose too

    return fitted(content, size=choice.settings.size, scale=choice.settings.scale)


def resolve_style(plugins: Plugins, layers: Sequence[Layer | Mapping[str, Any]], film: bool = False) -> StyleChoice:
    """Find the parts that the layers choose and validate their options. Layers are the strongest first; a plain mapping,
    flat or nested, is a layer too. film: for films, which have settings of their own. Raises UsageError that names where a
    wrong value came from."""
    given = [layer if isinstance(layer, Layer) else Layer(flatten(layer)) for layer in layers]
    method, network, parts = style_parts(plugins, given, film)
    for layer in given:
        for key in layer.values:
            if layer.strict and not (layer.shared and _elsewhere(key, parts, plugins)):
                owner(key, parts, layer)
    models = {part.name: validated(part, parts, given) for part in parts}
    style = models.pop("style")
    assert isinstance(style, StyleSettings)
    return StyleChoice(method, network, style, models, plugins)


def _network_part(method: Registered, network: Registered) -> str:
    """Names are unique per kind only: a network that is called like the method has its settings under a longer one."""
    return network.name if network.name != method.name else f"{network.name}-network"


def _elsewhere(key: str, parts: Sequence[Part], plugins: Plugins) -> bool:
    """Whether a setting belongs to something that isn't in use in this run."""
    head, dot, _ = key.partition(".")
    if dot:
        there = {
            FILM.name,
            *(runner.name for runner in RUNNERS.values()),
            *plugins.names("style"),
            *plugins.names("network"),
        }
        return head in there - {part.name for part in parts}
    runners = [runner.model for runner in RUNNERS.values()]
    models: list[type[Options]] = [FILM.model, *runners, *(entry.options for entry in plugins.entries)]
    return not any(key in part.settings() for part in parts) and any(key in model.model_fields for model in models)


def _only(layer: Layer, names: Sequence[str]) -> dict[str, Any]:
    keys = [key for name in names for key in (name, f"style.{name}")]
    return {key: layer.values[key] for key in keys if key in layer.values}
