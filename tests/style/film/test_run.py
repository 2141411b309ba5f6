"""Painting a film: frame after frame, kept, gone on with, and calmer than frames painted alone."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from gancraft.errors import UsageError
from gancraft.events import Finished, Preview, Progress, Saved, Started, Warned
from gancraft.style.film import paint_film
from gancraft.style.film.flicker import flicker
from gancraft.style.film.read import open_film
from gancraft.style.film.recipe import read_film_recipe
from tests.style.film.helpers import damaged, moving, tensor, write_animation, write_film
from tests.style.film.painting import STYLE, choice, finish, kept, shown, stopping


def test_events_and_what_is_left(film: Path, tmp_path: Path) -> None:
    seen = finish(paint_film(tmp_path / "out.mp4", choice(), film, STYLE, preview_every=2))
    started, end = seen[0], seen[-1]
    assert isinstance(started, Started) and started.total == 5 and "5 frames of 64x48" in started.summary
    told = [event for event in seen if isinstance(event, Progress)]
    assert [event.done for event in told] == sorted(event.done for event in told) and told[-1].done == 5
    assert {event.total for event in told} == {5} and {event.size for event in told} == {(64, 48)}
    assert any("temporal" in event.values for event in told) and told[-2].seconds_left is not None
    assert [event.done for event in seen if isinstance(event, Preview)] == [2, 4]
    assert [event.path for event in seen if isinstance(event, Saved)] == [str(tmp_path / "out.mp4")]
    assert isinstance(end, Finished) and not end.stopped and end.picture_HWC is not None
    assert end.picture_HWC.shape == (48, 64, 3) and end.facts["frames"] == 5 and end.facts["iterations"] == 6
    assert all(type(pickle.loads(pickle.dumps(event))) is type(event) for event in seen)
    assert len(shown(tmp_path / "out.mp4")) == 5 and open_film(tmp_path / "out.mp4").sounds == 1
    assert not (tmp_path / "out.frames").exists()
    recipe = read_film_recipe(tmp_path / "out.mp4")
    assert recipe["inputs"][0]["name"] == "boat.mp4" and recipe["options"]["film"]["warm_iterations"] == 6
    assert recipe["facts"]["flow"] == "classic"


def test_a_film_that_was_stopped_goes_on_to_the_same_pixels(film: Path, tmp_path: Path) -> None:
    finish(paint_film(tmp_path / "whole.apng", choice(), film, STYLE))
    target = tmp_path / "parts.apng"
    seen = stopping(paint_film(target, choice(), film, STYLE), 2)
    assert isinstance(seen[-1], Finished) and seen[-1].stopped and seen[-1].facts["frames"] == 2
    (warning,) = [event.message for event in seen if isinstance(event, Warned) and event.code == "film"]
    assert warning.startswith("2 of 5 frames are kept in") and "the same command goes on" in warning
    assert not target.exists() and len(list((tmp_path / "parts.frames").glob("*.png"))) == 2
    run = paint_film(target, choice(), film, STYLE)
    for event in run:
        if isinstance(event, Progress) and event.done == 3:
            break
    run.close()  # killed
    seen = finish(paint_film(target, choice(), film, STYLE))
    assert isinstance(seen[0], Started) and "going on after 3" in seen[0].summary
    for one, other in zip(shown(tmp_path / "whole.apng"), shown(target), strict=True):
        assert torch.equal(one, other)


def test_a_run_that_is_stopped_while_it_writes_keeps_all_frames(film: Path, tmp_path: Path) -> None:
    seen = stopping(paint_film(tmp_path / "out.mp4", choice(), film, STYLE), 5)
    assert isinstance(seen[-1], Finished) and seen[-1].stopped and not (tmp_path / "out.mp4").exists()
    assert len(kept(tmp_path / "out.frames")) == 5
    seen = finish(paint_film(tmp_path / "out.mp4", choice(), film, STYLE))
    assert isinstance(seen[0], Started) and "going on after 5" in seen[0].summary and (tmp_path / "out.mp4").exists()


def test_other_settings_are_refused_or_begin_anew(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.gif"
    stopping(paint_film(target, choice(), film, STYLE), 1)
    with pytest.raises(UsageError, match=r"otherwise \(optimise.strength 0.5, now 0.9\).*--restart") as problem:
        paint_film(target, choice(strength=0.9), film, STYLE)
    assert "\n" not in str(problem.value)
    with pytest.raises(UsageError, match=r"inputs.0.sha256"):
        paint_film(target, choice(), write_film(tmp_path / "boat.mkv", moving(5)), STYLE)
    with pytest.raises(UsageError, match=r"film.frames 1-, now 2-"):  # where it begins
        paint_film(target, choice(frames="2-4"), film, STYLE)
    seen = finish(paint_film(target, choice(frames="1-3"), film, STYLE))  # how far it goes
    assert isinstance(seen[0], Started) and "going on after 1" in seen[0].summary and len(shown(target)) == 3
    stopping(paint_film(target, choice(), film, STYLE), 1)
    seen = finish(paint_film(target, choice(strength=0.9), film, STYLE, restart=True, keep_frames=True))
    assert isinstance(seen[0], Started) and "going on" not in seen[0].summary
    assert len(list((tmp_path / "out.frames").glob("*.png"))) == 5


def test_a_folder_of_somebody_elses_is_left_alone(film: Path, tmp_path: Path) -> None:
    (tmp_path / "out.frames").mkdir()
    (tmp_path / "out.frames" / "mine.txt").write_text("mine")
    for restart in (False, True):
        with pytest.raises(UsageError, match=r"out.frames is there already"):
            paint_film(tmp_path / "out.mp4", choice(), film, STYLE, restart=restart)
    assert (tmp_path / "out.frames" / "mine.txt").read_text() == "mine"


def test_a_frame_that_was_damaged_on_the_disk_is_painted_again(film: Path, tmp_path: Path) -> None:
    finish(paint_film(tmp_path / "a.apng", choice(frames="1-3"), film, STYLE, keep_frames=True))
    (tmp_path / "a.frames" / "000002.png").write_bytes(b"half")
    before = shown(tmp_path / "a.apng")
    finish(paint_film(tmp_path / "a.apng", choice(frames="1-3"), film, STYLE))
    for one, other in zip(before, shown(tmp_path / "a.apng"), strict=True):
        assert torch.equal(one, other)


def test_one_broken_frame_is_told_once_and_the_one_before_stands_in(tmp_path: Path) -> None:
    film = damaged(write_film(tmp_path / "a.mkv", moving(6), codec="ffv1", options={"g": "1"}), 2)
    seen = finish(paint_film(tmp_path / "out.mp4", choice(), film, STYLE, keep_frames=True))
    (warning,) = [event.message for event in seen if isinstance(event, Warned)]
    assert warning.startswith("a.mkv: frame 3 can't be decoded") and "\n" not in warning
    painted = kept(tmp_path / "out.frames")
    assert len(shown(tmp_path / "out.mp4")) == len(painted) == 6
    assert torch.equal(painted[1], painted[2]) and not torch.equal(painted[2], painted[3])


def test_a_film_whose_first_frame_is_broken_begins_with_the_next(tmp_path: Path) -> None:
    film = damaged(write_film(tmp_path / "a.mkv", moving(3), codec="ffv1", options={"g": "1"}), 0)
    seen = finish(paint_film(tmp_path / "out.mp4", choice(), film, STYLE, keep_frames=True))
    assert any(isinstance(event, Warned) and "frame 1 can't" in event.message for event in seen)
    painted = kept(tmp_path / "out.frames")
    assert len(painted) == 3 and torch.equal(painted[0], painted[1])


def test_the_temporal_loss_calms(tmp_path: Path) -> None:
    """Against frames painted each alone, and against a start at the frame before without the loss."""
    frames = moving(4)
    film = write_animation(tmp_path / "a.png", frames, [100] * 4)
    errors = {}
    for name, settings in {
        "alone": {"cuts": 1.0},
        "started": {"temporal_weight": 0.0},
        "kept": {},
    }.items():
        target = tmp_path / f"{name}.apng"
        options = {"start": "noise", "iterations": 12, "warm_iterations": 12, **settings}
        finish(paint_film(target, choice(**options), film, STYLE))
        errors[name] = flicker(shown(target), [tensor(frame) for frame in frames])
    assert errors["kept"] < 0.2 * errors["alone"] and errors["kept"] < 0.5 * errors["started"]


def test_a_cut_begins_anew(tmp_path: Path) -> None:
    film = write_animation(tmp_path / "a.png", [*moving(2), *moving(2, seed=5)], [100] * 4)
    seen = finish(paint_film(tmp_path / "out.apng", choice(), film, STYLE))
    steps = {event.done: event.values for event in seen if isinstance(event, Progress) and event.values}
    assert ["temporal" in steps[done] for done in (0, 1, 2, 3)] == [False, True, False, True]
    alone = write_animation(tmp_path / "b.png", moving(2, seed=5), [100] * 2)
    finish(paint_film(tmp_path / "alone.apng", choice(), alone, STYLE))
    assert torch.equal(shown(tmp_path / "out.apng")[2], shown(tmp_path / "alone.apng")[0])


def test_a_frame_that_comes_again_is_not_painted_again(tmp_path: Path) -> None:
    first, second = moving(2)
    film = write_film(tmp_path / "a.mkv", [first, first, second, second, second], codec="ffv1")
    finish(paint_film(tmp_path / "out.mp4", choice(), film, STYLE, keep_frames=True))
    painted = kept(tmp_path / "out.frames")
    assert len(painted) == 5 and [torch.equal(a, b) for a, b in pairwise(painted)] == [True, False, True, True]
