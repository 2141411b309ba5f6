"""Progressive growing: sizes by stage, fades without a jump, and growth that can be replayed."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from gancraft import DataShape, doubled
from gancraft.models import make
from tests.plugins.helpers import count, game, gradients, latents, pictures
from tests.plugins.makers import progressive

SIZES: dict[tuple[int, int, int], list[tuple[int, int]]] = {  # channels, height, width: height and width by stage
    (3, 64, 64): [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64)],
    (1, 28, 28): [(4, 4), (7, 7), (14, 14), (28, 28)],
    (4, 64, 96): [(4, 6), (8, 12), (16, 24), (32, 48), (64, 96)],
    (3, 8, 8): [(4, 4), (8, 8)],
    (3, 45, 11): [(23, 6), (45, 11)],
}
each_size = pytest.mark.parametrize("size", SIZES, ids=str)


@each_size
def test_sizes_and_gradients_by_stage(size: tuple[int, int, int]) -> None:
    """Fakes, reals and judgements fit at every stage, and while fading every parameter has a gradient."""
    shape = DataShape(*size)
    makes, judges = progressive(shape)
    for stage, (height, width) in enumerate(SIZES[size]):
        if stage:
            makes.grow(stage)
            judges.grow(stage)
            makes.fade(0.4)
            judges.fade(0.4)
        z_NL, x_NCHW = latents(makes), pictures(shape)
        assert makes(z_NL).shape == makes.reals(x_NCHW).shape == (4, shape.channels, height, width)
        assert judges(makes(z_NL)).shape == (4,)
        assert make(makes, z_NL).shape == x_NCHW.shape
        found = gradients(game(makes, judges, z_NL, x_NCHW, None), (makes, judges))
        assert all(g.isfinite().all() and g.abs().sum() > 0 for g in found)


@each_size
def test_a_fade_starts_where_the_last_stage_ended(size: tuple[int, int, int]) -> None:
    shape = DataShape(*size)
    makes, judges = progressive(shape)
    z_NL, x_NCHW = latents(makes), pictures(shape)
    for stage in range(1, len(SIZES[size])):
        makes.fade(1)
        judges.fade(1)
        fake, real = makes(z_NL), makes.reals(x_NCHW)
        logits = judges(fake)
        for network in (makes, judges):
            network.grow(stage)
            network.fade(0)
        assert torch.equal(makes(z_NL), doubled(fake, SIZES[size][stage]))
        assert torch.equal(makes.reals(x_NCHW), doubled(real, SIZES[size][stage]))
        torch.testing.assert_close(judges(makes(z_NL)), logits, rtol=1e-3, atol=1e-4)


def test_at_the_end_of_a_fade_the_old_branch_is_gone() -> None:
    shape = DataShape(3, 16, 16)
    makes, judges = progressive(shape, 2)
    z_NL, x_NCHW = latents(makes), pictures(shape)
    makes.fade(1)
    judges.fade(1)
    before = makes(z_NL), judges(x_NCHW)
    assert torch.equal(makes.reals(x_NCHW), x_NCHW)
    with torch.no_grad():
        for network in (makes, judges):
            for parameter in network.pixels["1"].parameters():
                parameter.mul_(3).add_(1)
    assert torch.equal(makes(z_NL), before[0]) and torch.equal(judges(x_NCHW), before[1])
    makes.fade(0.5)
    judges.fade(0.5)
    assert not torch.allclose(makes(z_NL), before[0]) and not torch.allclose(judges(x_NCHW), before[1])


def test_a_fade_goes_straight_from_old_to_new() -> None:
    makes, _ = progressive(DataShape(3, 16, 16), 2)
    z_NL, x_NCHW = latents(makes), pictures(DataShape(3, 16, 16))
    seen: list[tuple[Tensor, Tensor]] = []
    for amount in (0.0, 0.25, 1.0):
        makes.fade(amount)
        seen.append((makes(z_NL), makes.reals(x_NCHW)))
    for start, part, end in zip(*seen, strict=True):
        torch.testing.assert_close(part, 0.75 * start + 0.25 * end)
        assert (start - end).abs().max() > 0.01


def test_reals_are_area_means() -> None:
    makes, _ = progressive(DataShape(3, 64, 96))
    x_NCHW = pictures(DataShape(3, 64, 96))
    expected = x_NCHW.unflatten(3, (6, 16)).unflatten(2, (4, 16)).mean((3, 5))
    torch.testing.assert_close(makes.reals(x_NCHW), expected)


def test_parameters_by_stage() -> None:
    """4x4 and 8x8 have 12 channels, 16x16 has 8, 32x32 has 4; of RGB layers two are kept."""
    makes, judges = progressive(DataShape(3, 32, 32))
    widths = [12, 12, 8, 4]
    base = 16 * 12 * 16 + 12 + 12 * (12 * 9 + 1)
    end = 12 * (13 * 9 + 1) + (12 * 16 + 1) * 12 + 13
    for stage in range(4):
        if stage:
            makes.grow(stage)
            judges.grow(stage)
        pairs = list(zip(widths[:stage], widths[1 : stage + 1], strict=True))
        kept = widths[max(0, stage - 1) : stage + 1]
        assert count(makes) == base + sum(b * (9 * a + 1) + b * (9 * b + 1) for a, b in pairs) + sum(
            3 * (c + 1) for c in kept
        )
        assert count(judges) == end + sum(b * (9 * b + 1) + a * (9 * b + 1) for a, b in pairs) + sum(
            4 * c for c in kept
        )


def test_growing_leaves_what_was_learned_as_it_is() -> None:
    for network in progressive(DataShape(3, 16, 16), 1):
        before = copy.deepcopy(network.state_dict())
        network.grow(2)
        after = network.state_dict()
        gone = {name for name in before if name not in after}
        assert gone and all(name.startswith("pixels.0.") for name in gone)
        assert all(
            torch.equal(before[name], after[name]) for name in before if name in after and name != "grower.amount"
        )


def test_growth_repeats_with_the_seed_and_takes_a_saved_state() -> None:
    shape = DataShape(3, 16, 16)
    first, again, other = (progressive(shape, 2, seed) for seed in (3, 3, 4))
    z_NL, x_NCHW = latents(first[0]), pictures(shape)
    for (a, b, c), given in zip(zip(first, again, other, strict=True), (z_NL, x_NCHW), strict=True):
        a.fade(0.3)
        b.fade(0.3)
        assert torch.equal(a(given), b(given)) and not torch.allclose(a(given), c(given))
        c.load_state_dict(a.state_dict())  # the fade comes with it
        assert torch.equal(a(given), c(given))


def test_only_the_next_stage_can_be_grown_to() -> None:
    for network in progressive(DataShape(3, 16, 16)):
        with pytest.raises(ValueError, match="stage 0 of 2 can't grow to stage 2"):
            network.grow(2)
        network.grow(1)
        with pytest.raises(ValueError):
            network.grow(1)
        network.grow(2)
        with pytest.raises(ValueError):
            network.grow(3)


def test_new_layers_are_there_at_once_unless_they_are_faded_in() -> None:
    """As the engine does without `fade_share`: it doesn't speak of fading then."""
    shape = DataShape(1, 16, 16)
    networks, faded = progressive(shape, 1), progressive(shape, 1)
    for network in faded:
        network.fade(1)
    x_NCHW = networks[0].reals(pictures(shape))
    assert torch.equal(networks[0](latents(networks[0])), faded[0](latents(networks[0])))
    assert torch.equal(networks[1](x_NCHW), faded[1](x_NCHW))
