"""What was chosen for painting: the one way from settings to a method, a network and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gancraft.interfaces import StyleLoss
from gancraft.options import Options
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, Part, flatten, owner, validated
from gancraft.style.settings import OptimiseOptions, StyleSettings


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
    chosen = validated(STYLE, [STYLE], [Layer(_only(layer, ("plugin", "network")), layer.label) for layer in layers])
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
                owner(key, parts, layer)
    models = {part.name: validated(part, parts, given) for part in parts}
    style = models.pop("style")
    assert isinstance(style, StyleSettings)
    return StyleChoice(method, network, style, models)


def _only(layer: Layer, names: Sequence[str]) -> dict[str, Any]:
    keys = [key for name in names for key in (name, f"style.{name}")]
    return {key: layer.values[key] for key in keys if key in layer.values}
