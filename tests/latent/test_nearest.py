"""The nearest pictures of a set, and what they say of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gancraft.errors import UsageError
from gancraft.events import Finished, Progress, Run
from gancraft.latent.evaluate import Pictures, from_array
from gancraft.latent.kept import Kept
from gancraft.latent.nearest import apart, closeness, closest, comparing
from gancraft.metrics.features import FeatureSpace

PIXELS = FeatureSpace("pixels", lambda x_NCHW: x_NCHW.flatten(1) * 10, 4)


def levels(count: int, seed: int) -> np.ndarray:
    """Small pictures, all different."""
    return np.random.default_rng(seed).integers(0, 256, (count, 3, 4, 4), dtype=np.uint8)


def all_of(x_NCHW: np.ndarray) -> Pictures:
    return from_array(x_NCHW, np.arange(len(x_NCHW)))


def finished(run: Run) -> Finished:
    event = list(run)[-1]
    assert isinstance(event, Finished)
    return event


def test_the_nearest_come_first_with_exact_distances() -> None:
    random = torch.Generator().manual_seed(0)
    real_MD = torch.randn(700, 20, generator=random) + 100
    made_ND = real_MD[[650, 3]] + 0.01 * torch.randn(2, 20, generator=random)
    numbers_NK, far_NK = closest(made_ND, real_MD, 3)
    assert numbers_NK[:, 0].tolist() == [650, 3] and (far_NK.diff(dim=1) > 0).all()
    exact_NM = (made_ND[:, None] - real_MD).norm(dim=2)
    assert torch.allclose(far_NK, exact_NM.sort(dim=1).values[:, :3], rtol=1e-4)
    own_M = apart(real_MD)
    exact_MM = torch.cdist(real_MD.double(), real_MD.double()).fill_diagonal_(torch.inf)
    assert torch.allclose(own_M.double(), exact_MM.min(1).values, rtol=1e-4)


def test_copies_are_counted_and_twins_are_not_held_against_a_model() -> None:
    apart_M = torch.linspace(1, 2, 101)
    found = closeness(torch.tensor([0.0, 0.5, 1.05, 1.2, 3.0]), apart_M)
    assert (found.pictures, found.copied, found.typical, found.real) == (5, 3, pytest.approx(1.05), pytest.approx(1.5))
    assert found.sentence().startswith("3 of 5 pictures (60 %) are nearer to a training picture than nine in ten")
    twins_M = torch.cat([torch.zeros(50), apart_M])
    assert closeness(torch.tensor([0.0, 0.5, 1.05, 1.2, 3.0]), twins_M).copied == 3
    assert closeness(torch.ones(2), torch.zeros(9)).copied == 0


def test_a_model_that_copies_is_seen() -> None:
    real = levels(60, 0)
    copies = real[:20].copy()
    copies[:, 0, 0, 0] ^= 1
    for made, share in ((copies, 1.0), (levels(20, 1), 0.3)):
        facts = finished(comparing(all_of(made), all_of(real), PIXELS, device="cpu")).facts
        copied = facts["copied"]
        assert isinstance(copied, int) and (copied == 20 if share == 1 else copied / 20 <= share)
        assert facts["space"] == "pixels" and f"{copied} of 20" in str(facts["sentence"])


def test_the_sheet_shows_the_most_suspicious_with_their_nearest() -> None:
    real, made = levels(30, 0), levels(12, 1)
    made[7] = real[11]
    picture_HWC = finished(comparing(all_of(made), all_of(real), PIXELS, k=2, rows=3, side=4, device="cpu")).picture_HWC
    assert picture_HWC is not None
    first, second = picture_HWC[32:36, 10:14], picture_HWC[32:36, 18:22]
    assert np.allclose(first, np.moveaxis(real[11], 0, -1) / 255) and np.array_equal(first, second)
    assert picture_HWC.shape[1] == 10 + 3 * 4 + 2 * 4 + 10 and picture_HWC.shape[0] > 3 * 30


def test_features_of_the_set_are_kept(tmp_path: Path) -> None:
    real, seen = all_of(levels(40, 0)), []
    space = FeatureSpace("counted", lambda x_NCHW: seen.append(len(x_NCHW)) or x_NCHW.flatten(1), 4)  # type: ignore[func-returns-value]
    facts = []
    for count in (45, 5):
        run = comparing(all_of(levels(5, 1)), real, space, kept=Kept(tmp_path, space, "set"), device="cpu")
        facts.append(finished(run).facts)
        assert sum(seen) == count
        seen.clear()
    assert facts[0] == facts[1] and len(list(tmp_path.glob("*.features"))) == 1
    (kept,) = tmp_path.glob("*.features")
    kept.write_bytes(kept.read_bytes()[:-3])
    assert Kept(tmp_path, space, "set").read(40) is None and Kept(tmp_path, space, "other").read(40) is None
    Kept(kept, space, "set").write(torch.ones(1, 1))  # a place that is a file: nothing is kept, nothing is said


def test_old_features_go(tmp_path: Path) -> None:
    import os

    kept = Kept(tmp_path, PIXELS, "old")
    kept.write(torch.ones(2, 3))
    (old,) = tmp_path.iterdir()
    os.utime(old, (0, 0))
    Kept(tmp_path, PIXELS, "new").write(torch.ones(2, 3))
    assert not old.exists() and len(list(tmp_path.iterdir())) == 1


def test_few_pictures_and_stopping() -> None:
    with pytest.raises(UsageError, match="there are 5 training pictures only"):
        comparing(all_of(levels(3, 0)), all_of(levels(5, 1)), PIXELS)
    run = comparing(all_of(levels(9, 0)), all_of(levels(30, 1)), PIXELS, device="cpu")
    done = 0
    for event in run:
        done += isinstance(event, Progress)
        run.stop()
    assert isinstance(event, Finished) and event.stopped and done == 1
