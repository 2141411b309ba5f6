"""Comparing what a model makes with a set."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gancraft.events import Finished, Progress, Warned
from gancraft.latent.evaluate import evaluation, from_array, from_model, some_rows
from gancraft.metrics.features import FeatureSpace
from tests.latent.helpers import plain

COLOURS = FeatureSpace("colours", lambda x_NCHW: x_NCHW.mean((2, 3)), 8)


def one(model_count: int, seed: int = 0) -> np.ndarray:
    """Pictures of the plain model as an array of bytes."""
    return (from_model(plain(), model_count, seed, device="cpu").at(range(model_count)) * 255 + 0.5).astype(np.uint8)


def test_a_model_against_its_own_pictures_and_against_others() -> None:
    own, other = one(80), one(80, 9) // 4
    facts = []
    for data in (own, other):
        run = evaluation(from_model(plain(), 80, device="cpu"), from_array(data, np.arange(80)), COLOURS, "cpu")
        events = list(run)
        assert isinstance(events[-1], Finished) and events[-1].picture_HWC is None
        done = [event.done for event in events if isinstance(event, Progress)]
        assert done == sorted(done) and done[-1] == 160
        facts.append(events[-1].facts)
    assert facts[0]["frechet"] == pytest.approx(0, abs=1e-6)
    assert (facts[0]["precision"], facts[0]["recall"]) == (1, 1)
    assert facts[1]["frechet"] > 0.3 and facts[1]["kid_x1000"] > 100 and facts[1]["precision"] < 0.3  # type: ignore[operator]
    assert (facts[1]["pictures"], facts[1]["reals"], facts[1]["space"]) == (80, 80, "colours")


def test_few_pictures_are_warned_about() -> None:
    wide = FeatureSpace("pixels", lambda x_NCHW: x_NCHW.flatten(1), 8)
    for space, warned in ((wide, True), (COLOURS, False)):
        events = list(evaluation(from_array(one(20), np.arange(20)), from_array(one(20), np.arange(20)), space, "cpu"))
        assert any(isinstance(event, Warned) for event in events) is warned


def test_copies_stand_beside_their_originals() -> None:
    data = one(40)[::-1]
    run = evaluation(
        from_model(plain(), 30, device="cpu"), from_array(data, np.arange(40)), COLOURS, "cpu", copies=True
    )
    (finished,) = [event for event in run if isinstance(event, Finished)]
    assert finished.picture_HWC is not None
    scale = (finished.picture_HWC.shape[1] - 3 * 8) // 4 // 16
    assert finished.picture_HWC.shape[0] == 4 * 8 * scale + 3 * 8
    for number in range(16):
        top, left = number // 4 * (8 * scale + 8), number % 4 * (16 * scale + 8)
        made, real = finished.picture_HWC[top + 2, left + 2], finished.picture_HWC[top + 2, left + 16 * scale - 2]
        assert np.allclose(made, real, atol=1 / 255) and made.std() > 0


def test_the_classes_have_the_shares_of_the_data() -> None:
    model = plain(1, 8, 8, ("a", "b", "c"))
    model.generator.latent = lambda random, n: torch.zeros(n, 4) - 1  # type: ignore[method-assign,assignment]
    made = from_model(model, 7, device="cpu", classes_N=np.array([2, 2, 0]))
    assert (made.at(range(7))[:, 0, 0, 0] * 2).tolist() == [2, 2, 0, 2, 2, 0, 2]
    assert [len(x_NCHW) for x_NCHW in from_model(model, 130, device="cpu").batches()] == [64, 64, 2]


def test_a_sample_of_a_large_set_is_the_same_every_time() -> None:
    rows = some_rows(1000, 100)
    assert len(rows) == 100 == len(set(rows)) and (np.diff(rows) > 0).all() and rows.max() > 900
    assert np.array_equal(rows, some_rows(1000, 100))
    assert np.array_equal(some_rows(5, 100), np.arange(5))


def test_a_comparison_can_be_stopped() -> None:
    run = evaluation(from_array(one(70), np.arange(70)), from_array(one(70), np.arange(70)), COLOURS, "cpu")
    run.stop()
    finished = list(run)[-1]
    assert isinstance(finished, Finished) and finished.stopped and not finished.facts
