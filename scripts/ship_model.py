"""Make the file of a model that ships with a plugin from a run's model, in half precision, and its card, with the facts that
whoever meets it needs. From the root of the repository:

    python -m scripts.ship_model runs/emoji plugins/gancraft_gallery/emoji.safetensors --data "Noto Emoji (Apache-2.0)" \\
        --licence Apache-2.0 --summary "Made-up emoji: faces, people, hands." --scores scores.json

`--scores` is what `gancraft evaluate runs/emoji --data … --json` printed; give it several times for several. Of what the
run wrote only its method, seed, pictures seen and verdict are kept: the rest may tell about a person's disk. The command is
that of the run, with files by their names alone, unless `--command` says it better. It prints how much pictures change by the
rounding.

The card is NAME.md beside the file. One that is there already is left alone unless `--new-card` is given. What only eyes can
tell, its known faults, is for a person to write.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import torch

from gancraft.latent.generate import pictures
from gancraft.latent.source import find_model
from gancraft.models import Model, load_model, save_model
from gancraft.models.painters import StyleModel, load_style_model
from gancraft.pictures import open_sample, samples
from gancraft.plugins import find_plugins
from gancraft.trained.card import Card
from gancraft.trained.folder import card_of
from gancraft.trained.header import read_model
from gancraft.trained.info import TRAINER
from gancraft.trained.template import card_for
from gancraft.training.report.run import read_run

KEPT = ("method", "seed", "pictures", "verdict", "style", "network", "size", "style_size")
TRIED = 256  # pictures that are compared
TITLES = {"frechet": "Fréchet distance", "kid_x1000": "KID x 1000", "precision": "precision", "recall": "recall"}


def ship(source: Path, target: Path, facts: Mapping[str, str]) -> tuple[float, float]:
    """Write the file. Returns the largest and the mean difference in any pixel of some pictures, of 1."""
    plugins = find_plugins()
    file = find_model(source, plugins).file
    paints = read_model(file).info.kind == TRAINER
    full = load_style_model(file, plugins) if paints else load_model(file, plugins)
    kept = {name: full.info.training[name] for name in KEPT if name in full.info.training}
    network = full.network if isinstance(full, StyleModel) else full.generator
    save_model(target, network, replace(full.info, training={**kept, **facts}), half=True)
    half = load_style_model(target, plugins) if paints else load_model(target, plugins)
    before, after = (_made(model) for model in (full, half))
    apart = [np.abs(one - other) for one, other in zip(before, after, strict=True)]
    return float(max(one.max() for one in apart)), float(np.mean([one.mean() for one in apart]))


@torch.no_grad()
def _made(model: Model | StyleModel) -> list[np.ndarray]:
    """Some pictures by a model, in [0, 1]: the sample photos as it paints them, or what it makes of random numbers."""
    if isinstance(model, Model):
        return list(pictures(model, 0, range(TRIED), device="cpu"))
    photos = [open_sample(sample.name).rgb_HWC.transpose(2, 0, 1)[None] for sample in samples("photo")]
    return [(model.network(2 * torch.from_numpy(x.copy()) - 1) / 2 + 0.5).clamp(0, 1).numpy() for x in photos]


def card(
    source: Path, target: Path, summary: str, evaluations: Iterable[Mapping[str, Any]] = (), note: str = ""
) -> Card:
    """The card of a file that was shipped from a run. evaluations: what `gancraft evaluate --json` said; note: about half
    precision."""
    scores: dict[str, float] = {}
    measured: list[str] = []
    for evaluation in evaluations:
        several = f" ({PurePath(evaluation['data']).name})" if measured else ""
        scores |= {title + several: evaluation[key] for key, title in TITLES.items() if key in evaluation}
        measured.append(
            f"{evaluation['pictures']:,} pictures against {evaluation['reals']:,}, in {evaluation['space']}"
        )
    rows = {"took": _took(source), "half precision": note}
    return card_for(target.stem, read_model(target), summary, scores, "; ".join(measured), rows)


def command_of(source: Path) -> str:
    """The command of a run, with files by their names alone; "" where it isn't known."""
    words = shlex.split(str(read_run(source).facts.get("command") or ""))
    told: list[str] = []
    for word in words:
        if word in ("-q", "--quiet"):
            continue
        if told and told[-1] == "--run":
            told.pop()
            continue
        flag, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
        told.append(flag + equals + (PurePath(value).name if "/" in value else value))
    return shlex.join(told)


def _took(source: Path) -> str:
    """How long the run took, and on what."""
    run = read_run(source)
    machine = run.part("machine")
    if not run.seconds:
        return ""
    return f"{run.seconds:,.0f} s on {machine.get('device') or 'a machine that it does not name'}"


def main(argv: list[str] | None = None) -> None:
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a run's folder or a model's file")
    parser.add_argument("target", type=Path, help="the file to write")
    parser.add_argument(
        "--data", required=True, help="the pictures it was trained on, whose they are, under which licence"
    )
    parser.add_argument("--licence", required=True, help="of the model, as the hub writes it: Apache-2.0")
    parser.add_argument("--command", help="how it was trained, instead of the run's own command")
    parser.add_argument("--summary", default="", help="a sentence about what it makes")
    parser.add_argument(
        "--scores", type=Path, action="append", default=[], help="what `gancraft evaluate --json` printed"
    )
    parser.add_argument("--new-card", action="store_true", help="write the card anew")
    arguments = parser.parse_args(argv)
    facts = {name: getattr(arguments, name) for name in ("data", "licence", "command")}
    facts["command"] = facts["command"] or command_of(arguments.source)
    most, mean = ship(arguments.source, arguments.target, {key: value for key, value in facts.items() if value})
    size = arguments.target.stat().st_size / 1e6
    tried = len(samples("photo")) if read_model(arguments.target).info.kind == TRAINER else TRIED
    print(f"{arguments.target}: {size:.2f} MB; {tried} pictures differ by at most {most:.4f} of 1 in any pixel")
    if card_of(arguments.target).exists() and not arguments.new_card:
        print(f"{card_of(arguments.target)}: is there, and was left as it is")
        return
    note = f"of {tried} pictures no pixel differs by more than {most:.2g} of 1 from full precision, by {mean:.1g} on average"
    evaluations = [json.loads(path.read_text(encoding="utf-8")) for path in arguments.scores]
    text = str(card(arguments.source, arguments.target, arguments.summary, evaluations, note))
    card_of(arguments.target).write_text(text, encoding="utf-8")
    print(f"{card_of(arguments.target)}: look at sheets, and write into it what looks bad")


if __name__ == "__main__":
    main()
