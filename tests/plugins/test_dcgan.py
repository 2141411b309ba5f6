"""DCGAN against the paper and its published sizes, and the networks' promises for every size and setting."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from gancraft_dcgan import DcganGeneratorOptions
from gancraft_dcgan.plan import pyramid
from torch import nn

from gancraft import DataShape
from tests.plugins.helpers import (
    check_compiled,
    check_second_derivative,
    classes,
    count,
    game,
    gradients,
    latents,
    pictures,
    shapes,
)
from tests.plugins.makers import dcgan_discriminator, dcgan_generator

PAPER = DataShape(3, 64, 64)
SMALL: dict[str, Any] = {"width": 8}


@pytest.mark.parametrize("width", [64, 128])
@pytest.mark.parametrize("kernel", [4, 5])
def test_the_papers_networks_have_the_published_sizes(width: int, kernel: int) -> None:
    makes, judges = (
        dcgan_generator(PAPER, width=width, kernel=kernel),
        dcgan_discriminator(PAPER, width=width, kernel=kernel),
    )
    widths = [8 * width, 4 * width, 2 * width, width]
    kernels = sum(a * b * kernel**2 for a, b in pairwise([*widths, 3]))
    norms = 2 * sum(widths)
    assert count(makes) == 100 * widths[0] * 4 * 4 + kernels + norms
    assert count(judges) == kernels + norms - 2 * width + widths[0] * 4 * 4
    if (width, kernel) == (64, 4):  # of the implementation in the PyTorch examples
        assert (count(makes), count(judges)) == (3_576_704, 2_765_568)


def test_the_papers_layers() -> None:
    """Figure 1: 100 -> 1024x4x4 -> 512x8x8 -> 256x16x16 -> 128x32x32 -> 3x64x64."""
    makes, judges = dcgan_generator(PAPER, width=128, kernel=5), dcgan_discriminator(PAPER, width=128, kernel=5)
    maps = [(1024, 4, 4), (512, 8, 8), (256, 16, 16), (128, 32, 32), (3, 64, 64)]
    assert shapes(makes, latents(makes, 2)) == [(1024 * 16,), *maps[1:]]
    assert shapes(judges, pictures(PAPER, 2)) == [*maps[-2::-1], (1,)]


def test_the_papers_start() -> None:
    for network in (dcgan_generator(PAPER, width=32), dcgan_discriminator(PAPER, width=32)):
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
                count = module.weight.numel()
                assert module.bias is None
                assert abs(module.weight.mean()) < 5 * 0.02 / math.sqrt(count)
                assert module.weight.std().item() == pytest.approx(0.02, rel=5 / math.sqrt(2 * count))
            if isinstance(module, nn.BatchNorm2d):
                assert abs(module.weight.mean() - 1) < 0.02 and module.weight.std() < 0.05 and module.eps == 1e-5
                assert (module.bias == 0).all()


def test_the_papers_latents_are_uniform_and_ours_normal() -> None:
    uniform = latents(dcgan_generator(PAPER, latent="uniform", **SMALL), 2000)
    assert uniform.min() < -0.999 and 0.999 < uniform.max() < 1
    assert uniform.std() == pytest.approx(1 / math.sqrt(3), rel=0.02)
    assert latents(dcgan_generator(PAPER, **SMALL), 2000).std() == pytest.approx(1, rel=0.02)


def test_he_start_keeps_the_scale_of_maps() -> None:
    torch.manual_seed(0)
    judges = dcgan_discriminator(PAPER, width=32, norm="none", init="he")
    assert 0.05 < judges(torch.randn(64, 3, 64, 64)).std() < 5
    makes = dcgan_generator(PAPER, width=32, norm="none", init="he")
    assert 0.1 < makes(latents(makes, 16)).std() < 0.95


@pytest.mark.parametrize(
    ("size", "levels", "first", "width"),
    [
        ((64, 64), 4, (4, 4), 64),
        ((28, 28), 3, (4, 4), 128),
        ((8, 8), 2, (2, 2), 128),
        ((64, 96), 4, (4, 6), 64),
        ((72, 120), 4, (5, 8), 64),
        ((512, 512), 7, (4, 4), 64),
    ],
)
def test_levels_by_size(size: tuple[int, int], levels: int, first: tuple[int, int], width: int) -> None:
    plan = pyramid(DcganGeneratorOptions(max_width=300), DataShape(3, *size))
    assert len(plan.widths) == levels and (plan.height, plan.width) == first
    assert plan.widths[-1] == width and max(plan.widths) == min(300, width * 2 ** (levels - 1))


ELSE: dict[str, Any] = {"norm": "group", "dense": 24}
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "paper": ({}, {}),
    "kernel 5": ({"kernel": 5}, {"kernel": 5}),
    "nearest, average": ({"up": "resize", "norm": "group"}, {"down": "pool", "norm": "group"}),
    "bilinear, max": (
        {"up": "resize", "resizing": "bilinear", "norm": "layer"},
        {"down": "pool", "pooling": "max", "norm": "layer"},
    ),
    "plain, dense": ({"norm": "none", "dense": 24}, {"norm": "none", "dense": 24}),
    "he": ({"init": "he", "latent": "uniform"}, {"norm": "none", "init": "he", "minibatch_deviation": True}),
    "all else": ({"up": "resize", **ELSE}, {"down": "pool", "minibatch_deviation": True, **ELSE}),
}
SIZES = [(28, 28, 1), (64, 96, 3), (72, 120, 4), (8, 8, 3), (11, 45, 1)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_size_and_setting(size: tuple[int, int, int], setting: str) -> None:
    """The right shapes, within range, and a gradient for every parameter."""
    height, width, channels = size
    shape = DataShape(channels, height, width)
    ours, theirs = SETTINGS[setting]
    makes, judges = dcgan_generator(shape, **SMALL, **ours), dcgan_discriminator(shape, **SMALL, **theirs)
    x_NCHW = makes(latents(makes, 3))
    assert x_NCHW.shape == (3, channels, height, width) and x_NCHW.abs().max() <= 1
    assert judges(x_NCHW).shape == (3,)
    found = gradients(game(makes, judges, latents(makes, 3), pictures(shape, 3), None), (makes, judges))
    assert all(g.isfinite().all() for g in found)
    assert all(g.abs().sum() > 0 for g in found)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_second_derivative(setting: str) -> None:
    shape = DataShape(3, 20, 16, classes=3)
    torch.manual_seed(1)
    options = {**SETTINGS[setting][1], "width": 6, "init": "he"}
    check_second_derivative(dcgan_discriminator(shape, **options), pictures(shape, 5), classes(shape, 5))


@pytest.mark.parametrize("setting", ["paper", "all else"])
def test_compiled_equals_eager(setting: str) -> None:
    shape = DataShape(3, 28, 20, classes=2)
    ours, theirs = SETTINGS[setting]
    torch.manual_seed(2)
    check_compiled(dcgan_generator(shape, **SMALL, **ours), dcgan_discriminator(shape, **SMALL, **theirs), shape)


def test_bfloat16_is_near_float32() -> None:
    torch.manual_seed(3)
    makes = dcgan_generator(PAPER, **SMALL).to(memory_format=torch.channels_last)
    judges = dcgan_discriminator(PAPER, **SMALL, minibatch_deviation=True, norm="group")
    arguments = (latents(makes), pictures(PAPER), None)
    exact = gradients(game(makes, judges, *arguments), (makes, judges))
    with torch.autocast("cpu", torch.bfloat16):
        loss = game(makes, judges, *arguments)
    rough = gradients(loss, (makes, judges))
    ours, theirs = (torch.cat([g.flatten() for g in found]) for found in (rough, exact))
    assert torch.cosine_similarity(ours, theirs, dim=0) > 0.99
