"""A card made of what a model's file says of itself; what it can't know, a person writes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gancraft.trained import words
from gancraft.trained.card import Card
from gancraft.trained.header import Header
from gancraft.trained.info import TRAINER

TASK, REPAINTING = "unconditional-image-generation", "image-to-image"  # the hub's names
FOLDER = "FOLDER/"  # a place that is called otherwise wherever it is copied to
NO_FAULTS = "Nobody has written any down yet. Look at a sheet with a critical eye, and write here what looks bad."


def card_for(
    name: str,
    header: Header,
    summary: str = "",
    scores: dict[str, float] | None = None,
    measured: str = "",
    more: Mapping[str, str] | None = None,
    place: str = "",
) -> Card:
    """A card. summary: a sentence about what it makes. scores: by name; measured: how, and on what. more: rows of its table
    beyond the usual. place: where whoever reads it pulls the model from, FOLDER for the card's own folder; "" for a model
    that is among theirs already."""
    info, training = header.info, header.info.training
    method = str(training.get("method") or info.name)
    facts: dict[str, Any] = {}
    if training.get("licence"):
        facts["license"] = str(training["licence"]).lower()
    paints = info.kind == TRAINER
    task, tag = (REPAINTING, "style-transfer") if paints else (TASK, "gan")
    facts |= {"library_name": "gancraft", "pipeline_tag": task, "tags": ["gancraft", tag, method]}
    if scores:
        facts["model-index"] = _index(name, str(training.get("data") or "its training data"), scores)
    classes = f", in {info.shape.classes} classes" if info.shape.classes else ", without classes"
    plugin = " ".join(filter(None, (info.plugin["distribution"] or info.plugin["name"], info.plugin["version"])))
    shape = str(replace(info.shape, classes=0))
    size = f"{words.count(header.parameters)} numbers, {words.in_bytes(header.size)}"
    told = words.scores(scores or {})
    rows = {
        "makes": header.makes if paints else shape + classes,
        "style": training.get("style", ""),
        "network": f"{info.kind} `{info.name}` of {plugin}; {size}",
        "data": training.get("data") or "not said",
        "licence": training.get("licence") or "not said",
        "recipe": _recipe(training, method),
        "scores": told + (f" ({measured})" if measured else "") if told else "not measured",
        **(more or {}),
    }
    table = "\n".join(f"| {key} | {_cell(value)} |" for key, value in rows.items() if value)
    called = _called(name) if place else name
    use = f"gancraft sample {called} --seed 7"
    usual = f"Pictures by a generative adversarial network, trained with `{method}`: {shape}."
    if paints:
        use = f"gancraft style PHOTO --plugin {method} --model {called}"
        usual = f"Paints any picture in the manner of {training.get('style') or 'its style'}, trained with `{method}`."
    if place:
        use = f"gancraft pull {place} --name {called}\n    {use}"
    if place == FOLDER:
        use += f"\n\n{FOLDER} is the folder that holds this card and its model."
    text = f"""# {name}

{summary or usual}

| | |
|---|---|
{table}

## How to use

    pip install gancraft
    {use}

## Known faults

{NO_FAULTS}
"""
    return Card(facts, text)


def _index(name: str, data: str, scores: dict[str, float]) -> list[dict[str, Any]]:
    """Scores as the hub has them."""
    metrics = [{"type": _plain(key), "name": key, "value": round(value, 4)} for key, value in scores.items()]
    dataset = {"name": data, "type": "own"}
    return [{"name": name, "results": [{"task": {"type": TASK}, "dataset": dataset, "metrics": metrics}]}]


def _called(name: str) -> str:
    """My Cats → my-cats: a name that `gancraft pull` takes."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).lstrip("0123456789_-") or "model"


def _plain(name: str) -> str:
    """Fréchet distance → frechet_distance."""
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "_".join(re.findall(r"\w+", letters))


def _recipe(training: Mapping[str, Any], method: str) -> str:
    command = f"`{training['command']}`" if training.get("command") else f"`{method}`"
    seed = f", seed {training['seed']}" if "seed" in training else ""
    pictures = training.get("pictures")
    seen = f", {pictures:,} pictures seen" if isinstance(pictures, int) else ""
    verdict = f"; the verdict of its run: {training['verdict']}" if training.get("verdict") else ""
    return f"{command}{seed}{seen}{verdict}"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
