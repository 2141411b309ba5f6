"""What a run does with what lies in its folder: damaged checkpoints, others', half-written ones, and a disk that is full."""

from __future__ import annotations

import errno
import multiprocessing
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Saved
from gancraft.models import tensorfile
from tests.training import engine_helpers as engine

RING = "sample:ring"


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flip(path: Path) -> None:
    """One bit of the last tensor."""
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps({"weights": [1, 2, 3]}))


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut": (cut, "damaged or incomplete"),
    "empty": (empty, "is empty"),
    "flip": (flip, "checksum"),
    "pickled": (pickled, "is a pickle"),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_checkpoint_is_passed_over(how: str, finished: Path, undisturbed: Path) -> None:
    damage, told = DAMAGE[how]
    damage(engine.checkpoints(finished)[-1])
    events = engine.ring(finished)
    (problem,) = engine.warned(events, "checkpoint")
    assert (
        told in problem and "000000000320.safetensors" in problem and "going back to the checkpoint before" in problem
    )
    assert engine.warned(events, "resumed") == ["going on at 288 pictures seen"]
    engine.assert_same(finished, undisturbed)


def test_a_folder_called_newer_is_no_newer_format(finished: Path, tmp_path: Path) -> None:
    folder = finished.rename(tmp_path / "newer")
    cut(engine.checkpoints(folder)[-1])
    assert engine.warned(engine.ring(folder), "resumed") == ["going on at 288 pictures seen"]


def test_when_all_are_damaged_it_ends_in_one_line(finished: Path) -> None:
    for path in engine.checkpoints(finished):
        cut(path)
    with pytest.raises(GancraftError, match="no checkpoint can be read .* begin anew in another --run") as caught:
        engine.ring(finished)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 1


def test_a_newer_format_is_refused(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = engine.checkpoints(finished)[-1]
    header, tensors = tensorfile.read(last, "checkpoint")
    monkeypatch.setattr(tensorfile, "FORMAT", 99)
    tensorfile.write(last, "checkpoint", {**header, "version": "9.0"}, tensors)
    monkeypatch.undo()
    with pytest.raises(GancraftError, match="written by gancraft 9.0, in a newer format; upgrade gancraft"):
        engine.ring(finished)


@pytest.mark.parametrize("other", [{"plugin": "toy-collapse"}, {"seed": 4}, {"generator__width": 8}])
def test_a_checkpoint_of_another_run_is_refused(other: dict[str, Any], finished: Path, tmp_path: Path) -> None:
    engine.ring(tmp_path / "other", **other)
    shutil.copy(engine.checkpoints(tmp_path / "other")[-1], engine.checkpoints(finished)[-1])
    with pytest.raises(UsageError, match="settings") as caught:
        engine.ring(finished)
    assert "000000000320.safetensors" in str(caught.value)


def test_a_model_put_there_is_no_checkpoint(finished: Path, undisturbed: Path) -> None:
    shutil.copy(finished / "model.safetensors", engine.checkpoints(finished)[-1])
    assert "is a model, where a checkpoint is needed" in engine.warned(engine.ring(finished), "checkpoint")[0]
    engine.assert_same(finished, undisturbed)


def test_half_written_files_are_swept(finished: Path, undisturbed: Path) -> None:
    engine.checkpoints(finished)[-1].unlink()
    parts = [finished / "checkpoints" / ".000000000352.safetensors.77.part", finished / ".model.safetensors.77.part"]
    for path in parts:
        path.write_bytes(b"half")
    engine.ring(finished)
    engine.assert_same(finished, undisturbed)
    assert not any(path.exists() for path in parts)


def test_run_json_that_is_none(finished: Path) -> None:
    (finished / "run.json").write_text("[1, 2")
    with pytest.raises(GancraftError, match="can't be read"):
        engine.ring(finished)
    (finished / "run.json").write_text("[1, 2]")
    with pytest.raises(GancraftError, match="is no description of a run"):
        engine.ring(finished)


def _hold(folder: str, held: Any, done: Any) -> None:
    from gancraft.training.folder import RunFolder

    run = RunFolder(Path(folder))
    run.open()
    held.set()
    done.wait(60)
    run.close()


def test_two_processes_in_one_folder(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file() and path.name != ".lock"}
    spawn = multiprocessing.get_context("spawn")
    held, done = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_hold, args=(str(finished), held, done))
    process.start()
    try:
        assert held.wait(60)
        with pytest.raises(UsageError, match="another process is training there"):
            engine.ring(finished)
    finally:
        done.set()
        process.join(60)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    engine.ring(finished)  # the lock went with the process


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Switch a full disk on and off: what is written never arrives."""
    fsync, replace, full = os.fsync, os.replace, [False]

    def no_space(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if full[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", no_space(fsync))
    monkeypatch.setattr(os, "replace", no_space(replace))

    def switch(on: bool) -> None:
        full[0] = on

    return switch


def test_a_disk_that_fills_up_and_is_emptied(
    tmp_path: Path, undisturbed: Path, full_disk: Callable[[bool], None]
) -> None:
    run = engine.start(engine.choose("toy", pictures=320, batch=32, keep__checkpoint_every=0), RING, tmp_path / "run")
    events, kept = [], None
    for event in run:
        events.append(event)
        if isinstance(event, Saved) and event.path.endswith("96.safetensors"):
            kept = engine.weights(tmp_path / "run")
            full_disk(True)
        if len(engine.warned(events, "disk")) == 3 and kept is not None:
            engine.assert_equal(engine.weights(tmp_path / "run"), kept)  # what was there is there
            full_disk(False)
            kept = None
    problems = engine.warned(events, "disk")
    assert len(problems) == 3 and "No space left on device" in problems[0] and "training goes on" in problems[0]
    engine.end(events)
    engine.assert_same(tmp_path / "run", undisturbed)
    assert not list((tmp_path / "run").rglob("*.part"))


def test_a_disk_that_stays_full_is_a_problem_at_the_end(
    tmp_path: Path, undisturbed: Path, full_disk: Callable[[bool], None]
) -> None:
    run = engine.start(engine.choose("toy", pictures=320, batch=32, keep__checkpoint_every=0), RING, tmp_path / "run")
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Saved):
            full_disk(True)
    assert "make room and give the same command again" in events[-1].problem
    full_disk(False)
    engine.end(engine.ring(tmp_path / "run"))
    engine.assert_same(tmp_path / "run", undisturbed)


def test_a_disk_that_is_full_from_the_start(tmp_path: Path, full_disk: Callable[[bool], None]) -> None:
    full_disk(True)
    with pytest.raises(GancraftError, match="No space left on device") as caught:
        engine.ring(tmp_path / "run")
    assert str(tmp_path) in str(caught.value)
