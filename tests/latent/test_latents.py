"""Latents and labels by number, and pictures of them."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Finished, Progress, Started
from gancraft.interfaces import DataShape, Random
from gancraft.latent.codes import seeded
from gancraft.latent.generate import batch_size, generate, sampling
from gancraft.latent.latents import PictureRandom, class_number, labels, latents
from gancraft.models import Model
from tests.latent.helpers import Plain, plain


def test_a_picture_depends_on_seed_and_number_only() -> None:
    generator = Plain(DataShape(3, 8, 8))
    many = latents(generator, 7, range(64))
    assert torch.equal(latents(generator, 7, range(8)), many[:8])
    assert torch.equal(latents(generator, 7, [40, 3]), many[[40, 3]])
    assert len(torch.unique(many, dim=0)) == 64
    assert not torch.isin(latents(generator, 8, range(64)), many).any()


def test_seeds_that_agree_in_their_lower_half_differ() -> None:
    generator = Plain(DataShape(3, 8, 8))
    assert not torch.equal(latents(generator, 5, [0]), latents(generator, 5 + (1 << 32), [0]))


def test_latents_are_as_the_generator_wants_them() -> None:
    class Odd(Plain):
        def latent(self, random: Random, n: int) -> Tensor:
            return torch.cat([random.uniform(n, 2), random.integers(n, 5)[:, None], random.normal(n, 1)], 1)

    z_NL = latents(Odd(DataShape(3, 8, 8)), 1, range(400))
    assert z_NL.shape == (400, 4) and z_NL.dtype == torch.float32
    assert 0 <= z_NL[:, :2].min() < 0.05 and 0.95 < z_NL[:, :2].max() < 1
    assert set(z_NL[:, 2].tolist()) == {0, 1, 2, 3, 4}
    assert abs(float(z_NL[:, 3].mean())) < 0.2 and 0.85 < float(z_NL[:, 3].std()) < 1.15


def test_numbers_are_standard_normal() -> None:
    x = torch.cat([PictureRandom(0, number).normal(1, 16) for number in range(500)])
    assert abs(float(x.mean())) < 0.05 and abs(float(x.std()) - 1) < 0.05


def test_labels_cycle_or_are_chosen() -> None:
    info = plain(classes=("cat", "dog", "owl")).info
    cycled, chosen = labels(info, range(2, 7)), labels(info, range(4), 1)
    assert cycled is not None and cycled.tolist() == [2, 0, 1, 2, 0] and cycled.dtype == torch.int64
    assert chosen is not None and chosen.tolist() == [1, 1, 1, 1]
    assert labels(plain().info, range(4)) is None


def test_classes_by_name_and_number() -> None:
    info = plain(classes=("cat", "dog", "3")).info
    assert [class_number(info, name) for name in ("dog", "0", "3")] == [1, 0, 2]
    with pytest.raises(
        UsageError, match=r"--class dgo: no such class \(did you mean 'dog'\?\); there are: cat, dog, 3"
    ):
        class_number(info, "dgo")
    with pytest.raises(UsageError, match="no such class"):
        class_number(info, "7")
    with pytest.raises(UsageError, match="has no classes"):
        class_number(plain().info, "cat")


def test_pictures_come_in_batches_in_the_range_of_pictures() -> None:
    model = plain()
    z_NL = torch.tensor([[-3.0, -1, 0, 0], [1, 3, 0.5, 0], [0, 0, 0, 0]])
    batches = list(generate(model, z_NL, batch=2, device="cpu"))
    assert [len(x_NCHW) for x_NCHW in batches] == [2, 1]
    assert torch.cat(batches)[:, :, 0, 0].tolist() == [[0, 0, 0.5], [1, 1, 0.75], [0.5, 0.5, 0.5]]


def test_truncation_and_labels_reach_the_generator() -> None:
    model = plain(classes=("a", "b"))
    z_NL, labels_N = torch.full((2, 4), -1.0), torch.tensor([0, 1])
    (x_NCHW,) = generate(model, z_NL, labels_N, truncation=0.5, device="cpu")
    assert x_NCHW[:, 0, 0, 0].tolist() == [0.25, 0.75]


def test_points_stay_as_they_are() -> None:
    (x_NCHW,) = generate(plain(2, 1, 1), torch.tensor([[-1.2, 1.4, 0, 0]]), device="cpu")
    assert x_NCHW.flatten().tolist() == pytest.approx([-1.2, 1.4])


def test_a_model_that_makes_no_numbers_says_so() -> None:
    with pytest.raises(GancraftError, match="aren't numbers"):
        list(generate(plain(), torch.full((1, 4), torch.nan), device="cpu"))


def test_noise_of_the_network_is_the_same_every_time() -> None:
    class Noisy(Plain):
        def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
            return super().forward(z_NL + 0.1 * torch.randn(z_NL.shape), labels_N)

    model = Model(Noisy(DataShape(3, 8, 8)), plain().info, "")
    before = torch.random.get_rng_state()
    first, second = (torch.cat(list(generate(model, torch.zeros(5, 4), device="cpu"))) for _ in range(2))
    assert torch.equal(first, second) and first.std() > 0
    assert torch.equal(torch.random.get_rng_state(), before), "and nobody else's numbers change"


def test_large_pictures_come_few_at_a_time() -> None:
    assert [batch_size(DataShape(3, side, side)) for side in (8, 256, 1024, 4096)] == [64, 64, 4, 1]


def test_a_run_makes_all_and_can_be_stopped() -> None:
    model, taken = plain(), []
    take, codes = lambda numbers, x_NCHW: taken.append((list(numbers), x_NCHW)), partial(seeded, model, 3)
    run = sampling(model, take, codes, range(100), device="cpu")
    events = list(run)
    assert isinstance(events[0], Started) and "100 pictures, 8x8 RGB, on cpu" in events[0].summary
    one = next(iter(sampling(model, take, codes, range(1), device="cpu")))
    assert isinstance(one, Started) and one.summary.startswith("1 picture, 8x8"), "no plural"
    assert [event.done for event in events if isinstance(event, Progress)] == [64, 100]
    assert [numbers[0] for numbers, _ in taken] == [0, 64] and taken[1][1].shape == (36, 3, 8, 8)

    run = sampling(model, lambda *_: run.stop(), codes, range(100), device="cpu")
    assert [event.stopped for event in run if isinstance(event, Finished)] == [True]
