"""Generators that are trained already, by gancraft itself, so that the first click makes pictures (docs/models.md)."""

from functools import partial
from pathlib import Path

from gancraft import Options, hookimpl


def weights(file: str, options: Options) -> Path:
    """Where a model's file is."""
    return Path(__file__).with_name(file)


@hookimpl
def register_trained_models(register):  # type: ignore[no-untyped-def]
    register(
        "emoji",
        partial(weights, "emoji.safetensors"),
        summary="Made-up emoji: faces, people, hands, flags, things.",
    )
    register("digits", partial(weights, "digits.safetensors"), summary="Handwritten digits.")
