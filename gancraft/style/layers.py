"""Layers with weights as people write them: `relu4_2` or `relu1_1:2`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gancraft.errors import UsageError, hint


def weighted_layers(
    texts: Sequence[str] | None, default: Mapping[str, float], known: Sequence[str], flag: str
) -> dict[str, float]:
    """Weights by layer name, summing to one. `default` where nothing is asked for; `flag` is named in errors."""
    weights = dict(default)
    if texts is not None:
        weights = {}
        for text in texts:
            name, _, number = text.partition(":")
            if name not in known:
                close = hint(name, known)
                raise UsageError(f"{flag}: no layer '{name}' in this network{close}; there are: {', '.join(known)}")
            try:
                weights[name] = float(number) if number else 1.0
            except ValueError:
                raise UsageError(f"{flag}: '{number}' in '{text}' is no number; write NAME:WEIGHT") from None
    total = sum(weights.values())
    if not weights or min(weights.values()) < 0 or not 0 < total < float("inf"):
        raise UsageError(f"{flag}: the weights must be at least 0, and one of them more")
    return {name: weight / total for name, weight in weights.items() if weight}
