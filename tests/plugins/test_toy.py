"""The toy learns the ring with one preset and collapses with the other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gancraft_toy import ToyGeneratorOptions, ToyOptions
from gancraft_toy.networks import ToyDiscriminator, ToyGenerator
from torch import Tensor, nn

from gancraft import DataShape, Preview, UsageError
from gancraft.plugins import find_plugins
from gancraft.training.choice import resolve_train
from gancraft.training.job import train
from tests.plugins.helpers import check_second_derivative, classes, game, gradients, latents, penalty

ANGLES = torch.arange(8) * (math.pi / 4)
MODES = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)


def networks(classes: int = 0) -> tuple[ToyGenerator, ToyDiscriminator]:
    torch.manual_seed(0)
    shape = DataShape(2, 1, 1, classes)
    return ToyGenerator(ToyGeneratorOptions(), shape), ToyDiscriminator(ToyOptions(), shape)


def ring(n: int, random: torch.Generator) -> Tensor:
    """Eight Gaussians on the circle of radius 1, standard deviation 0.05."""
    centres = MODES[torch.randint(8, (n,), generator=random)]
    return (centres + 0.05 * torch.randn(n, 2, generator=random))[:, :, None, None]


def modes_made(makes: ToyGenerator) -> int:
    """Modes that at least 1 % of 2,048 points fall within 3 standard deviations of."""
    with torch.no_grad():
        distances = torch.cdist(makes(latents(makes, 2048))[:, :, 0, 0], MODES)
    near, mode = distances.min(1)
    return int((torch.bincount(mode[near < 0.15], minlength=8) >= 0.01 * 2048).sum())


def adam(network: nn.Module, rate: float, settings: dict[str, Any]) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), rate, (settings["gan.beta1"], settings["gan.beta2"]))


def trained(method: str, pictures: int) -> ToyGenerator:
    """A plain loop with the preset's settings, without average and schedule."""
    plugins = find_plugins()
    preset = plugins.get("train", method).target
    entry, settings = plugins.get("loss", preset.loss), preset.defaults
    loss = entry.create(entry.options())
    makes, judges = networks()
    random, batch = torch.Generator().manual_seed(0), settings["batch"]
    of_makes = adam(makes, settings["gan.generator_rate"], settings)
    of_judges = adam(judges, settings["gan.discriminator_rate"], settings)
    for _ in range(pictures // batch):
        x_NCHW = ring(batch, random)
        with torch.no_grad():
            fakes = makes(torch.randn(batch, makes.latent_size, generator=random))
        of_judges.zero_grad()
        value = loss.discriminator(judges(x_NCHW), judges(fakes))
        if settings["gan.r1"]:
            value = value + settings["gan.r1"] / 2 * penalty(judges, x_NCHW)
        value.backward()
        of_judges.step()
        for _ in range(settings.get("gan.generator_steps", 1)):
            of_makes.zero_grad()
            loss.generator(judges(makes(torch.randn(batch, makes.latent_size, generator=random)))).backward()
            of_makes.step()
    return makes


def test_the_toy_learns_all_modes() -> None:
    assert modes_made(trained("toy", 40_000)) == 8


def test_the_collapsing_toy_collapses() -> None:
    assert modes_made(trained("toy-collapse", 20_000)) <= 2


def test_both_presets_say_that_they_play_with_points() -> None:
    plugins = find_plugins()
    assert all(plugins.get("train", name).can("points") for name in ("toy", "toy-collapse"))
    assert not plugins.get("train", "dcgan").can("points")


def test_a_runs_sheets_show_what_the_discriminator_thinks(tmp_path: Path) -> None:
    choice = resolve_train(find_plugins(), [{"plugin": "toy", "pictures": 640, "keep.sheet": "4x4"}])
    first, *_, last = [e.picture_HWC for e in train(choice, "sample:ring", tmp_path) if isinstance(e, Preview)]
    for picture_HWC in (first, last):
        corner_HWC = picture_HWC[:8, :8]
        assert corner_HWC.min() < 0.999, "tinted, where no point is"
    assert not np.allclose(first[:8, :8], last[:8, :8]), "and it changes its mind"


@pytest.mark.parametrize("labels", [0, 8])
def test_shapes_and_gradients(labels: int) -> None:
    shape = DataShape(2, 1, 1, labels)
    makes, judges = networks(labels)
    x_NCHW = makes(latents(makes), classes(shape))
    assert x_NCHW.shape == (4, 2, 1, 1) and judges(x_NCHW, classes(shape)).shape == (4,)
    points = ring(4, torch.Generator().manual_seed(1))
    assert all(
        g.abs().sum() > 0
        for g in gradients(game(makes, judges, latents(makes), points, classes(shape)), (makes, judges))
    )


def test_points_may_lie_anywhere() -> None:
    makes, _ = networks()
    assert makes(100 * latents(makes)).abs().max() > 2


def test_labels_change_points_and_judgements() -> None:
    makes, judges = networks(3)
    ones, twos = torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    points = makes(latents(makes), ones)
    assert (points != makes(latents(makes), twos)).all()
    assert (judges(points, ones) != judges(points, twos)).all()


def test_the_second_derivative() -> None:
    _, judges = networks(3)
    check_second_derivative(judges, ring(6, torch.Generator().manual_seed(2)), torch.arange(6) % 3)


@pytest.mark.parametrize("shape", [DataShape(3, 64, 64), DataShape(1, 1, 1), DataShape(2, 1, 2)], ids=str)
@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_other_shapes_are_refused(kind: str, shape: DataShape) -> None:
    entry = find_plugins().get(kind, "toy")
    with pytest.raises(UsageError, match="sample:ring"):
        entry.create(entry.options(), shape)
