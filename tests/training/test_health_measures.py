"""The measures of health against sets made by hand, whose answers are known.

Shape suffixes: N = pictures, C = channels, H, W = height, width, D = size of a descriptor, L = latent size.
"""

from __future__ import annotations

import math
import time

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, softplus

from gancraft.training.health.measures import (
    copying,
    describe,
    distance,
    diversity,
    held_out_gap,
    latent_use,
    spread,
    variety,
)


def icons(n: int, seed: int, size: int = 32) -> Tensor:
    """Pictures with one ellipse each on white, of any colour, place and size."""
    g = torch.Generator().manual_seed(seed)
    x_NCHW = torch.ones(n, 3, size, size)
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    for i in range(n):
        cy, cx, ry, rx = (
            torch.rand(4, generator=g) * torch.tensor([0.5, 0.5, 0.3, 0.3]) + torch.tensor([0.25, 0.25, 0.1, 0.1])
        ) * size
        inside_HW = ((rows - cy) / ry).square() + ((columns - cx) / rx).square() < 1
        x_NCHW[i, :, inside_HW] = torch.rand(3, 1, generator=g) * 2 - 1
    return x_NCHW


def noise(n: int, amplitude: float, seed: int, side: int = 32) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return interpolate(torch.randn(n, 3, side, side, generator=g), 32, mode="bilinear") * amplitude


REAL = icons(256, 0)
REAL_ND = describe(REAL)
OTHERS = icons(256, 1)
TEN = OTHERS[torch.arange(256) % 10]


def seen(x_NCHW: Tensor) -> Tensor:
    return describe(x_NCHW.clamp(-1, 1))


def test_a_descriptor_is_small_and_leaves_points_alone() -> None:
    assert describe(torch.zeros(2, 3, 64, 64)).shape == (2, 3 * 256 + 128)
    assert describe(torch.zeros(2, 1, 8, 8)).shape == (2, 64 + 128)
    assert describe(torch.zeros(2, 4, 30, 50)).shape == (2, 4 * 256 + 128)
    points = torch.randn(5, 2, 1, 1)
    assert torch.equal(describe(points), points.flatten(1))


def test_variety_counts_different_pictures() -> None:
    heaps_ND = 100 * torch.eye(7)[torch.arange(70) % 7]
    assert variety(heaps_ND, 1.0) == pytest.approx(7, rel=1e-4)
    assert variety(torch.zeros(50, 3), 1.0) == pytest.approx(1, rel=1e-4)
    assert math.isnan(variety(torch.full((5, 2), math.nan), 1.0))


@pytest.mark.parametrize(
    ("name", "fake", "low", "high"),
    [
        ("other reals", OTHERS, 0.9, 1.1),
        (
            "a subset of half of them",
            OTHERS[torch.randint(128, (256,), generator=torch.Generator().manual_seed(0))],
            0.5,
            1.0,
        ),
        ("ten pictures", TEN, 0.0, 0.13),
        ("ten with noise", TEN + noise(256, 0.1, 2), 0.0, 0.15),
        ("ten with jitter", TEN + noise(256, 0.1, 3, side=4), 0.0, 0.17),
        ("blurred", avg_pool2d(OTHERS, 5, 1, 2, count_include_pad=False), 0.75, 1.2),
        ("noisy", OTHERS + noise(256, 0.5, 4), 0.75, 1.6),
        ("pale", 0.5 * OTHERS + 0.5, 0.75, 1.2),
        ("one grey picture", noise(256, 0.02, 5), 0.0, 0.03),
    ],
)
def test_diversity_tells_alike_from_blurred(name: str, fake: Tensor, low: float, high: float) -> None:
    assert low <= diversity(seen(fake), REAL_ND) <= high, name


def test_diversity_sees_heaps_whose_pictures_vary() -> None:
    """As in a real collapse: few kinds, but no two pictures the same."""
    varied = diversity(seen(TEN + noise(256, 0.25, 6, side=8)), REAL_ND)
    assert varied < 0.3
    assert varied < 0.4 * diversity(seen(OTHERS + noise(256, 0.25, 7, side=8)), REAL_ND)


def test_diversity_compares_sets_of_one_size() -> None:
    few_ND = REAL_ND[:40]
    assert diversity(seen(OTHERS), few_ND) == diversity(seen(OTHERS[:40]), few_ND)


def test_diversity_of_points() -> None:
    g = torch.Generator().manual_seed(0)

    def ring(modes: int) -> Tensor:
        angle = torch.randint(modes, (256,), generator=g) * (math.pi / 4)
        return torch.stack([angle.cos(), angle.sin()], 1) + 0.02 * torch.randn(256, 2, generator=g)

    real_ND = ring(8)
    assert diversity(ring(8), real_ND) == pytest.approx(1, abs=0.1)
    assert diversity(ring(4), real_ND) < 0.7
    assert diversity(ring(1), real_ND) < 0.25


def test_distance_grows_with_every_fault() -> None:
    same = distance(seen(OTHERS), REAL_ND)
    assert abs(same) < 5
    for faults in (
        [0.2 * noise(256, 1, 1), 0.5 * noise(256, 1, 1), noise(256, 1, 1)],
        [avg_pool2d(OTHERS, k, 1, k // 2, count_include_pad=False) - OTHERS for k in (7, 11, 19)],
        [(TEN - OTHERS) * (torch.arange(256) % 4 < k).float()[:, None, None, None] for k in (2, 3, 4)],
    ):
        values = [same, *(distance(seen(OTHERS + fault), REAL_ND) for fault in faults)]
        assert values == sorted(values) and values[-1] > same + 10, values
    assert distance(seen(noise(256, 0.02, 1)), REAL_ND) > 300


def test_distance_sees_a_blob_in_place_of_a_ring() -> None:
    """Both have the same first three moments."""
    angle_N = torch.arange(256) * (2 * math.pi / 256)
    ring_ND = torch.stack([angle_N.cos(), angle_N.sin()], 1)
    blob_ND = torch.randn(256, 2, generator=torch.Generator().manual_seed(0)) * math.sqrt(0.5)
    assert distance(blob_ND, ring_ND) > 20


def test_distance_has_no_bias() -> None:
    g = torch.Generator().manual_seed(0)
    values = [distance(torch.randn(24, 4, generator=g), torch.randn(24, 4, generator=g)) for _ in range(200)]
    assert abs(sum(values) / 200) < 2


def test_copies_are_told_from_new_pictures() -> None:
    train_ND, held_ND = describe(icons(600, 8)), describe(icons(60, 9))
    copies_ND = seen(icons(600, 8)[:100] + noise(100, 0.03, 1))
    assert copying(train_ND[:50], train_ND, held_ND) == 0
    assert copying(copies_ND, train_ND, held_ND) < 0.5
    assert copying(describe(icons(100, 10)), train_ND, held_ND) == pytest.approx(1, abs=0.25)
    assert math.isnan(copying(copies_ND, train_ND, train_ND[:0]))


def test_the_gap_of_a_discriminator_that_has_memorised() -> None:
    """Trained long on 32 pictures it takes new ones for fakes; on many it does not."""

    def gap(count: int) -> float:
        torch.manual_seed(0)
        train, held, fake = (torch.randn(n, 20) for n in (count, 200, 200))
        fake = fake * 0.9
        network = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
        adam = torch.optim.Adam(network.parameters(), 3e-3)
        for _ in range(300):
            real = train[torch.randint(count, (32,))]
            loss = softplus(-network(real)).mean() + softplus(network(torch.randn(32, 20) * 0.9)).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
        return held_out_gap(network(train), network(held), network(fake))

    assert gap(32) > 0.5
    assert abs(gap(5000)) < 0.25


def test_the_gap_of_a_discriminator_that_tells_nothing_apart_is_small() -> None:
    g = torch.Generator().manual_seed(0)
    scores = [torch.randn(100, generator=g) * 1e-3 for _ in range(3)]
    assert abs(held_out_gap(*scores)) < 0.5
    assert held_out_gap(torch.ones(9), torch.zeros(9), torch.zeros(9)) == 1
    assert math.isnan(held_out_gap(torch.ones(9), torch.ones(1), torch.zeros(9)))


def test_latents_that_are_used_and_latents_that_are_not() -> None:
    torch.manual_seed(0)
    z_NL = torch.randn(64, 27)
    real_ND = describe(torch.randn(64, 27).reshape(-1, 3, 3, 3))
    assert latent_use(lambda z: z.reshape(-1, 3, 3, 3), z_NL, real_ND) == pytest.approx(1, abs=0.1)
    assert latent_use(lambda z: torch.zeros(len(z), 3, 3, 3), z_NL, real_ND) == 0
    # Noise inputs make pictures differ, and latents have no part in it; what remains is chance.
    assert latent_use(lambda z: torch.randn(len(z), 3, 3, 3), z_NL, real_ND) < 0.35


def test_broken_pictures_give_no_number() -> None:
    broken_ND = torch.full((16, REAL_ND.shape[1]), math.nan)
    assert math.isnan(diversity(broken_ND, REAL_ND))
    assert math.isnan(distance(broken_ND, REAL_ND))
    assert math.isnan(spread(REAL_ND[:1]))


def test_a_look_is_cheap() -> None:
    x_NCHW = interpolate(OTHERS, 64)
    train_ND = describe(icons(64, 3, 64)).repeat(32, 1)
    start = time.process_time()
    fake_ND = describe(x_NCHW)
    diversity(fake_ND, REAL_ND)
    distance(fake_ND, REAL_ND)
    copying(fake_ND, train_ND, train_ND[:64])
    assert time.process_time() - start < 3  # about 0.2 s; the margin is for busy machines
