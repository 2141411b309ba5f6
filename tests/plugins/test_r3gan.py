"""R3GAN's networks: the published sizes, what a block and a mirror are, and the start that needs no normalisation."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from gancraft_stylegan.r3gan import R3ganDiscriminator, R3ganGenerator
from gancraft_stylegan.r3gan_layers import Block, widths_of
from gancraft_stylegan.r3gan_options import R3ganGeneratorOptions, R3ganOptions
from torch import Tensor, nn
from torch.nn.functional import conv2d, leaky_relu

from gancraft import DataShape, UsageError
from tests.plugins.helpers import classes, count, game, gradients, latents, pictures

PAPER = {"width": 384, "max_width": 768}
SMALL = {"width": 4, "max_width": 8, "group": 4}


def pair(shape: DataShape, seed: int = 0, **more: Any) -> tuple[R3ganGenerator, R3ganDiscriminator]:
    """Small ones unless told otherwise."""
    torch.manual_seed(seed)
    options = {**SMALL, **more}
    return R3ganGenerator(R3ganGeneratorOptions(**options), shape), R3ganDiscriminator(R3ganOptions(**options), shape)


def stirred(shape: DataShape, seed: int = 0, **more: Any) -> tuple[R3ganGenerator, R3ganDiscriminator]:
    """The same after some learning: no layer is at 0 any more."""
    networks = pair(shape, seed, **more)
    for network in networks:
        for parameter in network.parameters():
            nn.init.normal_(parameter, 0, 0.3) if not parameter.any() else None
    return networks


@pytest.mark.parametrize(
    ("side", "widths"),
    [(32, [768] * 4), (64, [768] * 4 + [384]), (256, [768] * 4 + [384, 192, 96])],
)
def test_the_papers_widths(side: int, widths: list[int]) -> None:
    """Of CIFAR-10, FFHQ-64 and FFHQ-256, whose 3x3 convolutions have 16 channels a group."""
    makes, judges = pair(DataShape(3, side, side), **PAPER, group=16)
    for network, order in ((makes, widths), (judges, widths[::-1])):
        blocks = [module for module in network.modules() if isinstance(module, Block)]
        assert [block.widen.in_channels for block in blocks] == [width for width in order for _ in range(2)]
        for block in blocks:
            wide = 2 * block.widen.in_channels
            assert block.look.weight.shape == (wide, 16, 3, 3) and block.look.groups == wide // 16
            assert block.narrow.weight.shape == (wide // 2, wide, 1, 1) and block.narrow.bias is None
    changes = [(a, b) for a, b in pairwise(widths) if a != b]
    points = [up.point.weight.shape[:2] for up in makes.ups if isinstance(up.point, nn.Conv2d)]
    assert points == [(b, a) for a, b in changes]
    points = [down.point.weight.shape[:2] for down in judges.downs if isinstance(down.point, nn.Conv2d)]
    assert points == changes[::-1]
    assert makes.first.weight.shape == (768, 64) and makes.basis.shape == judges.basis.shape == (768, 4, 4)


def test_parameters_by_hand() -> None:
    """Maps of 4x4 and 8x8 with 8 and 6 channels, three blocks each, groups of 4, five classes."""
    makes, judges = pair(DataShape(1, 8, 8, classes=5), widths=["8", "6"], blocks=3)
    blocks = sum(3 * (2 * c * (c + 1) + 2 * c * (9 * 4 + 1) + 2 * c * c) for c in (8, 6))
    both = blocks + 8 * 6 + 6 + 8 * 4 * 4
    assert count(makes) == both + 8 * 128 + 5 * 64
    assert count(judges) == both + 8 + 5 * 8


SIZES = [(3, 120, 72), (1, 28, 28), (4, 96, 64), (3, 8, 8), (3, 45, 11)]


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_any_size_and_every_parameter_learns(size: tuple[int, int, int], labelled: bool) -> None:
    shape = DataShape(*size, classes=3 if labelled else 0)
    makes, judges = stirred(shape)
    z_NL, x_NCHW, labels_N = latents(makes), pictures(shape), classes(shape)
    assert makes(z_NL, labels_N).shape == x_NCHW.shape
    assert judges(x_NCHW, labels_N).shape == (4,) and judges(x_NCHW, labels_N).dtype == torch.float32
    found = gradients(game(makes, judges, z_NL, x_NCHW, labels_N), (makes, judges))
    assert all(g.isfinite().all() and g.abs().sum() > 0 for g in found)


def test_a_block_by_its_definition() -> None:
    torch.manual_seed(0)
    block = Block(6, group=4, depth=3)
    for parameter in block.parameters():
        nn.init.normal_(parameter)
    x_NCHW, p = torch.randn(2, 6, 5, 7), dict(block.named_parameters())
    h_NCHW = leaky_relu(conv2d(x_NCHW, p["widen.weight"], p["widen.bias"]), 0.2)
    parts = zip(h_NCHW.split(4, 1), p["look.weight"].split(4), p["look.bias"].split(4), strict=True)
    h_NCHW = leaky_relu(torch.cat([conv2d(h, w, b, padding=1) for h, w, b in parts], 1), 0.2)
    torch.testing.assert_close(block(x_NCHW), x_NCHW + conv2d(h_NCHW, p["narrow.weight"]))


def test_blocks_start_as_nothing_and_inside_with_the_scale_of_their_depth() -> None:
    makes, judges = pair(DataShape(3, 64, 64), **{**PAPER, "width": 96, "max_width": 192}, group=16)
    for network in (makes, judges):
        for block in (module for module in network.modules() if isinstance(module, Block)):
            x_NCHW = torch.randn(1, block.widen.in_channels, 4, 4)
            assert torch.equal(block(x_NCHW), x_NCHW)
            gain = math.sqrt(2 / 1.04) * 10**-0.25
            for layer in (block.widen, block.look):
                inputs = layer.weight[0].numel()
                assert layer.weight.std().item() == pytest.approx(gain / math.sqrt(inputs), rel=0.05)
                assert not layer.bias.any()


def test_without_normalisation_the_start_is_about_as_large_as_pictures() -> None:
    makes, judges = pair(DataShape(3, 32, 32), width=16, max_width=128, group=16)
    x_NCHW = makes(latents(makes, 16))
    assert 0.3 < x_NCHW.std() < 2
    assert 0.01 < judges(pictures(DataShape(3, 32, 32), 16)).std() < 3


def test_the_head_weighs_every_place_of_every_channel() -> None:
    _, judges = pair(DataShape(3, 8, 8), widths=["8", "8"])
    x_NCHW = pictures(DataShape(3, 8, 8))
    h_NCHW = judges.levels[1](judges.downs[0](judges.levels[0](judges.pixels(x_NCHW))))
    weight_CHW = judges.basis * judges.logit[:, None, None]
    torch.testing.assert_close(judges(x_NCHW), torch.einsum("nchw,chw->n", h_NCHW, weight_CHW))


def test_no_picture_bears_on_another() -> None:
    shape = DataShape(3, 16, 16)
    _, judges = stirred(shape)
    x_NCHW = pictures(shape, 6)
    alone_N = torch.cat([judges(x[None]) for x in x_NCHW])
    torch.testing.assert_close(judges(x_NCHW), alone_N)
    assert judges.together == 1


def test_the_lower_parts_go_from_the_picture_inwards() -> None:
    """All that a picture goes through before it is weighed, in this order."""
    _, judges = stirred(DataShape(3, 16, 16))
    seen: list[nn.Module] = []
    for part in judges.lower():
        part.register_forward_hook(lambda module, _, __: seen.append(module))
    judges(pictures(DataShape(3, 16, 16)))
    assert seen == list(judges.lower())
    kept = sum(count(part) for part in judges.lower())
    assert kept == count(judges) - judges.basis.numel() - judges.logit.numel()


def test_labels_change_pictures_and_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes, judges = stirred(shape)
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (makes(z_NL, ones) - makes(z_NL, twos)).abs().max() > 1e-3
    assert (judges(makes(z_NL, ones), ones) != judges(makes(z_NL, ones), twos)).all()


@pytest.mark.parametrize(
    ("options", "shape", "message"),
    [
        ({}, DataShape(2, 1, 1), "not points in the plane"),
        ({}, DataShape(3, 64, 7), "8 pixels"),
        ({"widths": ["8", "8"]}, DataShape(3, 16, 24), "--widths 8,8: 3 numbers of channels are needed, for 6x4, 12x8"),
        ({"widths": ["8", "x", "8"]}, DataShape(3, 16, 16), "3 numbers of channels are needed"),
        ({"widths": ["8", "0", "8"]}, DataShape(3, 16, 16), "3 numbers of channels are needed"),
        ({"widths": ["8", "7", "8"]}, DataShape(3, 16, 16), "twice 7 can't be divided into --group 4"),
    ],
)
def test_what_is_not_possible(options: dict[str, Any], shape: DataShape, message: str) -> None:
    for kind, settings in ((R3ganGenerator, R3ganGeneratorOptions), (R3ganDiscriminator, R3ganOptions)):
        with pytest.raises(UsageError, match=message):
            kind(settings(**{**SMALL, **options}), shape)


@pytest.mark.parametrize(
    ("options", "side", "widths"),
    [
        ({"width": 64, "max_width": 256}, 64, [256, 256, 256, 128, 64]),
        ({"width": 64, "max_width": 256}, 28, [256, 256, 256, 128]),  # as many levels as 32 pixels have
        ({"width": 3, "max_width": 30, "group": 16}, 64, [24, 24, 8, 8, 8]),  # whole groups, one at least
        ({"width": 3, "max_width": 30, "group": 0}, 64, [30, 24, 12, 6, 3]),
    ],
)
def test_widths_go_by_the_size_of_the_map(options: dict[str, int], side: int, widths: list[int]) -> None:
    assert widths_of(R3ganOptions(**options), DataShape(3, side, side)) == widths


def test_start_repeats_with_the_seed() -> None:
    shape = DataShape(3, 16, 16)
    first, again, other = (pair(shape, seed) for seed in (3, 3, 4))

    def state(networks: tuple[nn.Module, ...]) -> Tensor:
        return torch.cat([p.detach().flatten() for network in networks for p in network.parameters()])

    assert torch.equal(state(first), state(again)) and not torch.equal(state(first), state(other))
