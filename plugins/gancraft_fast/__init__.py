"""Feed-forward style networks: a manner is learned once, and then any picture is painted in one pass (Johnson, Alahi &
Fei-Fei 2016; docs/fast.md).

Every NAME.safetensors in `models` is one that is trained already, told about by its card, NAME.md.
"""

from pathlib import Path
from typing import Literal

from gancraft import InstantStyle, Options, StyleTrainable, hookimpl, models_in, option

MODELS = Path(__file__).parent / "models"
NAME = "fast"


class FastOptions(Options):
    """What the network is, and what it learns."""

    content_weight: float = option(
        1.0, "Weight of the content against the style, which has 1: less paints more boldly.", ge=0, le=1e4, basic=True
    )
    variation_weight: float = option(0.02, "Weight of the total variation, which smooths.", ge=0, le=1e4)
    content_layers: list[str] | None = option(
        None, "Layers of the content loss, NAME[:WEIGHT],…; without it the network's own."
    )
    style_layers: list[str] | None = option(
        None, "Layers of the style loss, NAME[:WEIGHT],…; without it the network's own."
    )
    rate: float = option(2e-3, "Learning rate.", ge=0, le=1, basic=True)
    average: float = option(
        5_000.0, "Half-life of the network's running average, in photos; 0: no average.", ge=0, le=1e9
    )
    width: int = option(
        16, "Channels at the full size; twice as many at half of it, four times as many at a quarter.", ge=2, le=128
    )
    blocks: int = option(5, "Residual blocks.", ge=0, le=32)
    residual: Literal["full", "narrow"] = option(
        "full", "What a block is: two convolutions, or a narrow one between two that mix channels."
    )
    fold: Literal["1", "2", "4"] = option(
        "2", "Side of the squares of pixels that the outer layers take as one: 1 is the paper's, 2 paints much faster."
    )


class PaintOptions(Options):
    """What a picture is painted with."""

    model: str | None = option(
        None, "Trained style network: a name (see `gancraft models`), the folder of a run, or a file.", basic=True
    )


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        NAME,
        "gancraft_fast.paint:Fast",
        interface=InstantStyle,
        options=PaintOptions,
        capabilities={"styleless", "models"},
        summary="One pass through a network that has learned one style: a picture in a moment, of any size.",
    )


@hookimpl
def register_style_trainers(register):  # type: ignore[no-untyped-def]
    register(
        NAME,
        "gancraft_fast.train:FastTraining",
        interface=StyleTrainable,
        options=FastOptions,
        summary="A small feed-forward network, by content, Gram matrices and total variation (Johnson 2016).",
    )


@hookimpl
def register_style_models(register):  # type: ignore[no-untyped-def]
    for model in models_in(MODELS):
        register(model.name, model, summary=model.summary)
