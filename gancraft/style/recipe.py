"""What is written into a result, so that it can be painted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gancraft import __version__
from gancraft.pictures import Picture
from gancraft.plugins import Registered
from gancraft.style.choice import StyleChoice
from gancraft.style.masks import MaskPair


def recipe_of(
    choice: StyleChoice,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    start: Picture | None,
    facts: Mapping[str, object],
    masks: Sequence[MaskPair] = (),
) -> dict[str, object]:
    """Plain values: version, options of every part, plugin, network, inputs by name and hash, and the run's facts."""
    facts = dict(facts)
    fingerprint = facts.pop("network", None)
    network = None
    if choice.network is not None:
        network = {"name": choice.network.name, "fingerprint": fingerprint, "plugin": _plugin(choice.network)}
    inputs = [_input("content", content, None), *(_input("style", picture, weight) for picture, weight in styles)]
    if start is not None:
        inputs.append(_input("start", start, None))
    for pair in masks:  # in the order of their styles; a pair without a part has none
        inputs.append(_input("mask", pair.place, None))
        if pair.part is not None:
            inputs.append(_input("mask-part", pair.part, None))
    return {
        "gancraft": __version__,
        "command": "style",
        "options": choice.to_dict(),
        "plugin": _plugin(choice.method),
        "network": network,
        "inputs": inputs,
        "facts": facts,
    }


def _plugin(entry: Registered) -> dict[str, str]:
    plugin = entry.plugin
    return {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version}


def _input(role: str, picture: Picture, weight: float | None) -> dict[str, object]:
    """A picture by its file name without folder and its hash: never a path, which would tell about a person's disk."""
    entry: dict[str, object] = {"role": role, "name": picture.name, "sha256": picture.sha256}
    if picture.sample is not None:
        entry["sample"] = picture.sample
    if weight is not None:
        entry["weight"] = weight
    return entry
