"""Make the file of a model that ships with a plugin from a run's model: in half precision, and with the facts that whoever
meets it needs. From the root of the repository:

    python -m scripts.ship_model runs/emoji emoji.safetensors --data "Noto Emoji" --licence Apache-2.0 --command "gancraft …"

Of what the run wrote only its method, seed, pictures seen and verdict are kept: the rest may tell about a person's disk. It
prints how much pictures change by the rounding.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from gancraft.latent.generate import pictures
from gancraft.latent.source import find_model
from gancraft.models import load_model, save_model
from gancraft.plugins import find_plugins

KEPT = ("method", "seed", "pictures", "verdict")
TRIED = 256  # pictures that are compared


def ship(source: Path, target: Path, facts: dict[str, str]) -> float:
    """Write the file. Returns the largest difference in any pixel of some pictures, of 1."""
    plugins = find_plugins()
    full = load_model(find_model(source, plugins).file, plugins)
    kept = {name: full.info.training[name] for name in KEPT if name in full.info.training}
    save_model(target, full.generator, replace(full.info, training={**kept, **facts}), half=True)
    half = load_model(target, plugins)
    before, after = (pictures(model, 0, range(TRIED), device="cpu") for model in (full, half))
    return float(np.abs(before - after).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a run's folder or a model's file")
    parser.add_argument("target", type=Path, help="the file to write")
    parser.add_argument(
        "--data", required=True, help="the pictures it was trained on, whose they are, under which licence"
    )
    parser.add_argument("--licence", required=True, help="of the model")
    parser.add_argument("--command", required=True, help="how it was trained")
    arguments = parser.parse_args()
    facts = {name: getattr(arguments, name) for name in ("data", "licence", "command")}
    most = ship(arguments.source, arguments.target, facts)
    size = arguments.target.stat().st_size / 1e6
    print(f"{arguments.target}: {size:.2f} MB; {TRIED} pictures differ by at most {most:.4f} of 1 in any pixel")


if __name__ == "__main__":
    main()
