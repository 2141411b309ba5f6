"""The trainer knows networks by name and phases, and that is wide enough: plugins of every shape train, are killed, and go
on to the same bits. On two ranks: test_engine_ranks.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gancraft.events import Saved
from gancraft.models import BatchRandom, load_model, make
from tests.training import engine_helpers as engine

WIDE = ["vae", "growing", "scales", "classed", "running"]
HALF = {"growing": 480}  # pictures at which a run is killed: while new layers fade in


@pytest.fixture(scope="session")
def whole(ramps: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs that nobody disturbed."""
    folders = {name: tmp_path_factory.mktemp("whole") / name for name in WIDE}
    for name, folder in folders.items():
        engine.end(engine.finish(engine.choose(name, size="8", health__look_every=96), ramps, folder))
    return folders


@pytest.mark.parametrize("name", WIDE)
def test_killed_anywhere_it_goes_on_bit_for_bit(name: str, whole: dict[str, Path], ramps: Path, tmp_path: Path) -> None:
    """Killed after rounds that no checkpoint has, twice, the second time in a later stage."""
    settings = {"size": "8", "health__look_every": 96, "keep__checkpoints": 5, "keep__checkpoint_every": 0}
    for moment, lost in ((10 * 16, 3), (HALF.get(name, 400), 2)):
        run = engine.start(engine.choose(name, **settings), ramps, tmp_path / "run")
        for event in run:
            if isinstance(event, Saved) and int(Path(event.path).stem) >= moment:
                break
        run.close()
        for path in engine.checkpoints(tmp_path / "run")[-lost:]:
            path.unlink()
    left = engine.checkpoints(tmp_path / "run")[-1]
    assert int(left.stem) < 640
    events = engine.finish(engine.choose(name, **settings), ramps, tmp_path / "run")
    assert f"going on at {int(left.stem):,} pictures seen" in engine.warned(events, "resumed")
    engine.assert_same(tmp_path / "run", whole[name])
    assert engine.course(tmp_path / "run") == engine.course(whole[name])


@pytest.mark.parametrize("name", WIDE)
def test_the_model_makes_the_pictures_of_the_last_sheet(name: str, whole: dict[str, Path]) -> None:
    model = load_model(whole[name] / "model.safetensors", engine.plugins())
    generator = model.generator
    random = BatchRandom(generator=torch.Generator().manual_seed(0))
    labels_N = torch.arange(4) % 2 if model.info.shape.classes else None
    x_NCHW = make(generator, generator.latent(random, 4), labels_N)
    assert x_NCHW.shape == (4, 1, 8, 8) and float(x_NCHW.std(0).mean()) > 0
    assert model.info.training["pictures"] == 640 and model.info.stage == (name == "growing")
    assert model.info.classes == (("class0", "class1") if name == "classed" else ())
