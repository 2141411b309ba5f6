"""Which style goes where."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gancraft import Picture, UsageError
from gancraft.interfaces import StyleInput
from gancraft.style.masks import MaskPair, check_masks, mask_tensor
from gancraft.style.points import Points
from gancraft.style.regions import at_layers, regions
from gancraft.style.tiles import tiles
from tests.style.helpers import rough

X = rough(8, 8, 1)


def half(left: bool = True) -> torch.Tensor:
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., slice(0, 8) if left else slice(8, 16)] = 1
    return mask


def picture(width: int, height: int, value: float = 1.0, name: str = "m.png") -> Picture:
    return Picture(np.full((height, width, 3), value, np.float32), name=name)


def test_without_masks_there_is_one_region() -> None:
    ((styles, place, weight),) = regions([StyleInput(X), StyleInput(X, 2.0)], 16, 16)
    assert len(styles) == 2 and place is None and weight == 1


def test_styles_without_a_mask_share_the_rest() -> None:
    first, second, third = StyleInput(X, 1.0, half()), StyleInput(X), StyleInput(X)
    (own, place, weight), (rest, elsewhere, left) = regions([first, second, third], 16, 16)
    assert own == [first] and rest == [second, third] and weight == left == 0.5
    assert place is not None and elsewhere is not None and torch.equal(place + elsewhere, torch.ones(1, 1, 16, 16))


def test_where_masks_overlap_both_count_in_part() -> None:
    found = regions([StyleInput(X, 1.0, half()), StyleInput(X, 1.0, torch.ones(1, 1, 16, 16))], 16, 16)
    one, two = (place for _, place, _ in found)
    assert one is not None and two is not None
    assert float(one[..., :8].mean()) == float(two[..., :8].mean()) == 0.5 and float(two[..., 8:].mean()) == 1


def test_what_a_mask_must_leave() -> None:
    with pytest.raises(UsageError, match="the first mask of the content is black"):
        regions([StyleInput(X, 1.0, torch.zeros(1, 1, 16, 16))], 16, 16)
    with pytest.raises(UsageError, match="nothing is left for the styles without one"):
        regions([StyleInput(X, 1.0, torch.ones(1, 1, 16, 16)), StyleInput(X)], 16, 16)


def test_masks_must_fit() -> None:
    photo, style = picture(20, 10, name="photo.png"), picture(30, 30, name="style.png")
    check_masks([MaskPair(picture(20, 10), picture(30, 30))], photo, [style])
    with pytest.raises(UsageError, match=r"--mask m.png: is 10x10 pixels, but photo.png is 20x10"):
        check_masks([MaskPair(picture(10, 10))], photo, [style])
    with pytest.raises(UsageError, match=r"but style.png is 30x30"):
        check_masks([MaskPair(picture(20, 10), picture(20, 10))], photo, [style])
    with pytest.raises(UsageError, match="is black"):
        check_masks([MaskPair(picture(20, 10), picture(30, 30, 0.0))], photo, [style])
    with pytest.raises(UsageError, match="2 pairs for one style"):
        check_masks([MaskPair(picture(20, 10))] * 2, photo, [style])


def test_a_mask_is_lightness_times_opacity() -> None:
    grey = Picture(np.full((4, 4, 3), 0.5, np.float32), np.full((4, 4), 0.5, np.float32))
    assert float(mask_tensor(grey).mean()) == pytest.approx(0.25)


def test_a_mask_goes_through_the_strides() -> None:
    features = {"a": torch.zeros(1, 3, 8, 8), "b": torch.zeros(1, 3, 2, 2)}
    carried = at_layers(half(), features)
    assert carried is not None
    assert carried["b"].squeeze().tolist() == [[1, 0], [1, 0]] and carried["a"].shape == (1, 1, 8, 8)


def test_points_lie_in_the_mask_and_change() -> None:
    points = Points(16, 16, 200, torch.Generator().manual_seed(0), half(left=False))
    before = points.place_P.clone()
    assert (before % 16 >= 8).all() and len(before.unique()) > 80
    memory = points.place_P.data_ptr()
    points.renew()
    assert not torch.equal(before, points.place_P) and points.place_P.data_ptr() == memory


def test_points_are_the_same_place_in_every_layer_and_add_up_over_tiles() -> None:
    grid = torch.arange(16.0).view(1, 1, 16, 1) * 100 + torch.arange(16.0)
    coarse = torch.nn.functional.avg_pool2d(grid, 2)
    points = Points(16, 16, 50, torch.Generator().manual_seed(0))
    taken = points.take({"fine": grid, "coarse": coarse})
    assert ((taken["fine"] // 100 // 2) == (taken["coarse"] // 100 // 2)).all()
    parts = [points.take({"fine": tile.part(grid)}, tile)["fine"] for tile in tiles(16, 16, 8, 4)]
    assert torch.equal(torch.stack(parts).sum(0), taken["fine"])
