"""Generators that are trained already, by gancraft itself, so that the first click makes pictures (docs/models.md).

Every NAME.safetensors in this folder is one, told about by its card, NAME.md.
"""

from pathlib import Path

from gancraft import hookimpl, models_in

FIRST = "emoji"  # the one that the page opens with


@hookimpl
def register_trained_models(register):  # type: ignore[no-untyped-def]
    for model in sorted(models_in(Path(__file__).parent), key=lambda model: model.name != FIRST):
        register(model.name, model, summary=model.summary)
