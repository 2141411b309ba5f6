"""Whose colours a painting has."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gancraft.interfaces import StyleInput
from gancraft.style.colours import moved, transported
from gancraft.style.lightness import OKLAB, YIQ, Space
from tests.style.helpers import finish, job, rough, run, smooth


@pytest.mark.parametrize("space", [YIQ, OKLAB])
def test_there_and_back(space: Space) -> None:
    x_NCHW = rough(8, 8, 1)
    torch.testing.assert_close(space.back(space.into(x_NCHW)), x_NCHW, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(("red", "lightness"), [((1.0, 0.0, 0.0), 0.62796), ((1.0, 1.0, 1.0), 1.0)])
def test_oklabs_lightness(red: tuple[float, float, float], lightness: float) -> None:
    """Red's and white's, as published (Ottosson 2020)."""
    assert float(OKLAB.lightness(torch.tensor(red).view(1, 3, 1, 1))) == pytest.approx(lightness, abs=1e-4)


@pytest.mark.parametrize("space", [YIQ, OKLAB])
def test_the_lightness_of_one_with_the_hue_of_the_other(space: Space) -> None:
    light, hue = 0.3 + 0.3 * smooth(12, 12, 1), 0.4 + 0.2 * smooth(12, 12, 2)
    both = space.into(space.coloured(light, hue))
    torch.testing.assert_close(both[:, :1], space.lightness(light), atol=2e-3, rtol=0)
    torch.testing.assert_close(both[:, 1:], space.into(hue)[:, 1:], atol=2e-3, rtol=0)


def test_moved_colours_have_the_others_moments() -> None:
    generator = torch.Generator().manual_seed(0)
    have, want = torch.rand(500, 3, generator=generator), torch.rand(400, 3, generator=generator) ** 3
    want[:, 2] = 0.5 * want[:, 0] + 0.5 * want[:, 2]
    got = moved(have, want)
    torch.testing.assert_close(got.mean(0), want.mean(0), atol=1e-4, rtol=0)
    torch.testing.assert_close(got.T.cov(), want.T.cov(), atol=1e-4, rtol=1e-2)


def test_transported_colours_have_the_others_distribution() -> None:
    """Of two colours there are two afterwards, which moments can't tell."""
    generator = torch.Generator().manual_seed(0)
    two = torch.tensor([[0.1, 0.2, 0.9], [0.9, 0.3, 0.1]])[torch.randint(2, (600,), generator=generator)]
    got = transported(torch.rand(600, 3, generator=generator), two)
    assert float(torch.cdist(got, two[:50].unique(dim=0)).min(1).values.quantile(0.9)) < 0.1


@pytest.mark.parametrize("colours", ["luminance", "oklab"])
def test_the_photos_hues_stay(colours: str) -> None:
    made = job()
    done, _ = finish(run(made, iterations=20, strength=0.9, colours=colours))
    space = YIQ if colours == "luminance" else OKLAB
    assert done.picture_HWC is not None
    result = torch.from_numpy(done.picture_HWC).permute(2, 0, 1)[None]
    kept = space.into(made.content_NCHW)[:, 1:] - space.into(result)[:, 1:]
    free, _ = finish(run(made, iterations=20, strength=0.9))
    assert free.picture_HWC is not None
    moved_on = (
        space.into(made.content_NCHW)[:, 1:]
        - space.into(torch.from_numpy(free.picture_HWC).permute(2, 0, 1)[None])[:, 1:]
    )
    assert kept.abs().mean() < 0.3 * moved_on.abs().mean()


@pytest.mark.parametrize("colours", ["moments", "transport"])
def test_the_photos_palette_is_the_results(colours: str) -> None:
    """A red photo in a green style stays red."""
    red = torch.tensor([0.8, 0.2, 0.2]).view(1, 3, 1, 1) + 0.2 * (rough(36, 24, 1) - 0.5)
    green = torch.tensor([0.1, 0.8, 0.1]).view(1, 3, 1, 1) + 0.2 * (rough(40, 40, 2) - 0.5)
    work = job(styles=[StyleInput(green.clamp(0, 1))])
    work = type(work)(**{**vars(work), "content_NCHW": red.clamp(0, 1)})
    means = []
    for mode in (colours, "style"):
        done, _ = finish(run(work, iterations=20, strength=1.0, colours=mode))
        assert done.picture_HWC is not None
        means.append(done.picture_HWC.mean((0, 1)))
    assert np.abs(means[0] - red.mean((0, 2, 3)).numpy()).max() < 0.1
    assert means[0][0] - means[0][1] > means[1][0] - means[1][1] + 0.1
