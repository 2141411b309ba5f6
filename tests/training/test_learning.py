"""That the engine learns: the toy plugin on the ring of eight Gaussians, judged by coverage and not by a loss."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from gancraft.events import Warned
from gancraft.latent.evaluate import from_model
from gancraft.models import load_model
from tests.training import engine_helpers as engine

SEED, PICTURES = 0, 64_000
MODES = np.array([[math.cos(a), math.sin(a)] for a in np.arange(8) * math.pi / 4])
NEAR = 3 * 0.05  # three standard deviations


def coverage(folder: Path) -> tuple[int, float]:
    """Gaussians that have one in a hundred of 2,048 points, and the share of points that are near any."""
    model = load_model(folder / "model.safetensors", engine.plugins())
    points_N2 = from_model(model, 2048, device="cpu").at(range(2048)).reshape(-1, 2)
    away_N8 = np.linalg.norm(points_N2[:, None] - MODES, axis=-1)
    near_N8 = away_N8 < NEAR
    return int((near_N8.mean(0) > 0.01).sum()), float(near_N8.any(1).mean())


@pytest.mark.parametrize(("plugin", "modes", "near"), [("toy", 8, 0.3), ("toy-collapse", 0, 0.0)])
def test_the_ring(plugin: str, modes: int, near: float, tmp_path: Path) -> None:
    """With seeds 0 to 4 toy found all eight, and toy-collapse two at most."""
    choice = engine.choose(plugin, pictures=PICTURES, batch=64, seed=SEED)
    engine.finish(choice, "sample:ring", tmp_path / "run")
    found, share = coverage(tmp_path / "run")
    assert (found >= modes and share > near) if modes else found <= 2


@pytest.mark.slow
def test_remedies_bring_a_collapsed_run_back(tmp_path: Path) -> None:
    """With seeds 0 to 4 the first remedy evened out the steps, and all eight were found (shares .29 to .67)."""
    settings = {
        "pictures": 2 * PICTURES,
        "batch": 64,
        "seed": SEED,
        "health__remedy": "act",
        "health__look_every": 2560,
    }
    events = engine.finish(engine.choose("toy-collapse", **settings), "sample:ring", tmp_path / "run")
    told = [event.code for event in events if isinstance(event, Warned)]
    assert "collapse" in told and "remedy" in told[told.index("collapse") :]
    found, share = coverage(tmp_path / "run")
    assert found == 8 and share > 0.2
