"""Every style loss that comes along, under the engine's runner: the same checks for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gancraft import StyleLoss
from gancraft.plugins import find_plugins
from gancraft.style.matching import matches
from gancraft.style.objective import PICTURE
from gancraft.style.regions import Region, Style
from gancraft.style.tiles import whole
from tests.style.helpers import finish, job, rough, run, smooth, tiny_network

PLUGINS = find_plugins()
NAMES = [name for name in PLUGINS.names("style") if PLUGINS.get("style", name).interface is StyleLoss]
LAYERS = ["relu1", "relu2"]
REACH = 4  # pixels that the deeper one sees beside its own


def made(name: str) -> Any:
    entry = PLUGINS.get("style", name)
    return entry.create(entry.options())


def look(x_NCHW: torch.Tensor) -> Any:
    yield {**tiny_network()(x_NCHW, LAYERS), PICTURE: x_NCHW}, whole(x_NCHW.shape[-1], x_NCHW.shape[-2])


def distance(name: str, region: Region, x_NCHW: torch.Tensor) -> torch.Tensor:
    """The loss of a picture, summed over its layers."""
    height, width = x_NCHW.shape[-2:]
    generator = torch.Generator().manual_seed(0)
    (match,) = matches(made(name), [region], look, (width, height), generator)
    ((features, tile),) = look(x_NCHW)
    if not made(name).points:
        features = {layer: features[layer] for layer in LAYERS}
    return torch.stack(list(match.distance(match.gather(features, tile)).values())).sum()


def test_there_are_all_of_them() -> None:
    assert {"gram", "covariance", "mean-variance", "gaussian", "sliced", "strotss", "nnst"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_paints(name: str) -> None:
    """The content's size, colours in range, the same for the same seed, and less to do at the end than at the start."""
    done, progress = finish(run(job(), made(name), iterations=30, strength=0.9))
    again, _ = finish(run(job(), made(name), iterations=30, strength=0.9))
    assert done.picture_HWC is not None and done.picture_HWC.shape == (24, 36, 3)
    assert done.picture_HWC.min() >= 0 and done.picture_HWC.max() <= 1
    assert np.array_equal(done.picture_HWC, again.picture_HWC)
    assert progress[-1].values["style"] < 0.8 * progress[0].values["style"]


@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_near_itself_and_far_from_others(name: str) -> None:
    """About 1, within a factor of a few, where there is nothing of the style."""
    style, other = rough(48, 48, 2), smooth(48, 48, 9)
    region = Region([Style(style, 1.0)])
    near, far, nothing = (float(distance(name, region, x)) for x in (style, other, torch.zeros(1, 3, 48, 48)))
    assert near < 0.5 * far and near < 0.5 * nothing
    assert 0.05 < nothing / len(LAYERS) < 5


@pytest.mark.parametrize("name", NAMES)
def test_a_blend_lies_between(name: str) -> None:
    """Of two styles, nearer to the one that counts more."""
    one, two = rough(48, 48, 2), (0.2 * rough(48, 48, 3)).clamp(0, 1)
    apart = [
        float(distance(name, Region([Style(one, share), Style(two, 1 - share)]), one)) for share in (1.0, 0.8, 0.2)
    ]
    assert apart[0] < apart[1] < apart[2]


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_keeps_a_style_to_its_place(name: str) -> None:
    """Only pixels in its place, and those that features there see, are moved."""
    place = torch.zeros(1, 1, 32, 48)
    place[..., :24] = 1
    region = Region([Style(rough(40, 40, 2), 1.0)], place)
    x_NCHW = smooth(48, 32, 1).requires_grad_()
    distance(name, region, x_NCHW).backward()
    assert x_NCHW.grad is not None
    moved_W = x_NCHW.grad.abs().sum((0, 1, 2))
    assert (moved_W[:20] > 0).all() and (moved_W[24 + REACH :] == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_part_of_a_style_picture_is_looked_at(name: str) -> None:
    """Half of it is black and masked away: what is left is the other half alone."""
    style = rough(48, 48, 2)
    half = style.clone()
    half[..., 24:] = 0
    part = torch.zeros(1, 1, 48, 48)
    part[..., :20] = 1  # away from the edge, where features see both
    masked, unmasked = (distance(name, Region([Style(half, 1.0, mask)]), style) for mask in (part, None))
    assert masked < unmasked
