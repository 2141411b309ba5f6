"""MSG-GAN: all sizes at once, joined at every one of them; and the promises that hold for every network."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn.functional import softplus

from gancraft import DataShape, halved
from gancraft.models import make
from tests.plugins.helpers import check_compiled, classes, count, game, gradients, latents, pictures
from tests.plugins.makers import multi_scale

SIZES: dict[
    tuple[int, int, int], list[tuple[int, int]]
] = {  # channels, height, width: height and width, smallest first
    (3, 64, 64): [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64)],
    (1, 28, 28): [(4, 4), (7, 7), (14, 14), (28, 28)],
    (4, 64, 96): [(4, 6), (8, 12), (16, 24), (32, 48), (64, 96)],
    (3, 72, 120): [(5, 8), (9, 15), (18, 30), (36, 60), (72, 120)],
    (3, 8, 8): [(4, 4), (8, 8)],
}
each_size = pytest.mark.parametrize("size", SIZES, ids=str)


@each_size
def test_sizes_and_gradients(size: tuple[int, int, int]) -> None:
    shape = DataShape(*size)
    makes, judges = multi_scale(shape)
    z_NL, x_NCHW = latents(makes), pictures(shape)
    expected = [(4, shape.channels, *side) for side in SIZES[size]]
    assert [tuple(x.shape) for x in makes(z_NL)] == [tuple(x.shape) for x in makes.reals(x_NCHW)] == expected
    assert make(makes, z_NL).shape == x_NCHW.shape
    assert judges(makes(z_NL)).shape == (4,)
    found = gradients(game(makes, judges, z_NL, x_NCHW, None), (makes, judges))
    assert all(g.isfinite().all() and g.abs().sum() > 0 for g in found)


def test_reals_are_halved_again_and_again() -> None:
    makes, _ = multi_scale(DataShape(3, 18, 30))
    x_NCHW = pictures(DataShape(3, 18, 30))
    small, middle, large = makes.reals(x_NCHW)
    assert torch.equal(large, x_NCHW) and torch.equal(middle, halved(large)) and torch.equal(small, halved(middle))


def test_the_discriminator_looks_at_every_size() -> None:
    """Changing one size of a picture changes its logit: and of no other, beyond what the minibatch deviation tells."""
    makes, judges = multi_scale(DataShape(3, 16, 16))
    sizes = [x.requires_grad_() for x in makes.reals(pictures(DataShape(3, 16, 16), 8))]
    slopes = torch.autograd.grad(judges(tuple(sizes))[0], sizes)
    for slope_NCHW in slopes:
        assert (slope_NCHW[0].abs().sum() > 0) and (slope_NCHW[4:] == 0).all()  # the next group of four isn't touched


def test_every_block_is_told_how_much_pictures_differ() -> None:
    """Four times the same picture: the deviation is 0 at each size, and each block sees its plane change when they differ."""
    shape = DataShape(3, 16, 16)
    makes, judges = multi_scale(shape)
    seen: list[float] = []
    for block in (*judges.blocks, judges.end):
        block.register_forward_pre_hook(lambda _, args: seen.append(float(args[0][:, -1].detach().mean())))
    judges(makes.reals(pictures(shape, 1).expand(4, -1, -1, -1)))
    judges(makes.reals(pictures(shape, 4)))
    same, different = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    assert len(same) == 3 and max(same) < 1e-3 and min(different) > 0.05


def test_gradients_reach_the_small_maps_without_the_layers_above() -> None:
    """Through its own RGB layer every map of the generator is told what to do: the point of it all."""
    shape = DataShape(3, 16, 16)
    makes, judges = multi_scale(shape)
    made = list(makes(latents(makes)))
    made[1:] = [x.detach() for x in made[1:]]
    (slope,) = torch.autograd.grad(softplus(-judges(tuple(made))).mean(), makes.first.weight)
    assert slope.abs().sum() > 0


def test_the_parts_from_the_picture_inwards_are_all_but_the_end() -> None:
    _, judges = multi_scale(DataShape(3, 32, 32))
    parts = judges.lower()
    assert [next(part.parameters()).shape[1] for part in parts] == [3, 3, 3]
    assert sum(map(count, parts)) == count(judges) - sum(map(count, (judges.end, judges.dense, judges.logit))) - count(
        judges.pixels[0]
    )


def test_compiled_equals_eager() -> None:
    shape = DataShape(3, 16, 20, classes=2)
    check_compiled(*multi_scale(shape), shape)


def test_bfloat16_is_near_float32() -> None:
    shape = DataShape(3, 32, 32)
    makes, judges = multi_scale(shape, width=16, max_width=48)
    arguments = (latents(makes), pictures(shape), None)
    exact = gradients(game(makes, judges, *arguments), (makes, judges))
    with torch.autocast("cpu", torch.bfloat16):
        loss = game(makes, judges, *arguments)
    ours, theirs = (torch.cat([g.flatten() for g in found]) for found in (gradients(loss, (makes, judges)), exact))
    assert torch.cosine_similarity(ours, theirs, dim=0) > 0.98


def test_labels_change_pictures_and_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes, judges = multi_scale(shape)
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(makes(z_NL, ones), makes(z_NL, twos), strict=True))
    assert (judges(makes(z_NL, ones), ones) != judges(makes(z_NL, ones), twos)).all()
    found = gradients(game(makes, judges, z_NL, pictures(shape), classes(shape)), (makes, judges))
    assert all(g.isfinite().all() for g in found)


def test_a_seed_gives_the_same_network_and_a_state_another() -> None:
    shape = DataShape(3, 16, 16)
    (first, _), (again, _), (other, _) = (multi_scale(shape, seed) for seed in (3, 3, 4))
    z_NL = latents(first)
    assert torch.equal(first(z_NL)[-1], again(z_NL)[-1]) and not torch.allclose(first(z_NL)[-1], other(z_NL)[-1])
    other.load_state_dict(copy.deepcopy(first.state_dict()))
    assert torch.equal(first(z_NL)[-1], other(z_NL)[-1])
