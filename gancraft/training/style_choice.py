"""What was chosen for training a style network: a trainer, a perceptual network, their options, and the style pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import Plan, StyleGoal, StyleInput, Trainable
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer, Part, flatten, owner, validated
from gancraft.trained.info import TRAINER
from gancraft.trained.style_models import find_style_model
from gancraft.training.choice import ENGINE, TrainChoice, whole
from gancraft.training.settings import StyleTrainSettings
from gancraft.training.transfer import Ancestor

if TYPE_CHECKING:
    from gancraft.models import ModelInfo
    from gancraft.pictures import Picture

STYLE_TRAIN = Part("train", "Options", StyleTrainSettings)


@dataclass(frozen=True)
class LearntStyle:
    """A style picture with its share. source: a file or `sample:NAME`, so that a run can be gone on with."""

    picture: Picture
    weight: float
    source: str

    def noted(self) -> dict[str, Any]:
        source = str(Path(self.source).absolute()) if Path(self.source).exists() else self.source
        return {"source": source, "weight": self.weight, "sha256": self.picture.sha256}

    def __str__(self) -> str:
        name = f"sample:{self.picture.sample}" if self.picture.sample else self.picture.name
        return name if self.weight == 1 else f"{name}:{self.weight:g}"


@dataclass(frozen=True)
class StyleTrainChoice(TrainChoice):
    """network: the perceptual one."""

    network: Registered | None = None
    styles: tuple[LearntStyle, ...] = ()

    def make(self, plan: Plan) -> Trainable:
        made: Trainable = self.method.create(self.options["method"], plan, self.goal())
        return made

    def goal(self) -> StyleGoal:
        """Raises UsageError without a style picture that counts."""
        total = sum(style.weight for style in self.styles)
        if not total > 0:
            raise UsageError("a style picture is needed, with a weight above 0: name one, or sample:NAME")
        side = cast(StyleTrainSettings, self.settings).style_size
        styles = [_input(style, side, total) for style in self.styles if style.weight > 0]
        assert self.network is not None
        network, options = self.network, self.options["network"]
        return StyleGoal(styles, lambda: network.create(options))

    def describe(self, plan: Plan, **more: Any) -> ModelInfo:
        from gancraft.models import info_of

        return info_of(self.method, self.options["method"], plan.shape, **more)

    def noted(self) -> dict[str, Any]:
        return {"styles": [style.noted() for style in self.styles]}

    def told(self) -> dict[str, Any]:
        settings = cast(StyleTrainSettings, self.settings)
        size = {"size": settings.size, "style_size": settings.style_size}
        return {"style": ", ".join(map(str, self.styles)), "network": settings.network, **size}

    def check(self, before: Mapping[str, Any], where: str) -> None:
        was = [(style["sha256"], style["weight"]) for style in before.get("styles", ())]
        if was != [(style.picture.sha256, style.weight) for style in self.styles]:
            raise UsageError(f"{where}: holds a run with other style pictures: give the same, or another --run")


def style_train_parts(
    plugins: Plugins, layers: Sequence[Layer]
) -> tuple[Registered, Registered, list[Part], list[Layer]]:
    """The trainer and the perceptual network that the layers choose, the parts that have settings then, and the layers with
    the settings of the model to begin with below them."""
    ancestor = _ancestor(plugins, layers)
    given = list(layers)
    if ancestor is not None and not whole(layers, STYLE_TRAIN):
        info = ancestor.header.info
        values = {"plugin": info.name, **flatten({"method": info.options})}
        given.append(Layer(values, f"--from {ancestor.word}: {{key}} = ", strict=False))
    chosen = validated(STYLE_TRAIN, [STYLE_TRAIN], [_choosing(layer) for layer in given])
    assert isinstance(chosen, StyleTrainSettings)
    method, network = plugins.get(TRAINER, chosen.plugin), plugins.get("network", chosen.network)
    if ancestor is not None and ancestor.header.info.name != method.name:
        made_by = ancestor.header.info.name
        raise UsageError(f"--from {ancestor.word}: was trained by {made_by}, not by {method.name}; leave --plugin out")
    parts = [STYLE_TRAIN, *ENGINE, Part("method", f"{method.name} options", method.options)]
    return method, network, [*parts, Part("network", f"{network.name} options", network.options)], given


def resolve_style_train(
    plugins: Plugins, layers: Sequence[Layer | Mapping[str, Any]], styles: Sequence[LearntStyle] = ()
) -> StyleTrainChoice:
    """Find the parts that the layers choose and validate their options, as `resolve_train` does for a GAN."""
    given = [layer if isinstance(layer, Layer) else Layer(flatten(layer)) for layer in layers]
    method, network, parts, given = style_train_parts(plugins, given)
    for layer in given:
        for key in layer.values:
            if layer.strict and not (layer.shared and "." in key):
                owner(key, parts, layer)
    models = {part.name: validated(part, parts, given) for part in parts}
    settings = cast(StyleTrainSettings, models.pop("train"))
    ancestor = _ancestor(plugins, given)
    return StyleTrainChoice(method, {}, settings, models, ancestor, network=network, styles=tuple(styles))


def _input(style: LearntStyle, side: int, total: float) -> StyleInput:
    """At the size at which it is looked at: never enlarged, which would only blur its strokes."""
    import numpy as np
    import torch

    picture = style.picture
    factor = min(1.0, side / max(picture.width, picture.height))
    small = picture.resized(max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    x_NCHW = torch.from_numpy(np.ascontiguousarray(small.rgb_HWC.transpose(2, 0, 1)))[None]
    return StyleInput(x_NCHW, style.weight / total)


def _ancestor(plugins: Plugins, layers: Sequence[Layer]) -> Ancestor | None:
    """What the layers say to begin with."""
    word = validated(STYLE_TRAIN, [STYLE_TRAIN], [_choosing(layer) for layer in layers])
    if (name := word.from_model) is None:  # type: ignore[attr-defined]
        return None
    try:
        file = find_style_model(name, plugins)
    except GancraftError as error:
        if whole(layers, STYLE_TRAIN):  # a run that goes on can do without it
            return None
        raise UsageError(f"--from {error}") from error
    folder = Path(name).expanduser()
    return Ancestor(name, file, folder if folder.is_dir() else None)


def _choosing(layer: Layer) -> Layer:
    keys = [key for name in ("plugin", "network", "from_model") for key in (name, f"train.{name}")]
    return Layer({key: layer.values[key] for key in keys if key in layer.values}, layer.label)
