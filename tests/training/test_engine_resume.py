"""Going on with a run: only as the run that it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gancraft.errors import UsageError
from gancraft.events import Preview
from tests.training import engine_helpers as engine


@pytest.fixture
def half(finished: Path) -> Path:
    """The same, its last checkpoint gone: it ends at 288."""
    engine.checkpoints(finished)[-1].unlink()
    return finished


CHANGED: dict[str, dict[str, Any]] = {
    "--batch was 32, now 64": {"batch": 64},
    "--seed was 0, now 1": {"seed": 1},
    "--gan.r1 was 0.1, now 2.0": {"gan__r1": 2},
    "--loss was not set, now hinge": {"loss": "hinge"},
    "--plugin was toy, now toy-collapse": {"plugin": "toy-collapse"},
    "--learn.warm-up was 0, now 50": {"learn__warm_up": 50},
    "--data.hold-out was 0.05, now 0.1": {"data__hold_out": 0.1},
    "--generator.width was 64, now 32": {"generator__width": 32},
    "--precision was float32, now auto": {"precision": "auto"},
    "--health.remedy was warn, now act": {"health__remedy": "act"},
}


@pytest.mark.parametrize("told", CHANGED)
def test_changed_settings_are_refused_by_name(told: str, finished: Path) -> None:
    with pytest.raises(UsageError, match="holds a run with other settings") as caught:
        engine.ring(finished, **CHANGED[told])
    assert told in str(caught.value) and str(finished) in str(caught.value) and "\n" not in str(caught.value)


def test_several_changes_are_counted(finished: Path) -> None:
    with pytest.raises(UsageError, match="and 2 more"):
        engine.ring(finished, batch=64, seed=1, gan__r1=2, data__hold_out=0.1, gan__average=1)


def test_how_far_where_and_what_is_kept_may_change(half: Path) -> None:
    events = engine.ring(
        half, pictures=416, launch="eager", fit_batch=True, device="auto", keep__checkpoints=7, learn__rate_factor=0.5
    )
    assert engine.end(events).facts["pictures"] == 416
    resume = json.loads((half / "run.json").read_text())["resumes"][0]
    assert resume["pictures"] == 288 and resume["changed"]["learn.rate_factor"] == 0.5
    assert json.loads((half / "run.json").read_text())["options"]["train"]["pictures"] == 416


def test_the_same_again_goes_on(half: Path, undisturbed: Path) -> None:
    events = engine.ring(half)
    assert engine.warned(events, "resumed") == ["going on at 288 pictures seen"]
    assert engine.end(events).facts["pictures"] == 320
    engine.assert_same(half, undisturbed)


def test_a_finished_run_says_so_and_stays_as_it_is(finished: Path) -> None:
    before = engine.weights(finished)
    for _ in range(2):
        events = engine.ring(finished)
        assert engine.warned(events, "resumed") == [
            "320 of 320 pictures have been seen: nothing is left to do; a larger --pictures goes on"
        ]
        assert not engine.end(events).stopped
    engine.assert_equal(engine.weights(finished), before)
    assert [line["kind"] for line in engine.metrics(finished)].count("end") == 1


def test_killed_before_its_first_checkpoint_it_begins_anew(tmp_path: Path, undisturbed: Path) -> None:
    """Nothing of the first try stays in the metrics and among the samples."""
    settings = {"health__look_every": 64, "keep__sheet_every": 64}
    engine.ring(tmp_path / "whole", **settings)
    run = engine.start(engine.choose("toy", pictures=320, batch=32, **settings), "sample:ring", tmp_path / "run")
    for event in run:
        if isinstance(event, Preview) and event.done == 192:
            break
    run.close()
    assert engine.course(tmp_path / "run") and not engine.checkpoints(tmp_path / "run")
    events = engine.ring(tmp_path / "run", **settings)
    assert engine.warned(events, "resumed") == []
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")
    engine.assert_same(tmp_path / "run", tmp_path / "whole")


def test_nothing_comes_twice_after_a_resume(tmp_path: Path) -> None:
    settings = {"health__look_every": 64, "keep__sheet_every": 64, "keep__checkpoint_every": 0, "keep__checkpoints": 9}
    engine.ring(tmp_path / "whole", **settings)
    engine.ring(tmp_path / "run", **settings)
    for path in engine.checkpoints(tmp_path / "run")[-5:]:
        path.unlink()
    with open(tmp_path / "run" / "metrics.jsonl", "a") as file:
        file.write('{"pictures": 320, "seconds": 1.')  # cut off when the power went
    engine.ring(tmp_path / "run", **settings)
    assert engine.course(tmp_path / "run") == engine.course(tmp_path / "whole")
    names = [sorted(p.name for p in (tmp_path / run / "samples").iterdir()) for run in ("run", "whole")]
    assert names[0] == names[1] and len(names[0]) == 6
    seconds = [line["seconds"] for line in engine.metrics(tmp_path / "run")]
    assert seconds == sorted(seconds)


def test_when_checkpoints_are_written_changes_nothing(tmp_path: Path, undisturbed: Path) -> None:
    settings = {"health__look_every": 64, "health__remedy": "act"}
    engine.ring(tmp_path / "often", keep__checkpoint_every=0, **settings)
    engine.ring(tmp_path / "never", keep__checkpoint_every=1e6, keep__sheet_every=32, **settings)
    engine.assert_same(tmp_path / "often", tmp_path / "never")


def test_other_pictures_are_refused(ramps: Path, tmp_path: Path) -> None:
    data = shutil.copytree(ramps, tmp_path / "data")
    engine.ring(tmp_path / "run", data, plugin="vae")
    shutil.copy(data / "class0" / "000.png", data / "class0" / "more.png")
    with pytest.raises(UsageError, match=f"{data}: its pictures are not those that the run in .* began with"):
        engine.ring(tmp_path / "run", data, plugin="vae")


def test_checkpoints_without_a_run_json(finished: Path) -> None:
    """Going on would be guessing, and beginning anew would mix two runs."""
    (finished / "run.json").unlink()
    with pytest.raises(UsageError, match="holds checkpoints of a run, but no run.json"):
        engine.ring(finished)
