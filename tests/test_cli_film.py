"""`gancraft style FILM`: from the command line, gone on with, and painted again from its recipe."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gancraft.pictures import open_picture, save_picture
from gancraft.style.film.read import open_film
from tests.cli_helpers import press_ctrl_c, run
from tests.style.film.helpers import moving, write_animation, write_film

QUICK = ["--size", "32", "--iterations", "4", "--warm-iterations", "2"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save_picture("noise.png", np.random.default_rng(0).random((40, 40, 3), np.float32))
    write_film(tmp_path / "boat.mp4", moving(3), sound="aac")
    write_animation(tmp_path / "cat.gif", moving(3), [100, 200, 100])
    return tmp_path


def test_a_film_is_painted_and_painted_again(here: Path) -> None:
    result = run("style", "boat.mp4", "noise.png", *QUICK, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["path"] == "boat-noise.mp4" and told["facts"]["frames"] == 3 and told["width"] == 32
    film = open_film(here / "boat-noise.mp4")
    assert len(film) == 3 and film.sounds == 1 and not (here / "boat-noise.frames").exists()
    shown = run("recipe", "boat-noise.mp4")
    assert "name=boat.mp4" in shown.stdout and "film: " in shown.stdout
    again = run("redo", "boat-noise.mp4", "-o", "again.mp4")
    assert again.exit_code == 0 and again.stdout.strip() == "again.mp4"
    for before, after in zip(film.frames(), open_film(here / "again.mp4").frames(), strict=True):
        assert before is not None and after is not None and np.array_equal(before, after)
    (here / "boat.mp4").rename(here / "moved.mp4")
    lost = run("redo", "boat-noise.mp4")
    assert lost.exit_code == 2 and "the film boat.mp4" in lost.stderr and "--content" in lost.stderr
    assert run("redo", "boat-noise.mp4", "--content", "moved.mp4").exit_code == 0
    assert (here / "boat-noise-redo.mp4").exists()


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_a_moving_picture_becomes_what_the_ending_says(ending: str, here: Path) -> None:
    assert run("style", "cat.gif", "noise.png", *QUICK, "-o", f"out.{ending}").exit_code == 0
    film = open_film(here / f"out.{ending}")
    assert [round(float(stamp * film.clock.unit), 2) for stamp in film.clock.stamps] == [0, 0.1, 0.3]
    assert run("redo", f"out.{ending}").exit_code == 0


def test_a_moving_picture_that_is_to_be_a_still_one(here: Path) -> None:
    assert run("style", "cat.gif", "noise.png", "--size", "32", "--iterations", "2", "-o", "out.png").exit_code == 0
    assert open_picture("out.png").width == 32


def test_previews_come_every_few_frames(here: Path) -> None:
    assert run("style", "cat.gif", "noise.png", *QUICK, "--preview", "seen", "--preview-every", "2").exit_code == 0
    assert [path.name for path in (here / "seen").iterdir()] == ["00002.png"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["boat.mp4", "-o", "out.png"], "-o out.png: '.png' is no film; use .mp4"),
        (["boat.mp4", "-o", "-"], "-o -: a film can't go to stdout"),
        (["boat.mp4", "--content", "noise.png"], "boat.mp4 is a film: films are painted one at a time"),
        (["boat.mp4", "--judge"], "--judge: is for pictures only, and boat.mp4 is a film"),
        (["boat.mp4", "--sheet", "methods"], "--sheet: is for pictures only"),
        (["noise.png", "--warm-iterations", "3"], "--warm-iterations: is for films only"),
        (["noise.png", "--restart"], "--restart: is for films only"),
        (["boat.mp4", "--frames", "7"], "--frames 7: the film has only 3 frames"),
        (["boat.mp4", "--frames", "b"], "--film.frames b: give two numbers of frames"),
        (["boat.mp4", "--flow", "raft"], "--flow: this network's weights aren't here"),
        (["boat.mp4", "-o", "boat.mp4"], "is one of the pictures to paint from"),
        (["broken.mp4"], "broken.mp4 can't be read as a film"),
        (["boat.mp4", "--mask", "noise.png"], "--mask noise.png: is 40x40 pixels, but boat.mp4 is 64x48"),
    ],
)
def test_what_can_not_be_is_told_in_a_line(
    arguments: list[str], says: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(here))
    (here / "broken.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(50))
    before = sorted(here.iterdir())
    content, *rest = arguments
    result = run("style", content, "noise.png", "--size", "32", *rest)
    assert result.exit_code == 2 and says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and sorted(here.iterdir()) == before


def test_a_film_in_a_config_file_and_pictures_beside_it(here: Path) -> None:
    (here / "c.toml").write_text(
        '[style]\nsize = "32"\niterations = 2\n[style.film]\nframes = "1-2"\nwarm_iterations = 1\n'
    )
    assert run("style", "cat.gif", "noise.png", "--config", "c.toml", "-o", "a.gif").exit_code == 0
    assert len(open_film(here / "a.gif")) == 2
    assert run("style", "noise.png", "noise.png", "--config", "c.toml", "-o", "a.png").exit_code == 0


def test_other_settings_and_restart(here: Path) -> None:
    assert run("style", "cat.gif", "noise.png", *QUICK, "--keep-frames", "-o", "a.gif").exit_code == 0
    assert len(list((here / "a.frames").glob("*.png"))) == 3
    result = run("style", "cat.gif", "noise.png", *QUICK, "--strength", "0.9", "-o", "a.gif")
    assert result.exit_code == 2 and "optimise.strength 0.5, now 0.9" in result.stderr and "--restart" in result.stderr
    assert run("style", "cat.gif", "noise.png", *QUICK, "--strength", "0.9", "-o", "a.gif", "--restart").exit_code == 0
    assert not (here / "a.frames").exists()


def test_interrupted_and_gone_on(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["style", "cat.gif", "noise.png", *QUICK, "-o", "a.gif"]
    press_ctrl_c(monkeypatch, (here / "a.frames" / "000001.png").exists)
    result = run(*words)
    assert result.exit_code == 130, result.output
    assert "of 3 frames are kept in a.frames; the same command goes on from there" in result.stderr
    assert not (here / "a.gif").exists() and (here / "a.frames" / "000001.png").exists()
    assert run(*words, "--frames", "1").exit_code == 0
    assert len(open_film(here / "a.gif")) == 1
