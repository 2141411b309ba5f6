"""What a network that no loss looked through says of a painting: how far it is from its styles, and from its photo.

A loss that was minimised says nothing about the picture. Here two distances are measured, each with a meaning of its own:

- style: the Fréchet distance between the features of two pictures (the measure of SinGAN's SIFID, Shaham et al. 2019, in
  another network), against that between photo and style: 0 where the painting's features have the style's means and
  covariances, 1 where they are as far from them as the photo's.
- content: 1 - the centred kernel alignment (linear CKA, Kornblith et al. 2019) of painting and photo, less what chance
  gives: 0 where the same places are alike in both, 1 where they are by chance only. Other colours or strokes that replace
  the old ones everywhere alike count little.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width, P = positions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gancraft import defaults
from gancraft.interfaces import PerceptualNetwork, StyleInput
from gancraft.metrics.distances import gaussian_frechet
from gancraft.perceptual.statistics import first_moment_sum, mean_sums, position_sum, positions, second_moment_sum
from gancraft.pictures import Picture, fit_size
from gancraft.pictures.fit import covered
from gancraft.plugins import Plugins
from gancraft.style.choice import StyleChoice
from gancraft.style.masks import MaskPair, mask_tensor
from gancraft.style.regions import at_layers, regions
from gancraft.style.resize import fit_style, resize
from gancraft.style.tensors import to_tensor

Scores = Callable[[StyleChoice, np.ndarray], Mapping[str, object]]

LARGEST = 1024  # pixels of the longer side: larger pictures are looked at at this size
SMALLEST = 64  # pixels of the shorter side: below, deep layers would see one cell
LEAST = 1e-3  # of a style's power, where photo and style are nearly the same: nothing is divided by less


@dataclass(frozen=True)
class Judgement:
    """style: 0 has the styles' statistics, 1 is as far from them as the photo; None without a style picture. content: 0 has
    the photo's layout, 1 nothing of it. Both may be above 1; lower is better, and one usually grows where the other falls."""

    style: float | None
    content: float


def judging_network(plugins: Plugins) -> PerceptualNetwork:
    """The judge. Raises GancraftError, with what to install, where its weights aren't there."""
    entry = plugins.get("network", defaults.JUDGE)
    network: PerceptualNetwork = entry.create(entry.options())
    return network


@torch.no_grad()
def judge(
    result_HWC: np.ndarray,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    network: PerceptualNetwork,
    *,
    masks: Sequence[MaskPair] = (),
    style_scale: float = 1.0,
) -> Judgement:
    """Score a painting by its photo and its styles with their weights.

    network: of `judging_network`; any perceptual network works, but figures are comparable within one only. masks: as in
    `paint`; where there are some, each region is compared with the styles that go there, by its share of the picture. The
    content is compared over the whole picture. style_scale: of the run; styles are looked at in the size they had there.
    """
    height, width = result_HWC.shape[:2]
    factor = min(1.0, LARGEST / max(width, height)) * max(1.0, SMALLEST / min(width, height))
    width, height = round(width * factor), round(height * factor)
    layers = list(getattr(network, "judge_layers", network.style_layers))
    photo = _laid(content, result_HWC.shape[1], result_HWC.shape[0])
    painting_NCHW, photo_NCHW = to_tensor(np.asarray(result_HWC, np.float32)), to_tensor(photo.rgb_HWC)
    result, before = (_features(network, x_NCHW, layers, width, height) for x_NCHW in (painting_NCHW, photo_NCHW))
    long_side = max(width, height) * style_scale
    inputs = [
        _input(picture, weight, pair, result_HWC.shape[1], result_HWC.shape[0])
        for (picture, weight), pair in zip(styles, [*masks, *[None] * (len(styles) - len(masks))], strict=True)
        if weight
    ]
    apart = []
    for members, place_N1HW, share in regions(inputs, width, height) if inputs else ():
        targets = [_moments(*_style(network, style, layers, long_side)) for style in members]
        total = sum(style.weight for style in members)
        target = mean_sums(targets, [style.weight / total for style in members])
        where = at_layers(place_N1HW, result)
        painted, usual = _moments(result, where), _moments(before, where)
        apart.append(share * sum(_style_distance(painted, usual, target, name) for name in layers) / len(layers))
    kept = sum(_alignment(result[name], before[name]) for name in layers) / len(layers)
    return Judgement(sum(apart) if apart else None, 1 - kept)


def scorer(
    network: PerceptualNetwork,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    masks: Sequence[MaskPair] = (),
) -> Scores:
    """A function from a run's choice and its result to its scores, for the facts of a recipe. network: of
    `judging_network`."""

    def scores(choice: StyleChoice, result_HWC: np.ndarray) -> dict[str, object]:
        scale = max((getattr(options, "style_scale", 0.0) for options in choice.options.values()), default=0.0) or 1.0
        found = judge(result_HWC, content, styles, network, masks=masks, style_scale=scale)
        distances = {"style_distance": found.style, "content_distance": found.content}
        rounded = {name: round(value, 4) for name, value in distances.items() if value is not None}
        return {**rounded, "judge": defaults.JUDGE}

    return scores


def _laid(picture: Picture, width: int, height: int) -> Picture:
    """As it was fitted to a result of this size."""
    plain = fit_size(str(max(width, height)), None, picture.width, picture.height)
    return picture.resized(width, height) if plain[:2] == (width, height) else covered(picture, width, height)


def _features(
    network: PerceptualNetwork, x_NCHW: Tensor, layers: Sequence[str], width: int, height: int
) -> dict[str, Tensor]:
    return network(resize(x_NCHW, width, height).clamp(0, 1), layers)


def _input(picture: Picture, weight: float, pair: MaskPair | None, width: int, height: int) -> StyleInput:
    place = mask_tensor(_laid(pair.place, width, height)) if pair is not None else None
    part = mask_tensor(pair.part) if pair is not None and pair.part is not None else None
    return StyleInput(to_tensor(picture.rgb_HWC), weight, place, part)


def _style(
    network: PerceptualNetwork, style: StyleInput, layers: Sequence[str], long_side: float
) -> tuple[dict[str, Tensor], dict[str, Tensor] | None]:
    """Features of a style picture, and where they count."""
    x_NCHW = fit_style(style.x_NCHW, long_side)
    height, width = x_NCHW.shape[-2:]
    factor = max(1.0, SMALLEST / min(width, height))
    width, height = round(width * factor), round(height * factor)
    features = _features(network, x_NCHW, layers, width, height)
    part_N1HW = resize(style.part_N1HW, width, height).clamp(0, 1) if style.part_N1HW is not None else None
    return features, at_layers(part_N1HW, features)


def _moments(features: Mapping[str, Tensor], where: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    """Sums by layer, in float64."""
    found: dict[str, Tensor] = {}
    for name, x_NCHW in features.items():
        there = None if where is None else where[name]
        found[f"{name}/count"] = position_sum(x_NCHW, there).double()
        found[f"{name}/mean"] = first_moment_sum(x_NCHW, there).double()
        found[f"{name}/second"] = second_moment_sum(x_NCHW.float(), there).double()
    return found


def _gaussian(sums: Mapping[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    count = sums[f"{name}/count"].clamp(min=1e-6)
    mean_C = sums[f"{name}/mean"] / count
    return mean_C, sums[f"{name}/second"] / count - torch.outer(mean_C, mean_C)


def _style_distance(
    result: Mapping[str, Tensor], photo: Mapping[str, Tensor], target: Mapping[str, Tensor], name: str
) -> float:
    """In one layer."""
    goal = _gaussian(target, name)
    power = float(target[f"{name}/second"].trace() / target[f"{name}/count"])
    usual = gaussian_frechet(*_gaussian(photo, name), *goal)
    return float((gaussian_frechet(*_gaussian(result, name), *goal) / max(usual, LEAST * power, 1e-12)) ** 0.5)


def _alignment(a_NCHW: Tensor, b_NCHW: Tensor) -> float:
    """Linear CKA, of the similarities between all positions in one picture with those in the other, moved so that 1 stays 1
    and what is to be expected of shuffled positions is 0."""
    a_PC, b_PC = (positions(x_NCHW).double() for x_NCHW in (a_NCHW, b_NCHW))
    a_PC, b_PC = a_PC - a_PC.mean(0), b_PC - b_PC.mean(0)
    size = (a_PC.T @ a_PC).norm() * (b_PC.T @ b_PC).norm()
    if size < 1e-12:  # a flat picture
        return 0.0
    by_chance = float(a_PC.square().sum() * b_PC.square().sum() / (size * max(1, len(a_PC) - 1)))
    found = float((a_PC.T @ b_PC).square().sum() / size)
    return (found - by_chance) / max(1 - by_chance, 1e-6)
