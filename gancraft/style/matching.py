"""A style loss in a region of the picture, in two halves: what it gathers from features, which adds up over tiles, and
how far that is from the style. One class a kind of loss.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.interfaces import StyleLoss
from gancraft.style.points import Points
from gancraft.style.regions import Region, Style, at_layers
from gancraft.style.tiles import Tile

Features = Mapping[str, Tensor]
Gathered = Mapping[str, Tensor]
# A picture to its features in the style layers, tile by tile.
Look = Callable[[Tensor], Iterable[tuple[Features, Tile]]]


class Sums:
    """An additive loss: its sums, weighed by the mask."""

    def __init__(self, loss: StyleLoss, region: Region, look: Look):
        self.loss, self.place_N1HW = loss, region.place_N1HW
        targets = []
        for style in region.styles:
            targets.append(added(_sums(loss, features, style.part_N1HW, tile) for features, tile in look(style.x_NCHW)))
        self.target = loss.blend(targets, [style.share for style in region.styles])

    def gather(self, features: Features, tile: Tile) -> Gathered:
        return _sums(self.loss, features, self.place_N1HW, tile)

    def distance(self, gathered: Gathered) -> dict[str, Tensor]:
        return self.loss.distance(gathered, self.target)

    def renew(self) -> None:
        """Nothing is drawn."""


class AtPoints:
    """A loss by points, which lie within the mask."""

    def __init__(self, loss: StyleLoss, region: Region, look: Look, size: tuple[int, int], generator: torch.Generator):
        """size: width and height of the result."""
        self.loss = loss
        self.points = Points(*size, loss.points, generator, region.place_N1HW, loss.grain)
        targets = [loss.target(_pool(style, look, loss, generator)) for style in region.styles]
        self.target = loss.blend(targets, [style.share for style in region.styles])

    def gather(self, features: Features, tile: Tile) -> Gathered:
        return self.points.take(features, tile)

    def distance(self, gathered: Gathered) -> dict[str, Tensor]:
        return self.loss.loss(gathered, self.target)

    def renew(self) -> None:
        self.points.renew()


class Whole:
    """A loss of whole maps."""

    def __init__(self, loss: StyleLoss, region: Region, look: Look):
        masks = [region.place_N1HW, *(style.part_N1HW for style in region.styles)]
        if any(mask is not None for mask in masks):
            raise UsageError("--mask: this method looks at whole pictures and takes no masks")
        self.loss = loss
        targets = [loss.target(_whole(look(style.x_NCHW))) for style in region.styles]
        self.target = loss.blend(targets, [style.share for style in region.styles])

    def gather(self, features: Features, tile: Tile) -> Gathered:
        """Raises UsageError for a tile that isn't the whole picture."""
        return _whole([(features, tile)])

    def distance(self, gathered: Gathered) -> dict[str, Tensor]:
        return self.loss.loss(gathered, self.target)

    def renew(self) -> None:
        """Nothing is drawn."""


def matches(
    loss: StyleLoss, regions: Sequence[Region], look: Look, size: tuple[int, int], generator: torch.Generator
) -> list[Sums | AtPoints | Whole]:
    """The loss in each region. size: width and height of the result."""
    if loss.additive:
        return [Sums(loss, region, look) for region in regions]
    if loss.points:
        return [AtPoints(loss, region, look, size, generator) for region in regions]
    return [Whole(loss, region, look) for region in regions]


def added(parts: Iterable[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """What several tiles gathered, summed name by name."""
    total: dict[str, Tensor] = {}
    for part in parts:
        for name, value in part.items():
            total[name] = total[name] + value if name in total else value
    return total


def _sums(loss: StyleLoss, features: Features, mask_N1HW: Tensor | None, tile: Tile) -> Mapping[str, Tensor]:
    """Of a tile. mask: of the whole picture."""
    if mask_N1HW is None:
        return loss.target(features)
    return loss.target(features, at_layers(tile.own.of(mask_N1HW), features))


def _pool(style: Style, look: Look, loss: StyleLoss, generator: torch.Generator) -> dict[str, Tensor]:
    """A style picture's features at as many points as the loss wants."""
    height, width = style.x_NCHW.shape[-2:]
    points = Points(width, height, loss.points, generator, style.part_N1HW, loss.grain)
    return added(points.take(features, tile) for features, tile in look(style.x_NCHW))


def _whole(looks: Iterable[tuple[Features, Tile]]) -> Features:
    """The features of a picture that is one tile."""
    features, tile = next(iter(looks))
    if (tile.own.bottom - tile.own.top, tile.own.right - tile.own.left) != (tile.height, tile.width):
        raise UsageError("--memory: this method looks at whole pictures and can't paint in tiles")
    return features
