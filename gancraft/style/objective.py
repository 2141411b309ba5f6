"""What is minimised: content loss + style loss + total variation loss, and in films a temporal loss.

Every part is relative, so that a weight means the same at every size, in every layer and for every network:
the content loss is 1 where the picture has none of the content's features (the squared error over the mean square of the
content's activations), the style loss is 1 where it has none of the style's (the loss's own duty), and the variation
loss is 1 where neighbouring pixels differ as much as in the style pictures, and the temporal loss is 1 where the picture has
nothing of its guide.

Shape suffixes: N = 1, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.interfaces import PerceptualNetwork, StyleLoss
from gancraft.style.guide import Guide
from gancraft.style.matching import matches
from gancraft.style.points import Points
from gancraft.style.regions import Region
from gancraft.style.tiles import Tile, whole

PICTURE = "picture"  # beside the layers of a network
PHOTO = "photo/"  # before the names of the photo's layers
Cut = Callable[[int, int], list[Tile]]  # width and height to tiles


@dataclass(frozen=True)
class Weights:
    """How much each part counts; layers' weights sum to one within a part."""

    content: float
    style: float
    variation: float
    content_layers: Mapping[str, float]
    style_layers: Mapping[str, float]

    @property
    def layers(self) -> list[str]:
        return [*dict.fromkeys([*self.style_layers, *self.content_layers])]


class Objective:
    """The loss of a picture, with its targets at one size. Call it with a picture; it returns the parts, weighed.

    What it needs of the whole picture is gathered first (`gather`), which adds up over tiles; `of_whole` tells the loss of
    what was gathered, `local` the parts that are sums over positions anyway. So it can be done tile by tile: see `tiled`.
    """

    def __init__(
        self,
        network: PerceptualNetwork,
        style_loss: StyleLoss,
        weights: Weights,
        content_NCHW: Tensor,
        regions: Sequence[Region],
        generator: torch.Generator | None = None,
        seen: Callable[[Tensor], Tensor] = lambda x_NCHW: x_NCHW,
        cut: Cut = lambda width, height: [whole(width, height)],
        guide: Guide | None = None,
    ):
        """regions: of the result, with their styles; all on the network's device. generator: of random points, there too.
        seen: how content and result look to the network; styles are given as they look. cut: a picture of this size
        into tiles. guide: what the result is to stay like."""
        self.parts = ("content", "style", "variation", *(["temporal"] if guide is not None else []))
        self.network, self.style_loss, self.weights, self.regions = network, style_loss, weights, regions
        self.seen, self.content_NCHW = seen, seen(content_NCHW)
        height, width = content_NCHW.shape[-2:]
        self.cut, self.tiles = cut, cut(width, height)
        if generator is None:
            generator = torch.Generator(content_NCHW.device).manual_seed(0)
        with torch.no_grad():
            self.matches = matches(style_loss, regions, self._look, (width, height), generator)
            self.points = self._own_points(width, height, generator)
            self.own_content = self._has_own_content()
            # Kept where it is small; of many tiles it is looked at anew at every step.
            wanted = self.own_content or style_loss.guided
            self.photo = self._photo(self.tiles[0]) if wanted and len(self.tiles) == 1 else {}
            self.content = [self._content_features(tile) for tile in self.tiles]
            self.content_power = self._content_power()
            variations = [r.weight * s.share * variation(s.x_NCHW) for r in regions for s in r.styles]
            self.variation_power = torch.stack(variations).sum() + 1e-4
            self.guide = None if guide is None else Guide(seen(guide.x_NCHW), guide.weight_N1HW)
            self.guide_power = None if self.guide is None else self.guide.power

    def renew(self) -> None:
        """Before every step: draw what is random in it."""
        for match in self.matches:
            match.renew()
        if self.own_content and self.points is not None:
            self.points.renew()

    def __call__(self, x_NCHW: Tensor) -> dict[str, Tensor]:
        """Scalars by the names in `parts`; their sum is the loss. In one piece, whatever the tiles."""
        height, width = x_NCHW.shape[-2:]
        tile = whole(width, height)
        seen_NCHW = self.seen(x_NCHW)
        features = self._features(seen_NCHW, self.weights.layers)
        gathered = {**self.gather(features, tile), **self.gather_content(tile)}
        parts = self.of_whole(gathered)
        local = self.local(features, self.content[0], seen_NCHW, tile)
        return {**local, "content": parts["content"] + local["content"], "style": parts["style"]}

    def gathered(self, x_NCHW: Tensor, tile: Tile) -> dict[str, Tensor]:
        """What a tile of the whole picture gathers, of result and photo."""
        _, features = self.look_at(tile.seen.of(x_NCHW), tile)
        return {**self.gather(features, tile), **self.gather_content(tile)}

    def look_at(self, part_NCHW: Tensor, tile: Tile) -> tuple[Tensor, dict[str, Tensor]]:
        """What the network sees of the part that is looked at for a tile, and the features of its own positions."""
        seen_NCHW = self.seen(part_NCHW)
        return seen_NCHW, tile.own_features(self._features(seen_NCHW, self.weights.layers))

    def gather(self, features: Mapping[str, Tensor], tile: Tile) -> dict[str, Tensor]:
        """What adds up over tiles, by names of our own."""
        found: dict[str, Tensor] = {}
        for number, match in enumerate(self.matches):
            found |= {f"{number}:{name}": x for name, x in match.gather(self._styles(features), tile).items()}
        if self.own_content and self.points is not None:
            found |= {f"content:{name}": x for name, x in self.points.take(features, tile).items()}
        return found

    def gather_content(self, tile: Tile) -> dict[str, Tensor]:
        """Of the photo, where the loss looks at it: at the same points."""
        if not self.own_content and not self.style_loss.guided:
            return {}
        features = self.photo or self._photo(tile)
        found: dict[str, Tensor] = {}
        if self.own_content and self.points is not None:
            found |= {f"photo:{name}": x for name, x in self.points.take(features, tile).items()}
        for number, match in enumerate(self.matches if self.style_loss.guided else []):
            there = match.gather(self._styles(features), tile)
            found |= {f"{number}:{PHOTO}{name}": x for name, x in there.items()}
        return found

    def of_whole(self, gathered: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """`style`, and `content` where it is the loss's own (else 0), of what all tiles gathered."""
        w, style = self.weights, []
        for number, (region, match) in enumerate(zip(self.regions, self.matches, strict=True)):
            style.append(region.weight * _weighed(match.distance(_below(gathered, f"{number}:")), w.style_layers))
        total = w.style * torch.stack(style).sum()
        content = torch.zeros_like(total)
        if self.own_content:
            photo = _below(gathered, "photo:")
            parts = self.style_loss.content(_below(gathered, "content:"), photo)
            assert parts is not None
            content = w.content * torch.stack(list(parts.values())).sum()
        return {"style": total, "content": content}

    def local(
        self, features: Mapping[str, Tensor], content: Mapping[str, Tensor], seen_NCHW: Tensor, tile: Tile
    ) -> dict[str, Tensor]:
        """`content`, `variation` and, with a guide, `temporal` of a tile's own positions: its share of the picture's. seen:
        what the network saw."""
        w, share = self.weights, _share(tile)
        differences = {
            name: (features[name] - content[name].to(features[name].device)).square().mean(dtype=torch.float32)
            * (share / self.content_power[name])
            for name in content
        }
        total = _weighed(differences, w.content_layers) if differences else torch.zeros((), device=seen_NCHW.device)
        rough = neighbours(seen_NCHW, tile) / self.variation_power
        found = {"content": w.content * total, "variation": w.variation * rough}
        if self.guide is not None and self.guide_power is not None:
            found["temporal"] = self.guide.apart(seen_NCHW, tile) / self.guide_power
        return found

    def _look(self, x_NCHW: Tensor) -> Iterator[tuple[Mapping[str, Tensor], Tile]]:
        """A style picture, tile by tile."""
        layers = list(self.weights.style_layers)
        for tile in self.cut(x_NCHW.shape[-1], x_NCHW.shape[-2]):
            yield tile.own_features(self._features(tile.seen.of(x_NCHW), layers)), tile

    def _features(self, x_NCHW: Tensor, layers: Sequence[str]) -> Mapping[str, Tensor]:
        """Of a picture; losses by points are given its colours too."""
        features = self.network(x_NCHW, layers)
        return {**features, PICTURE: x_NCHW} if self.style_loss.points else features

    def _styles(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: x for name, x in features.items() if name in self.weights.style_layers or name == PICTURE}

    @torch.no_grad()
    def _photo(self, tile: Tile) -> dict[str, Tensor]:
        """All features of the photo in a tile's own positions."""
        features = self._features(tile.seen.of(self.content_NCHW), self.weights.layers)
        return {name: x_NCHW.clone() for name, x_NCHW in tile.own_features(features).items()}

    def _own_points(self, width: int, height: int, generator: torch.Generator) -> Points | None:
        """Of the loss's own content."""
        loss = self.style_loss
        return Points(width, height, loss.points, generator, grain=loss.grain) if loss.points else None

    def _has_own_content(self) -> bool:
        if self.points is None:
            return False
        features = self.points.take(self._photo(self.tiles[0]), self.tiles[0])
        return self.style_loss.content(features, features) is not None

    def _content_features(self, tile: Tile) -> dict[str, Tensor]:
        """In the content layers; kept beside the device where there are several tiles, for they are large together."""
        if self.own_content:
            return {}
        layers = list(self.weights.content_layers)
        features = tile.own_features(self.network(tile.seen.of(self.content_NCHW), layers))
        return {name: x.clone() if len(self.tiles) == 1 else x.cpu() for name, x in features.items()}

    def _content_power(self) -> dict[str, Tensor]:
        """Mean squares of the photo's features, over all tiles."""
        power: dict[str, Tensor] = {}
        for tile, features in zip(self.tiles, self.content, strict=True):
            for name, x in features.items():
                mean = x.to(self.content_NCHW.device).float().square().mean() * _share(tile)
                power[name] = power[name] + mean if name in power else mean
        return {name: mean + 1e-12 for name, mean in power.items()}


def neighbours(x_NCHW: Tensor, tile: Tile) -> Tensor:
    """The tile's part of the picture's `variation`, of what is seen of it: pairs whose upper or left pixel is its own."""
    own, seen = tile.own, tile.seen
    top, left = own.top - seen.top, own.left - seen.left
    high, wide = own.bottom - own.top, own.right - own.left
    x_NCHW = x_NCHW[..., top : top + high + 1, left : left + wide + 1]
    down = x_NCHW[..., 1:, :wide] - x_NCHW[..., :-1, :wide]
    right = x_NCHW[..., :high, 1:] - x_NCHW[..., :high, :-1]
    channels = x_NCHW.shape[1]
    total = down.square().sum() / max(1, channels * (tile.height - 1) * tile.width)
    return total + right.square().sum() / max(1, channels * tile.height * (tile.width - 1))


def variation(x_NCHW: Tensor) -> Tensor:
    """Mean squared difference of horizontal and vertical neighbours (total variation, in its squared form)."""
    return neighbours(x_NCHW, whole(x_NCHW.shape[-1], x_NCHW.shape[-2]))


def _share(tile: Tile) -> float:
    """Of the picture's area. Every layer's positions share alike."""
    own = tile.own
    return (own.bottom - own.top) * (own.right - own.left) / (tile.height * tile.width)


def _weighed(losses: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    return torch.stack([losses[name] * weights.get(name, 1.0) for name in losses]).sum()


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): x for name, x in tensors.items() if name.startswith(prefix)}
