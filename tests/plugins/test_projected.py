"""The discriminator of Projected GANs: what it sees of pictures, and what it judges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import torch
from gancraft_embedded.network import Embedded
from gancraft_projected import ProjectedOptions
from gancraft_projected.discriminator import ProjectedDiscriminator
from gancraft_projected.projection import Projection
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from gancraft import DataShape, PerceptualOptions
from tests.plugins.helpers import classes, pictures

SHAPES = [(3, 64, 64), (1, 28, 28), (3, 120, 72), (4, 96, 64), (1, 16, 16), (3, 8, 8), (4, 33, 49)]


class Pools(nn.Module):
    """Layers that are the picture itself, pooled more and more; in training it would learn, and drop what it sees."""

    fingerprint = ""

    def __init__(self, depths: int = 3, ceil: bool = False, stride: int = 2):
        super().__init__()
        self.ceil, self.stride = ceil, stride
        self.layers = [f"pool{i}" for i in range(depths)]
        self.style_layers = self.content_layers = dict.fromkeys(self.layers, 1.0)
        self.dropout, self.gain = nn.Dropout(), nn.Parameter(torch.ones(()))
        self.seen: list[Tensor] = []

    def forward(self, x_NCHW: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        self.seen.append(x_NCHW)
        maps = [self.dropout(self.gain * x_NCHW)]
        for _ in self.layers[1:]:
            maps.append(avg_pool2d(maps[-1], self.stride, ceil_mode=self.ceil))
        known = dict(zip(self.layers, maps, strict=True))
        return {name: known[name] for name in layers}


def judge(shape: DataShape, eye: Any = None, seed: int = 0, **options: Any) -> ProjectedDiscriminator:
    """A small one. eye: the network that it looks through, else the embedded one."""
    torch.manual_seed(seed)
    given = {"width": 4, "max_width": 16, **options}
    return ProjectedDiscriminator(ProjectedOptions(**given), shape, eye or Embedded(PerceptualOptions()))


def through(pools: Pools, shape: DataShape, **options: Any) -> ProjectedDiscriminator:
    return judge(shape, pools, layers=len(pools.layers), **options)


def learning(judges: nn.Module) -> dict[str, nn.Parameter]:
    return {name: parameter for name, parameter in judges.named_parameters() if parameter.requires_grad}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kinds", [0, 3])
def test_every_size_and_class(shape: tuple[int, int, int], kinds: int) -> None:
    """Gradients reach the pictures and all that learns."""
    wanted = DataShape(*shape, classes=kinds)
    judges = judge(wanted)
    x_NCHW = pictures(wanted).requires_grad_()
    logits = judges(x_NCHW, classes(wanted))
    assert logits.dim() == 1 and len(logits) % 4 == 0
    loss = (logits * torch.linspace(0.5, 1.5, len(logits))).square().mean()
    for slope in torch.autograd.grad(loss, [x_NCHW, *learning(judges).values()]):
        assert slope.isfinite().all() and slope.abs().sum() > 0


@pytest.mark.parametrize(
    ("shape", "options", "number"),
    [
        ((3, 64, 64), {}, 4 * 16),
        ((4, 64, 64), {}, 2 * 4 * 16),
        ((3, 16, 16), {}, 4 * 16),
        ((3, 16, 16), {"side": 16}, 1 + 4 + 16 + 16),
        ((3, 128, 64), {"layers": 2}, 2 * 32),
        ((3, 64, 64), {"layers": 5, "norm": "none"}, 5 * 16),
    ],
)
def test_logits_of_a_picture(shape: tuple[int, int, int], options: dict[str, Any], number: int) -> None:
    """About 16 for each depth and view; those of a picture stand in a row, and no other picture bears on them."""
    wanted = DataShape(*shape)
    judges = judge(wanted, **options).eval()
    x_NCHW = pictures(wanted, n=2)
    both_N = judges(x_NCHW)
    assert len(both_N) == 2 * number
    torch.testing.assert_close(judges(x_NCHW[1:]), both_N[number:], rtol=1e-4, atol=1e-5)


def test_grey_pictures_are_shown_as_colours() -> None:
    x_N1HW = pictures(DataShape(1, 28, 28))
    grey, colour = judge(DataShape(1, 28, 28)).eval(), judge(DataShape(3, 28, 28)).eval()
    assert torch.equal(grey(x_N1HW), colour(x_N1HW.expand(-1, 3, -1, -1)))


@pytest.mark.parametrize(("size", "shown"), [((64, 64), 64), ((28, 28), 56), ((24, 40), 48), ((8, 8), 64)], ids=str)
def test_small_pictures_are_doubled_before_they_are_shown(size: tuple[int, int], shown: int) -> None:
    pools = Pools()
    judges = through(pools, DataShape(3, *size)).eval()
    x_NCHW = pictures(DataShape(3, *size))
    judges(x_NCHW)
    seen_NCHW = pools.seen[-1]
    assert min(seen_NCHW.shape[-2:]) == shown and seen_NCHW.min() >= 0 and seen_NCHW.max() <= 1
    scale = shown // min(size)
    assert seen_NCHW.shape[-1] == scale * size[1]
    if scale == 1:
        torch.testing.assert_close(seen_NCHW, x_NCHW / 2 + 0.5)
    means_NC = seen_NCHW.mean((2, 3)) - (x_NCHW / 2 + 0.5).mean((2, 3))
    assert means_NC.abs().max() < 0.02


@pytest.mark.parametrize("side", [16, 64])
def test_what_nobody_sees_is_not_judged(side: int) -> None:
    """Colours under an alpha of 0 change nothing, even where the picture is doubled; a change of alpha does."""
    shape = DataShape(4, 16, 16)
    judges = judge(shape, side=side).eval()
    x_NCHW = pictures(shape)
    x_NCHW[:, 3, 4:9, 3:12] = -1
    hidden_NCHW, veiled_NCHW = x_NCHW.clone(), x_NCHW.clone()
    hidden_NCHW[:, :3, 4:9, 3:12] *= -1
    veiled_NCHW[:, 3, 12:] = -1
    torch.testing.assert_close(judges(hidden_NCHW), judges(x_NCHW))
    assert not torch.allclose(judges(veiled_NCHW), judges(x_NCHW), atol=1e-3)


def test_alpha_is_shown_over_white_and_over_black() -> None:
    pools, shape = Pools(), DataShape(4, 64, 64)
    judges = through(pools, shape).eval()
    x_NCHW = pictures(shape)
    x_NCHW[:, 3, :32], x_NCHW[:, 3, 32:] = 1, -1
    pools.seen.clear()
    judges(x_NCHW)
    white_NCHW, black_NCHW = pools.seen
    for seen_NCHW in (white_NCHW, black_NCHW):
        torch.testing.assert_close(seen_NCHW[:, :, :32], x_NCHW[:, :3, :32] / 2 + 0.5)
    assert (white_NCHW[:, :, 32:] == 1).all() and (black_NCHW[:, :, 32:] == 0).all()


def reach(projection: Projection, seen: list[Tensor]) -> list[list[bool]]:
    """By map, deepest first: whether each of the layers, shallow to deep, bears on it, by all channels on all channels."""
    given = [h_NCHW.requires_grad_() for h_NCHW in seen]
    names = projection.layers[::-1]
    projection.network.forward = lambda x_NCHW, layers: dict(zip(names, given, strict=True))
    found = []
    for h_NCHW in projection(torch.zeros(1, 3, 8, 8)):
        ways = [[] for _ in given]
        for channel in range(h_NCHW.shape[1]):
            slopes = torch.autograd.grad(h_NCHW[:, channel].sum(), given, retain_graph=True, allow_unused=True)
            for way, slope in zip(ways, slopes, strict=True):
                way.append(slope is not None and bool((slope.abs().sum((0, 2, 3)) > 0).all()))
        assert all(len(set(way)) == 1 for way in ways)
        found.append([way[0] for way in ways])
    return found


def test_deep_layers_bear_on_shallow_maps_and_not_the_other_way() -> None:
    projection = through(Pools(), DataShape(3, 64, 64)).projection
    seen = [torch.rand(1, 3, side, side) for side in (8, 4, 2)]
    assert reach(projection, seen) == [[False, False, True], [False, True, True], [True, True, True]]


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("stride", [2, 4])
@pytest.mark.parametrize("size", [(64, 64), (63, 45), (61, 93)], ids=str)
def test_maps_of_all_depths_lie_upon_each_other(ceil: bool, stride: int, size: tuple[int, int]) -> None:
    """Whether pools drop an odd row or not: a place of the deepest map is the same place of the shallowest."""
    pools = Pools(3 if stride == 2 else 2, ceil, stride)
    projection = through(pools, DataShape(3, *size), side=32).eval().projection
    dark_NCHW = torch.zeros(1, 3, *size)
    shallow = pools.layers[0]
    before = projection(dark_NCHW)[-1]
    height, width = size[0] // 2, size[1] // 2  # a lit quarter, told by deep layers alone
    lit_NCHW = dark_NCHW.clone()
    lit_NCHW[:, :, height:, width:] = 1
    truth, plain = pools(lit_NCHW, pools.layers), pools.forward
    pools.forward = lambda x, layers: {n: dark_NCHW if n == shallow else truth[n] for n in layers}  # type: ignore[method-assign]
    change_HW = (projection(dark_NCHW)[-1] - before).abs().sum((0, 1))
    pools.forward = plain  # type: ignore[method-assign]
    margin = 16  # four places of the deepest map, for filters
    assert change_HW.shape == size and change_HW[height + margin :, width + margin :].min() > 0
    assert change_HW[: height - margin].max() == 0 and change_HW[:, : width - margin].max() == 0


def test_the_mixing_comes_from_the_seed() -> None:
    shape = DataShape(3, 32, 32)
    one, same, other = (judge(shape, seed=seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(one[name], same[name]) for name in one)
    equal = {name for name in one if torch.equal(one[name], other[name])}
    assert {n for n in one if ".network." in n} <= equal
    assert not any(name.startswith(("projection.across", "projection.down")) for name in equal)


def test_mixing_keeps_the_power_of_maps() -> None:
    """So that no depth is louder than another: everywhere about that of the network's maps, which average one."""
    judges = judge(DataShape(3, 64, 64), width=32, max_width=64)
    x_NCHW = nn.functional.interpolate(torch.rand(4, 3, 8, 8), 64, mode="bicubic").clamp(0, 1)
    for h_NCHW in judges.projection(x_NCHW):
        assert 0.3 < h_NCHW.square().mean().sqrt() < 10
