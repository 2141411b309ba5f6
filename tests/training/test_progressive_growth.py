"""Runs of networks that grow, and of those that make all sizes at once: killed and resumed while layers fade in, compiled,
with a batch for each size, and not square. On two ranks: test_progressive_ranks.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gancraft import DataShape, Plan, UsageError
from gancraft.compute import Compute
from gancraft.events import Saved
from gancraft.models import load_model
from gancraft.training.ranks import Ranks
from gancraft.training.session import Session
from gancraft.training.settings import LearnOptions
from tests.training import engine_helpers as engine

# 24 pixels wide, 16 high: 6x4 until 128, fading to 12x8 until 256, from 384 to 512 to 24x16.
SMALL: dict[str, Any] = {
    "size": "24x16",
    "generator__width": 4,
    "generator__max_width": 8,
    "generator__latent_size": 8,
    "discriminator__width": 4,
    "discriminator__max_width": 8,
    "generator_rate": 0.003,
    "discriminator_rate": 0.003,
    "average": 100,
    "health__look_every": 96,
    "keep__checkpoint_every": 0,
    "keep__checkpoints": 3,
}
MOMENTS = {"progressive": (192, 448), "progressive-paper": (192, 448), "msg-gan": (192, 448)}
each = pytest.mark.parametrize("name", MOMENTS)


@pytest.fixture(scope="module")
def whole(ramps: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs that nobody disturbed."""
    folders = {name: tmp_path_factory.mktemp("whole") / name for name in MOMENTS}
    for name, folder in folders.items():
        engine.end(engine.finish(engine.choose(name, **SMALL), ramps, folder))
    return folders


@each
def test_killed_while_layers_fade_in_it_goes_on_bit_for_bit(
    name: str, whole: dict[str, Path], ramps: Path, tmp_path: Path
) -> None:
    """Twice, each time after a round that no checkpoint has."""
    for moment in MOMENTS[name]:
        run = engine.start(engine.choose(name, **SMALL), ramps, tmp_path / "run")
        for event in run:
            if isinstance(event, Saved) and int(Path(event.path).stem) >= moment:
                break
        run.close()
        engine.checkpoints(tmp_path / "run")[-1].unlink()
        left = int(engine.checkpoints(tmp_path / "run")[-1].stem)
        assert moment - 64 < left < moment
    engine.end(engine.finish(engine.choose(name, **SMALL), ramps, tmp_path / "run"))
    engine.assert_same(tmp_path / "run", whole[name])
    assert engine.course(tmp_path / "run") == engine.course(whole[name])


@pytest.mark.parametrize(("name", "stage"), [("progressive", 2), ("msg-gan", 0)])
def test_the_model_is_grown_and_not_square(name: str, stage: int, whole: dict[str, Path]) -> None:
    model = load_model(whole[name] / "model.safetensors", engine.plugins())
    assert model.info.stage == stage and (model.info.shape.width, model.info.shape.height) == (24, 16)


def test_the_metrics_tell_of_every_stage(whole: dict[str, Path]) -> None:
    """At the first, and at the round in which the networks have grown, with how long the new layers fade in."""
    told = {
        name: [
            (line["pictures"], *line["values"].values()) for line in engine.metrics(folder) if line["kind"] == "stage"
        ]
        for name, folder in whole.items()
    }
    assert told["progressive"] == [(0, "6x4", 0), (160, "12x8", 128), (400, "24x16", 128)] and told["msg-gan"] == []


def test_nothing_of_an_inherited_network_fades_in(whole: dict[str, Path], ramps: Path, tmp_path: Path) -> None:
    choice = engine.choose(None, from_model=str(whole["progressive"]), pictures=32)
    engine.end(engine.finish(choice, ramps, tmp_path / "run"))
    (told,) = (line["values"] for line in engine.metrics(tmp_path / "run") if line["kind"] == "stage")
    assert told == {"title": "24x16", "fade": 0}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, [32, 32, 16]), ({"small_batch": 1}, [16, 16, 16]), ({"batches": ["40", "24", "8"]}, [40, 24, 8])],
)
def test_each_size_has_its_batch(
    settings: dict[str, Any], expected: list[int], ramps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {**SMALL, "health__look_every": engine.NEVER, **settings}
    seen: dict[tuple[int, int], set[int]] = {}
    with engine.sessions() as made:
        for _ in engine.start(engine.choose("progressive", **settings), ramps, tmp_path / "run"):
            if made and made[-1].feed is not None:
                session = made[-1]
                seen.setdefault((session.stage, session.rounds > 0), set()).add(session.feed.local)
    batches = {stage: found for (stage, started), found in seen.items() if started}
    assert batches == {stage: {batch} for stage, batch in enumerate(expected)}
    assert made[-1].pictures >= 640


def test_a_run_that_is_made_longer_stays_where_it_has_grown_to(ramps: Path, tmp_path: Path) -> None:
    """Its stage begins later by the new schedule: nothing fades out again."""
    engine.end(engine.finish(engine.choose("progressive", **{**SMALL, "pictures": 320}), ramps, tmp_path / "run"))
    amounts = set()
    with engine.sessions() as made:
        for event in engine.start(engine.choose("progressive", **SMALL), ramps, tmp_path / "run"):
            if isinstance(event, Saved):
                amounts |= {float(network.grower.amount) for network in made[-1].networks.values()}
    assert made[-1].stage == 2 and made[-1].pictures == 640 and amounts == {1.0}


def test_a_batch_that_processes_cannot_share_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when its size is reached, hours later."""
    monkeypatch.setattr(Ranks, "first", lambda *_: None)  # there is only one process here
    choice = engine.choose("progressive", **{**SMALL, "batches": ["16", "15", "16"]})
    data = np.zeros((64, 1, 16, 24), np.uint8), None, np.arange(64)
    with pytest.raises(UsageError, match="--batch 15: can't be shared among 2 processes"):
        Session(
            choice.make(Plan(DataShape(1, 16, 24), 640, 16)),
            data,
            compute=Compute(torch.device("cpu"), torch.float32),
            ranks=Ranks(2, 0),
            seed=0,
            flip=False,
            accumulate=1,
            learn=LearnOptions(),
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["progressive", "msg-gan"])
def test_compiled_is_eager_through_growth(
    name: str, ramps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shortest run that fades in a second size."""
    settings = {**SMALL, "size": "12x8", "pictures": 160, "health__look_every": engine.NEVER}
    settings["keep__checkpoint_every"] = 1e6
    settings["penalty_every"] = 1  # a step of penalties alone makes fakes that nobody looks at: compiled it draws none
    found = []
    for way in ("eager", "compile"):
        compute = Compute(torch.device("cpu"), torch.float32, launch=way, backend="aot_eager")
        monkeypatch.setattr("gancraft.training.job.choose", lambda *_, on=compute: on)
        with engine.recorded() as steps:
            events = engine.finish(engine.choose(name, **settings), ramps, tmp_path / way)
        engine.end(events)
        assert engine.warned(events, "") == []  # nothing fell back
        found.append(steps)
    assert len(found[0]) == len(found[1]) >= 10
    for number, (eager, compiled) in enumerate(zip(*found, strict=True)):
        assert eager.pop("phase") == compiled.pop("phase") and eager.keys() == compiled.keys()
        for key, value in eager.items():
            assert compiled[key] == pytest.approx(value, rel=1e-2, abs=1e-3), (number, key)
