"""DCGAN's layers, the dense networks, and the promises that hold for every network."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gancraft_dcgan import DenseDiscriminatorOptions, DenseGeneratorOptions
from gancraft_dcgan.dense import DenseDiscriminator, DenseGenerator
from gancraft_dcgan.layers import norm_layer

from gancraft import DataShape, UsageError
from gancraft.plugins import find_plugins
from tests.plugins.helpers import check_compiled, classes, game, gradients, latents, pictures, shapes
from tests.plugins.makers import dcgan_discriminator, dcgan_generator

PAPER = DataShape(3, 64, 64)
SMALL: dict[str, Any] = {"width": 8}


@pytest.mark.parametrize("dense", [False, True])
def test_labels_change_pictures_and_judgements(dense: bool) -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes: Any = DenseGenerator(DenseGeneratorOptions(), shape) if dense else dcgan_generator(shape, **SMALL)
    judges: Any = (
        DenseDiscriminator(DenseDiscriminatorOptions(), shape) if dense else dcgan_discriminator(shape, **SMALL)
    )
    makes.eval(), judges.eval()
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (makes(z_NL, ones) - makes(z_NL, twos)).abs().max() > 1e-4
    assert (judges(pictures(shape), ones) != judges(pictures(shape), twos)).all()
    found = gradients(game(makes, judges, z_NL, pictures(shape), classes(shape)), (makes, judges))
    assert all(g.isfinite().all() for g in found)


@pytest.mark.parametrize("dense", [False, True])
def test_classes_count_for_less_than_latents_at_the_start(dense: bool) -> None:
    """Of what the first norm sees; a class that counts for as much or more drowns the latent."""
    shape = DataShape(1, 16, 16, classes=5)
    makes: Any = DenseGenerator(DenseGeneratorOptions(), shape) if dense else dcgan_generator(shape, **SMALL)
    z_NL, labels_N = latents(makes, 500), torch.arange(500) % 5
    seen_NF = makes.labelled(z_NL, labels_N).detach()
    assert torch.equal(seen_NF[:, :100], z_NL)
    assert 0.05 < float(seen_NF[:, 100:].square().mean() / z_NL.square().mean()) < 0.15


def test_evaluation_leaves_pictures_to_themselves() -> None:
    """A picture hangs on its latent alone, and nothing is learned."""
    makes = dcgan_generator(PAPER, **SMALL)
    makes(latents(makes, 16))
    z_NL = latents(makes, 6, seed=5)
    assert (makes(z_NL)[:2] - makes(z_NL[:2])).abs().max() > 1e-5  # batch norm while training
    makes.eval()
    before = {name: value.clone() for name, value in makes.state_dict().items()}
    torch.testing.assert_close(makes(z_NL)[:2], makes(z_NL[:2]))
    assert all(torch.equal(value, before[name]) for name, value in makes.state_dict().items())


def test_the_seed_makes_the_network() -> None:
    states = []
    for seed in (7, 7, 8):
        torch.manual_seed(seed)
        states.append(torch.cat([p.flatten() for p in dcgan_discriminator(PAPER, **SMALL).parameters()]))
    assert torch.equal(states[0], states[1]) and not torch.equal(states[0], states[2])


def test_dropout_drops_only_in_training() -> None:
    judges = dcgan_discriminator(DataShape(3, 16, 16), width=8, norm="none", init="he", dropout=0.5)
    x_NCHW = pictures(DataShape(3, 16, 16))
    assert not torch.equal(judges(x_NCHW), judges(x_NCHW))
    judges.eval()
    assert torch.equal(judges(x_NCHW), judges(x_NCHW))


@pytest.mark.parametrize("kind", ["batch", "group", "layer"])
@pytest.mark.parametrize("channels", [6, 8, 64, 100])
def test_norms_norm(kind: Any, channels: int) -> None:
    x_NCHW = torch.randn(8, channels, 5, 5) * 3 + 2
    normed = norm_layer(kind, channels)(x_NCHW)
    assert abs(normed.mean()) < 0.05 and normed.std().item() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_dense_networks_are_the_lessons(channels: int) -> None:
    shape = DataShape(channels, 28, 28)
    makes = DenseGenerator(DenseGeneratorOptions(), shape)
    judges = DenseDiscriminator(DenseDiscriminatorOptions(), shape)
    pixels = channels * 784
    assert shapes(makes, latents(makes)) == [(256,), (512,), (1024,), (pixels,)]
    assert shapes(judges, pictures(shape)) == [(512,), (256,), (1,)]
    assert makes(latents(makes)).shape == (4, channels, 28, 28) and makes(latents(makes)).abs().max() <= 1


def test_compiled_dense_networks_equal_eager_ones() -> None:
    shape = DataShape(1, 8, 8, classes=2)
    small = (
        DenseGenerator(DenseGeneratorOptions(width=16), shape),
        DenseDiscriminator(DenseDiscriminatorOptions(), shape),
    )
    check_compiled(*small, shape)


@pytest.mark.parametrize("name", ["dcgan", "dense"])
@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_shapes_that_are_not_possible(name: str, kind: str) -> None:
    entry = find_plugins().get(kind, name)
    with pytest.raises(UsageError, match="--plugin toy"):
        entry.create(entry.options(), DataShape(2, 1, 1))
    with pytest.raises(UsageError, match="8 pixels"):
        entry.create(entry.options(), DataShape(3, 7, 64))


def test_too_many_levels() -> None:
    assert dcgan_generator(DataShape(1, 9, 9), levels=3, **SMALL)(torch.zeros(2, 100)).shape == (2, 1, 9, 9)
    with pytest.raises(UsageError, match="3 at most"):
        dcgan_generator(DataShape(1, 9, 9), levels=4)
