"""The judge: what its two distances are at their ends, and that they tell better from worse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gancraft.events import Finished
from gancraft.interfaces import PerceptualNetwork
from gancraft.pictures import Picture, fitted, open_sample
from gancraft.plugins import find_plugins
from gancraft.style import judge as judging
from gancraft.style import paint
from gancraft.style.choice import resolve_style
from gancraft.style.judge import _alignment, judge, judging_network, scorer
from gancraft.style.masks import MaskPair
from tests.style.helpers import tiny_network

PLUGINS = find_plugins()


def picture(rgb_HWC: np.ndarray) -> Picture:
    return Picture(np.asarray(rgb_HWC, np.float32))


@pytest.fixture(scope="module")
def eye() -> PerceptualNetwork:
    return judging_network(PLUGINS)


@pytest.fixture(scope="module")
def cat() -> Picture:
    return fitted(open_sample("cat"), size="96x80")


@pytest.fixture(scope="module")
def swirl() -> Picture:
    return fitted(open_sample("swirl"), size="96x80")


@pytest.mark.parametrize("own", [True, False], ids=["judge", "any network"])
def test_the_ends(own: bool, eye: PerceptualNetwork, cat: Picture, swirl: Picture) -> None:
    network: Any = eye if own else tiny_network()
    photo = judge(cat.rgb_HWC, cat, [(swirl, 1.0)], network)
    assert photo.style == pytest.approx(1) and photo.content == pytest.approx(0, abs=1e-6)
    painting = judge(swirl.rgb_HWC, cat, [(swirl, 1.0)], network)
    assert painting.style == pytest.approx(0, abs=2e-3) and painting.content > 0.5


def test_shuffled_places_are_chance() -> None:
    random = torch.Generator().manual_seed(0)
    a_NCHW = torch.randn(1, 24, 6, 8, generator=random).cumsum(-1)
    turned_NCHW = 3 * torch.einsum("nchw,cd->ndhw", a_NCHW, torch.linalg.qr(torch.randn(24, 24, generator=random))[0])
    assert _alignment(a_NCHW, turned_NCHW) == pytest.approx(1, abs=1e-5)
    found = []
    for _ in range(40):
        order = torch.randperm(48, generator=random)
        found.append(_alignment(a_NCHW, a_NCHW.flatten(2)[..., order].unflatten(2, (6, 8))))
    assert abs(float(np.mean(found))) < 0.03
    assert _alignment(a_NCHW, torch.ones_like(a_NCHW)) == 0


def test_a_shuffled_photo_and_a_grey_one_have_little_of_it(
    eye: PerceptualNetwork, cat: Picture, swirl: Picture
) -> None:
    tiles = cat.rgb_HWC.reshape(10, 8, 12, 8, 3).swapaxes(1, 2).reshape(120, 8, 8, 3)
    order = np.random.default_rng(0).permutation(120)
    shuffled = tiles[order].reshape(10, 12, 8, 8, 3).swapaxes(1, 2).reshape(80, 96, 3)
    for other in (shuffled, np.full_like(cat.rgb_HWC, 0.5)):  # their borders have the same padding
        assert 0.6 < judge(other, cat, [(swirl, 1.0)], eye).content < 1.2


def test_other_colours_everywhere_are_the_same_content(eye: PerceptualNetwork, cat: Picture, swirl: Picture) -> None:
    tinted = judge(cat.rgb_HWC[..., [1, 2, 0]], cat, [(swirl, 1.0)], eye)
    assert tinted.content < 0.35 < judge(swirl.rgb_HWC, cat, [(swirl, 1.0)], eye).content


def test_strength_moves_them_in_opposite_ways(eye: PerceptualNetwork) -> None:
    photo, style = open_sample("astronaut"), open_sample("brush")
    found = []
    for strength in ("0.05", "0.9"):
        settings = {"size": "96", "iterations": "25", "strength": strength, "precision": "float32", "device": "cpu"}
        *_, last = paint(resolve_style(PLUGINS, [settings]), photo, [(style, 1.0)])
        assert isinstance(last, Finished) and last.picture_HWC is not None
        found.append(judge(last.picture_HWC, photo, [(style, 1.0)], eye))
    faint, bold = found
    assert faint.style is not None and bold.style is not None
    assert bold.style < faint.style - 0.02 and bold.content > faint.content + 0.1


def test_weights_of_styles_count(eye: PerceptualNetwork, cat: Picture, swirl: Picture) -> None:
    brush = fitted(open_sample("brush"), size="96x80")
    mostly, hardly = (judge(swirl.rgb_HWC, cat, [(swirl, w), (brush, 1 - w)], eye).style for w in (0.9, 0.1))
    assert mostly is not None and hardly is not None and mostly < 0.5 * hardly
    alone = judge(swirl.rgb_HWC, cat, [(swirl, 2.0), (brush, 0.0)], eye)
    assert alone.style == pytest.approx(0, abs=2e-3)


def test_masks_say_which_style_is_asked_for_where(eye: PerceptualNetwork, cat: Picture, swirl: Picture) -> None:
    brush = fitted(open_sample("brush"), size="96x80")
    left = np.zeros((80, 96, 3), np.float32)
    left[:, :48] = 1
    painting = np.where(left > 0, swirl.rgb_HWC, brush.rgb_HWC)
    masks = [MaskPair(picture(left)), MaskPair(picture(1 - left))]
    right = judge(painting, cat, [(swirl, 1.0), (brush, 1.0)], eye, masks=masks).style
    wrong = judge(painting, cat, [(swirl, 1.0), (brush, 1.0)], eye, masks=masks[::-1]).style
    assert right is not None and wrong is not None and right < 0.7 * wrong


@pytest.mark.parametrize(("width", "height"), [(16, 16), (333, 47), (120, 90)])
def test_any_size(
    width: int, height: int, eye: PerceptualNetwork, swirl: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "LARGEST", 100)
    photo = open_sample("coffee").resized(width, height)
    found = judge(photo.rgb_HWC, photo, [(swirl, 1.0)], eye, style_scale=0.5)
    assert found.style == pytest.approx(1) and found.content == pytest.approx(0, abs=1e-6)


def test_a_photo_in_its_own_style_divides_by_nothing(eye: PerceptualNetwork, cat: Picture, swirl: Picture) -> None:
    same = judge(cat.rgb_HWC, cat, [(cat, 1.0)], eye)
    assert same.style == pytest.approx(0, abs=0.02)
    away = judge(swirl.rgb_HWC, cat, [(cat, 1.0)], eye)
    assert away.style is not None and np.isfinite(away.style) and away.style > 1


def test_without_a_style_picture_there_is_no_style_distance(eye: PerceptualNetwork, cat: Picture) -> None:
    assert judge(cat.rgb_HWC, cat, [], eye).style is None
    scores = scorer(eye, cat, [])(resolve_style(PLUGINS, []), cat.rgb_HWC)
    assert set(scores) == {"content_distance", "judge"}
