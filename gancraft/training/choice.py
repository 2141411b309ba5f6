"""What was chosen for training: the one way from settings to a method, its parts and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gancraft import defaults
from gancraft.errors import UsageError
from gancraft.interfaces import Plan, Preset, Trainable
from gancraft.options import Options
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, Part, flatten, owner, validated
from gancraft.training.preset import sorted_out
from gancraft.training.settings import (
    AugmentOptions,
    DataOptions,
    GanOptions,
    HealthOptions,
    KeepOptions,
    LearnOptions,
    RunSettings,
    TrainSettings,
)
from gancraft.training.transfer import Ancestor, find_ancestor, inherited

if TYPE_CHECKING:
    from gancraft.models import ModelInfo

TRAIN = Part("train", "Options", TrainSettings)
ENGINE = (
    Part("data", "data options", DataOptions),
    Part("learn", "learn options: the course of the rates", LearnOptions),
    Part("health", "health options", HealthOptions),
    Part("keep", "keep options: what stays on disk", KeepOptions),
)
GAN = (
    Part("gan", "gan options: the game of the two networks", GanOptions),
    Part("augment", "augment options", AugmentOptions),
)
ROLES = ("generator", "discriminator", "loss")  # parts of a GAN, which are plugins' things


@dataclass(frozen=True)
class TrainChoice:
    """The method, the parts of a GAN by role (none where the method is a Trainable of its own), every part's options."""

    method: Registered
    roles: Mapping[str, Registered]
    settings: RunSettings
    options: Mapping[str, Options]
    ancestor: Ancestor | None = None  # what it begins with
    warnings: tuple[str, ...] = ()  # what people should know before it begins, a line each

    def make(self, plan: Plan) -> Trainable:
        """The trainable. Raises GancraftError where a part can't be made for this plan."""
        if self.roles:
            from gancraft.training.gan import Gan

            return Gan(self.roles, self.options, plan)
        made: Trainable = self.method.create(self.options["method"], plan)
        return made

    def describe(self, plan: Plan, **more: Any) -> ModelInfo:
        """What the model file says of the network that makes the pictures."""
        from gancraft.models import info_of

        entry, part = (self.roles["generator"], "generator") if self.roles else (self.method, "method")
        return info_of(entry, self.options[part], plan.shape, **more)

    def noted(self) -> dict[str, Any]:
        """What run.json says beyond the settings: plain values."""
        return {}

    def told(self) -> dict[str, Any]:
        """What the model's file says of the run beyond the usual: nothing that tells about a person's disk."""
        return {}

    def check(self, before: Mapping[str, Any], where: str) -> None:
        """Raise UsageError where this isn't the run that wrote `before`, its run.json, though the settings are the same."""

    def defaults(self) -> dict[str, dict[str, Any]]:
        """Every setting's own default, by part."""
        parts = {"train": self.settings, **self.options}
        return {name: type(options)().model_dump(mode="json") for name, options in parts.items()}

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain nested values; as a layer of `resolve_train` they give this choice again."""
        parts = {"train": self.settings, **self.options}
        return {name: options.model_dump(mode="json") for name, options in parts.items()}


def train_parts(
    plugins: Plugins, layers: Sequence[Layer]
) -> tuple[Registered, dict[str, Registered], list[Part], list[Layer]]:
    """The method and its parts that the layers choose, the parts that have settings then, and the layers with the
    method's own defaults below them."""
    ancestor = _ancestor(plugins, layers)
    if ancestor is not None and not whole(layers):
        layers = [*layers, inherited(plugins, ancestor, layers)]
    chosen = validated(TRAIN, [TRAIN], [Layer(_only(layer, ("plugin", *ROLES)), layer.label) for layer in layers])
    method = plugins.get("train", chosen.plugin or defaults.TRAINING_METHOD)  # type: ignore[attr-defined]
    preset = method.load() if method.interface is Preset else None
    if preset is None:
        for role in ROLES:
            if getattr(chosen, role) is not None:
                raise UsageError(f"--{role}: '{method.name}' is trained as a whole and has no such part")
        parts = [TRAIN, *ENGINE, Part("method", f"{method.name} options", method.options)]
        return method, {}, parts, list(layers)
    roles = {role: plugins.get(role, getattr(chosen, role) or getattr(preset, role)) for role in ROLES}
    below = Layer(flatten(preset.defaults), f"{method.name}: {{key}} = ", strict=False)
    parts = [TRAIN, *ENGINE, *GAN]
    parts += [Part(role, f"{role} options: {entry.name}", entry.options) for role, entry in roles.items()]
    return method, roles, parts, [*layers, below]


def resolve_train(plugins: Plugins, layers: Sequence[Layer | Mapping[str, Any]]) -> TrainChoice:
    """Find the parts that the layers choose and validate their options. Layers are the strongest first; a plain mapping,
    flat or nested, is a layer too. Raises UsageError that names where a wrong value came from."""
    given = [layer if isinstance(layer, Layer) else Layer(flatten(layer)) for layer in layers]
    method, roles, parts, given = train_parts(plugins, given)
    for layer in given:
        for key in layer.values:
            if layer.strict and not (layer.shared and _elsewhere(key, parts)):
                owner(key, parts, layer)
    models = {part.name: validated(part, parts, given) for part in parts}
    roles = {role: plugins.seeing(entry, models[role]) for role, entry in roles.items()}
    settings = models.pop("train")
    assert isinstance(settings, TrainSettings)
    if settings.from_model is None and getattr(models.get("gan"), "freeze", 0) > 0:
        raise UsageError("--freeze: keeps layers of a discriminator that has learned; name its run with --from")
    settings = settings.model_copy(update={"plugin": method.name})
    return TrainChoice(method, roles, settings, models, _ancestor(plugins, given), _strays(plugins, method))


def preset_models(plugins: Plugins, preset: Preset) -> dict[str, type[Options]]:
    """The settings of each part where the preset's own parts are in use. Raises UsageError where one isn't registered."""
    models = {part.name: part.model for part in (TRAIN, *ENGINE, *GAN)}
    return models | {role: plugins.get(role, getattr(preset, role)).options for role in ROLES}


def _strays(plugins: Plugins, method: Registered) -> tuple[str, ...]:
    """Settings of a preset that are passed over. It may be used with other parts than its own, which have other settings."""
    if method.interface is not Preset:
        return ()
    preset = method.load()
    try:
        strays = sorted_out(preset, preset_models(plugins, preset))[1]
    except UsageError:  # a part of its own isn't there, and another was chosen
        return ()
    return tuple(f"preset '{method.name}' of plugin {method.plugin}: {stray}" for stray in strays)


def _ancestor(plugins: Plugins, layers: Sequence[Layer]) -> Ancestor | None:
    """What the layers say to begin with. A run that goes on can do without it."""
    word = validated(TRAIN, [TRAIN], [Layer(_only(layer, ("from_model",)), layer.label) for layer in layers])
    if (name := word.from_model) is None:  # type: ignore[attr-defined]
        return None
    try:
        return find_ancestor(plugins, name)
    except UsageError:
        if not whole(layers):
            raise
        return None


def whole(layers: Sequence[Layer], part: Part = TRAIN) -> bool:
    """Whether what to begin with is said by the record of a run, with all settings that came of it."""
    said = next(
        (x for x in layers if _only(x, ("from_model",)).get("train.from_model") or x.values.get("from_model")), None
    )
    return said is not None and all(f"train.{name}" in said.values for name in part.settings())


def _elsewhere(key: str, parts: Sequence[Part]) -> bool:
    """Whether a setting of a file for many runs belongs to a part that isn't in use in this one."""
    head, dot, _ = key.partition(".")
    there = {"method", *ROLES, *(part.name for part in GAN)}
    return bool(dot) and head in there - {part.name for part in parts}


def _only(layer: Layer, names: Sequence[str]) -> dict[str, Any]:
    keys = [key for name in names for key in (name, f"train.{name}")]
    return {key: layer.values[key] for key in keys if key in layer.values}
