"""Features at points: what a point stands for, in one piece and in tiles, and what the nearest-neighbour loss makes of the
photo there."""

from __future__ import annotations

import pytest
import torch
from gancraft_nnst import NeighbourOptions
from gancraft_nnst.loss import NeighbourLoss

from gancraft.style.points import Points
from gancraft.style.tiles import tiles, whole
from tests.style.helpers import rough


def test_a_point_stands_for_a_square() -> None:
    """Finer layers are averaged over it; coarser ones stay as they are."""
    fine, coarse = rough(32, 16, 0), rough(4, 2, 1)
    points = Points(32, 16, 64, torch.Generator().manual_seed(0), grain=4)
    taken = points.take({"fine": fine, "coarse": coarse})
    squares = {round(float(v), 5) for v in torch.nn.functional.avg_pool2d(fine, 4)[0, 0].flatten()}
    assert {round(float(v), 5) for v in taken["fine"][0, 0].flatten()} <= squares
    assert {float(v) for v in taken["coarse"][0, 0].flatten()} <= {float(v) for v in coarse[0, 0].flatten()}


@pytest.mark.parametrize(("width", "height"), [(64, 48), (32, 80), (60, 40)])
@pytest.mark.parametrize("grain", [1, 2, 4])
def test_tiles_add_up(width: int, height: int, grain: int) -> None:
    x = rough(width, height, 0)
    points = Points(width, height, 100, torch.Generator().manual_seed(0), grain=grain)
    total = sum(
        points.take(tile.own_features({"x": tile.seen.of(x)}), tile)["x"] for tile in tiles(width, height, 32, 16)
    )
    assert torch.allclose(total, points.take({"x": x}, whole(width, height))["x"], atol=1e-6)


@pytest.mark.parametrize(("form", "chosen"), [(0.0, 0), (1.0, 1)])
def test_the_photo_decides_who_is_nearest_as_far_as_it_is_told_to(form: float, chosen: int) -> None:
    """A painting like the style's first point, of a photo like its second."""
    style = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).T[None, :, None]  # 1 x C x 1 x P
    loss = NeighbourLoss(NeighbourOptions(form=form))
    target = loss.target({"relu1": style})
    painting, photo = style.clone().requires_grad_(), style.flip(3)
    (value,) = loss.loss({"relu1": painting, "photo/relu1": photo}, target).values()
    value.backward()
    if chosen == 0:
        assert value.item() == 0
    else:
        assert painting.grad is not None and (painting.grad[0, 0, 0] * torch.tensor([1.0, -1.0]) > 0).all()
