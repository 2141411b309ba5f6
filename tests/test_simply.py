"""The program in three calls: `gancraft.stylise`, `train`, `sample`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import gancraft
from gancraft.pictures import open_picture, read_recipe
from tests.training.engine_helpers import pictures

SMALL = {"size": "32", "iterations": 2}


def test_stylise_writes_a_picture_with_its_recipe(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    run = gancraft.stylise("sample:cat", "sample:swirl", to=out, strength=0.7, gram={"covariance": True}, **SMALL)
    events = [*run]
    assert isinstance(events[0], gancraft.Started) and isinstance(events[-1], gancraft.Finished)
    assert max(open_picture(out).rgb_HWC.shape[:2]) == 32
    options = read_recipe(out)["options"]
    assert options["optimise"]["strength"] == 0.7 and options["gram"]["covariance"] is True


def test_stylise_takes_opened_pictures_and_weights_and_gives_pixels() -> None:
    photo = gancraft.Picture(np.full((24, 32, 3), 0.5, np.float32))
    styles = ("sample:brush", 2), ("sample:swirl", 0)
    painted = gancraft.finished(gancraft.stylise(photo, *styles, **SMALL)).picture_HWC
    alone = gancraft.finished(gancraft.stylise(photo, "sample:brush", **SMALL)).picture_HWC
    assert painted is not None and painted.shape == (24, 32, 3) and painted.dtype == np.float32
    assert painted.min() >= 0 and painted.max() <= 1
    np.testing.assert_array_equal(painted, alone)


def test_train_makes_a_model_that_sample_draws_from_and_goes_on(tmp_path: Path) -> None:
    small = {"width": 4}
    said = dict(plugin="dcgan", batch=16, generator=small, discriminator=small, device="cpu")
    data = pictures(tmp_path / "data")
    gancraft.finished(gancraft.train(data, tmp_path / "run", pictures=64, **said))
    ended = gancraft.finished(gancraft.train(data, tmp_path / "run", pictures=96, **said))
    assert ended.facts["pictures"] == 96 and ended.facts["verdict"]
    x_NCHW = gancraft.sample(tmp_path / "run", 3, seed=7, device="cpu")
    assert len(x_NCHW) == 3 and x_NCHW.dtype == np.float32 and x_NCHW.min() >= 0 and x_NCHW.max() <= 1
    np.testing.assert_array_equal(x_NCHW[:2], gancraft.sample(tmp_path / "run", 2, seed=7, device="cpu"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: gancraft.stylise("sample:cat", "sample:swirl", strenth=1), "did you mean 'strength'"),
        (lambda: gancraft.stylise("nowhere.jpg", "sample:swirl"), "nowhere.jpg"),
        (lambda: gancraft.train("sample:digits", "runs/x", batch=0), "batch"),
        (lambda: gancraft.sample("nowhere"), "nowhere"),
        (lambda: gancraft.sample("emoji", 0), "count 0"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(call: object, said: str) -> None:
    with pytest.raises(gancraft.UsageError, match=said) as caught:
        call()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_finished_raises_the_problem_of_a_run() -> None:
    def body(run: gancraft.Run) -> Iterator[gancraft.Event]:
        yield gancraft.Started(1)
        yield gancraft.Finished(problem="losses are not numbers")

    with pytest.raises(gancraft.GancraftError, match="losses are not numbers"):
        gancraft.finished(gancraft.Run(body))
