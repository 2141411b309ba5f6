"""A run as others see it: its events, how it is stopped, what it leaves alone, and what it makes of trouble."""

from __future__ import annotations

import json
import pickle
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gancraft.cli.main import main
from gancraft.events import Finished, Preview, Progress, Saved, Started
from gancraft.models import tensorfile
from gancraft.training import look
from gancraft.training.health import Decision, Ladder, Monitor
from gancraft.training.schedule import Schedule
from gancraft.training.session import Session
from gancraft.training.step import Step
from tests.training import engine_helpers as engine

RING = "sample:ring"


def go(folder: Path, plugin: str = "toy", data: Path | str = RING, **settings: Any) -> list[Any]:
    return engine.finish(engine.choose(plugin, **{"pictures": 320, "batch": 32, **settings}), data, folder)


def test_events_come_in_order_and_can_be_pickled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events = go(tmp_path / "run", keep__checkpoint_every=0, keep__sheet_every=64, health__look_every=64)
    kinds = [type(event) for event in events]
    begin = kinds.index(Started)
    assert set(kinds[:begin]) == {Progress} and kinds.count(Started) == kinds.count(Finished) == 1
    assert kinds[begin + 1] is Preview and kinds[-1] is Finished  # an untrained sheet comes first
    assert events[begin].total == 320 and "training toy on 8,192 pictures" in events[begin].summary
    assert [event.done for event in events if isinstance(event, Preview)] == [0, 64, 128, 192, 256, 320, 320]
    saved = [Path(event.path).name for event in events if isinstance(event, Saved)]
    assert saved == [f"{n:012}.safetensors" for n in [*range(32, 321, 32), 320]] + ["report.html", "model.safetensors"]
    assert all((tmp_path / "run" / name).is_file() for name in saved[-2:])
    for event in events:
        again = pickle.loads(pickle.dumps(event))
        assert type(again) is type(event)
        pictures = [v for v in vars(event).values() if isinstance(v, np.ndarray)]
        assert not any(isinstance(value, torch.Tensor) for value in vars(event).values())
        assert all(p.dtype == np.float32 and p.min() >= 0 and p.max() <= 1 for p in pictures)
    assert capfd.readouterr() == ("", "")  # the engine prints nothing


def test_a_sign_comes_three_times_a_second_where_rounds_and_looks_are_long(
    ramps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that only goes on for steps (0.2 s), and for what is made and judged in a look."""
    now = [0.0]
    monkeypatch.setattr("gancraft.training.pace.time.monotonic", lambda: now[0])

    def slow(owner: Any, name: str, seconds: float) -> None:
        before = getattr(owner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            now[0] += seconds
            return before(*arguments, **more)

        monkeypatch.setattr(owner, name, call)

    slow(Step, "__call__", 0.2)
    slow(look, "make", 0.1)
    slow(look.Observer, "_scores", 0.3)
    settings = {"size": "8", "discriminator_steps": 3, "health__look_every": 96, "data__hold_out": 0.4}
    last, gaps, told = 0.0, [], []
    for event in engine.start(engine.choose("scales", **settings), ramps, tmp_path / "run"):
        gaps.append(now[0] - last)
        last = now[0]
        if isinstance(event, Progress) and event.done:
            told.append(event)
    assert len(told) > 20 and max(gaps) < 0.501
    for event in told:
        assert {"discriminator", "generator"} <= event.values.keys() and event.rate and event.seconds_left is not None
        assert event.size == (8, 8) and not any(name.startswith(("gradient/", "nonfinite")) for name in event.values)


def test_the_caller_keeps_its_random_numbers_and_settings(tmp_path: Path) -> None:
    def settings() -> list[Any]:
        cudnn = torch.backends.cudnn
        return [
            torch.get_float32_matmul_precision(), cudnn.benchmark, cudnn.deterministic, torch.get_num_threads(),
            torch.is_grad_enabled(), torch.get_default_dtype(), signal.getsignal(signal.SIGINT), np.random.get_state()[1].tolist(),
        ]  # fmt: skip

    go(tmp_path / "alone")
    torch.manual_seed(5)
    expected = torch.rand(60)
    torch.manual_seed(5)
    before, drawn = settings(), []
    for event in engine.start(
        engine.choose("toy", pictures=320, batch=32, keep__checkpoint_every=0), RING, tmp_path / "run"
    ):
        assert event is not None
        drawn.append(torch.rand(1))  # between the run's events the generator is the caller's
    drawn.append(torch.rand(60 - len(drawn)))
    assert settings() == before and torch.equal(torch.cat(drawn), expected)
    engine.assert_same(tmp_path / "run", tmp_path / "alone")
    broken = engine.start(engine.choose("toy", pictures=320, batch=32), RING, tmp_path / "broken")
    for event in broken:
        if isinstance(event, Preview):
            break
    broken.close()
    state = torch.get_rng_state()
    with pytest.raises(Exception, match="toy makes points"):
        go(tmp_path / "wrong", data="sample:digits", size="8")
    assert settings() == before and torch.equal(torch.get_rng_state(), state)


def test_the_seed_decides_everything(ramps: Path, tmp_path: Path) -> None:
    chance = {"augment": "diffaugment", "policy": ["rotate"], "instance_noise": 0.1, "flip": True}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        torch.manual_seed(ord(name))
        go(tmp_path / name, "scales", ramps, size="8", seed=seed, **chance)
    engine.assert_same(tmp_path / "a", tmp_path / "b")
    assert engine.course(tmp_path / "a") == engine.course(tmp_path / "b")
    a, c = engine.weights(tmp_path / "a"), engine.weights(tmp_path / "c")
    assert all(not torch.equal(a[name], c[name]) for name in a if name.endswith("weight"))
    for sheet in ("000000000", "000000320"):
        one, same, other = (Image.open(tmp_path / name / "samples" / f"{sheet}.png").tobytes() for name in "abc")
        assert one == same != other


def test_a_stop_keeps_what_there_is_and_the_same_again_goes_on(tmp_path: Path) -> None:
    go(tmp_path / "whole")
    run = engine.start(engine.choose("toy", pictures=320, batch=32, keep__sheet_every=96), RING, tmp_path / "run")
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Preview) and event.done == 96:
            run.stop()
    assert events[-1].stopped and events[-1].problem is None and events[-1].facts["pictures"] == 96
    assert [path.name for path in engine.checkpoints(tmp_path / "run")] == ["000000000096.safetensors"]
    assert engine.metrics(tmp_path / "run")[-1]["values"]["stopped"] is True
    engine.end(go(tmp_path / "run", keep__sheet_every=96))
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
    assert [line["values"]["stopped"] for line in engine.metrics(tmp_path / "run") if line["kind"] == "end"] == [False]


def test_ctrl_c_saves_and_exits_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Session.pieces

    def interrupted(self: Session) -> Any:
        yield from before(self)
        if self.pictures == 128:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Session, "pieces", interrupted)
    words = [
        "train",
        RING,
        "--plugin",
        "toy",
        "--batch",
        "32",
        "--device",
        "cpu",
        "--run",
        str(tmp_path / "run"),
        "--json",
    ]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--pictures", "3200"])
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert ended.value.code == 130 and result["stopped"] and result["pictures"] == 128
    assert "stopping after this step" in said.err
    assert engine.checkpoints(tmp_path / "run") and (tmp_path / "run" / "model.safetensors").is_file()
    assert (tmp_path / "run" / "report.html").is_file()
    monkeypatch.undo()
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["train", "--resume", "--run", str(tmp_path / "run"), "--pictures", "256", "--json"])  # without PICTURES
    said = capsys.readouterr()
    assert ended.value.code == 0 and json.loads(said.out)["pictures"] == 256 and "going on at 128 pictures" in said.err


def test_checkpoints_are_kept_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last few, and the best moment that any of them may go back to."""
    monkeypatch.setattr(Monitor, "is_best", property(lambda self: self.looks[-1].pictures == 128))
    go(tmp_path / "run", keep__checkpoint_every=0, keep__checkpoints=2, health__look_every=64)
    names = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert names == ["000000000288.safetensors", "000000000320.safetensors", "best-000000000128.safetensors"]
    assert tensorfile.read_header(tmp_path / "run" / "checkpoints" / names[0], "checkpoint")["best"] == 128


def roll_back(monkeypatch: pytest.MonkeyPatch, at: int, best: int) -> None:
    """Let the ladder go back at one look, to a best moment of our choice."""

    def decide(self: Ladder, pictures: int, active: Any) -> Decision | None:
        return Decision(0, True, 0.5, "back to the best checkpoint") if pictures == at else None

    monkeypatch.setattr(Ladder, "decide", decide)
    monkeypatch.setattr(Monitor, "is_best", property(lambda self: self.looks[-1].pictures == best))


def test_back_to_the_best_moment_and_killed_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roll_back(monkeypatch, at=256, best=128)
    settings = {"health__look_every": 64, "remedy": "act", "keep__checkpoint_every": 0, "keep__checkpoints": 9}
    with engine.sessions() as made:
        events = go(tmp_path / "whole", **settings)
    assert engine.warned(events, "remedy") == ["back to the best checkpoint"] and made[0].schedule.eased == 0.5
    go(tmp_path / "run", **settings)
    for path in engine.checkpoints(tmp_path / "run")[-4:]:  # the best moment then comes from the disk
        path.unlink()
    assert engine.warned(go(tmp_path / "run", **settings), "resumed") == ["going on at 192 pictures seen"]
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")


def test_there_is_no_way_back_to_a_smaller_network(
    ramps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll_back(monkeypatch, at=480, best=160)
    events = go(
        tmp_path / "run", "growing", ramps, size="8", pictures=640, batch=16, remedy="act", health__look_every=160
    )
    assert engine.warned(events, "remedy") == ["back to the best checkpoint; there is no better moment to go back to"]
    assert engine.end(events).facts["pictures"] == 640


def test_numbers_that_are_none_end_the_run_and_leave_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Schedule, "factor", lambda self, pictures: float("nan") if pictures >= 192 else 1.0)
        events = go(tmp_path / "run", health__look_every=64, keep__checkpoint_every=0)
    assert isinstance(events[-1], Finished) and "training diverged before 256 pictures" in events[-1].problem
    assert "--learn.rate-factor 0.5" in events[-1].problem and "\n" not in events[-1].problem
    kept = engine.checkpoints(tmp_path / "run")
    assert kept[-1].stem == f"{192:012}"
    assert all(t.isfinite().all() for t in engine.weights(tmp_path / "run").values() if t.is_floating_point())
    events = go(tmp_path / "run", health__look_every=64, rate_factor=0.5)
    assert engine.end(events).facts["pictures"] == 320


def test_numbers_that_are_none_after_the_last_look_are_a_problem_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Schedule, "factor", lambda self, pictures: float("nan") if pictures >= 192 else 1.0)
    events = go(tmp_path / "run", keep__checkpoint_every=0)
    assert "training diverged before 320 pictures" in events[-1].problem
    assert engine.checkpoints(tmp_path / "run")[-1].stem == f"{192:012}"


def test_tensorboard_is_asked_for_in_one_line_where_it_isnt_installed(tmp_path: Path) -> None:
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        with pytest.raises(Exception, match="tensorboard"):
            go(tmp_path / "run", keep__tensorboard=True)


def test_a_look_at_the_run_takes_no_random_numbers(tmp_path: Path) -> None:
    for name, settings in {"a": {}, "b": {"health__look_every": 32, "keep__sheet_every": 32}}.items():
        go(tmp_path / name, **settings)
    mine, theirs = engine.weights(tmp_path / "a"), engine.weights(tmp_path / "b")
    for name in [name for name in mine if name.startswith("meter/")]:
        del mine[name], theirs[name]  # it is emptied by a look
    engine.assert_equal(mine, theirs)


def test_it_lasts_as_long_as_all_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go(tmp_path / "run", health__look_every=64)
    seconds = engine.metrics(tmp_path / "run")[-1]["seconds"]
    started = time.monotonic()
    events = go(tmp_path / "run", health__look_every=64, pictures=640)
    assert seconds < events[-1].seconds <= seconds + time.monotonic() - started + 1
