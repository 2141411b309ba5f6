"""A picture done tile by tile has the loss and the gradient that it has in one piece."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss
from gancraft_mean_variance.loss import MeanVarianceLoss
from gancraft_nnst import NeighbourOptions
from gancraft_nnst.loss import NeighbourLoss
from gancraft_strotss import StrotssOptions
from gancraft_strotss.loss import StrotssLoss
from gancraft_wasserstein import SlicedOptions
from gancraft_wasserstein.gaussian import GaussianLoss
from gancraft_wasserstein.sliced import SlicedLoss

from gancraft import Options
from gancraft.style.colours import colours_of
from gancraft.style.objective import Objective, Weights
from gancraft.style.regions import Region, Style
from gancraft.style.tiled import TiledObjective
from gancraft.style.tiles import tiles, whole
from tests.style.helpers import rough, smooth, tiny_network

WIDTH, HEIGHT = 80, 48
LOSSES = {
    "gram": GramLoss(GramOptions()),
    "covariance": GramLoss(GramOptions(covariance=True)),
    "moments": MeanVarianceLoss(Options()),
    "gaussian": GaussianLoss(Options()),
    "sliced": SlicedLoss(SlicedOptions()),
    "strotss": StrotssLoss(StrotssOptions()),
    "nnst": NeighbourLoss(NeighbourOptions()),
}
WEIGHTS = Weights(1.0, 1.0, 1.0, {"relu2": 1.0}, {"relu1": 0.5, "relu2": 0.5})


def both(loss: Any, masked: bool, colours: str = "style", device: str = "cpu") -> tuple[Any, Any]:
    """The same goal in one piece and in tiles."""
    content = smooth(WIDTH, HEIGHT, 1).to(device)
    place = torch.zeros(1, 1, HEIGHT, WIDTH, device=device)
    place[..., 10:40] = 1

    def seen_at(seed: int) -> torch.Tensor:
        return rough(40, 40, seed).to(device)

    if masked:
        found = [
            Region([Style(seen_at(2), 1.0, (seen_at(5)[:, :1] > 0.3).float())], place, 0.6),
            Region([Style(seen_at(3), 1.0)], 1 - place, 0.4),
        ]
    else:
        found = [Region([Style(seen_at(2), 0.7), Style(rough(30, 40, 4).to(device), 0.3)])]
    made = []
    for cut in (lambda width, height: [whole(width, height)], lambda width, height: tiles(width, height, 32, 16)):
        generator = torch.Generator(device).manual_seed(0)
        seen = colours_of(colours, content).seen  # type: ignore[arg-type]
        made.append(Objective(tiny_network().to(device), loss, WEIGHTS, content, found, generator, seen, cut))
    return made[0], TiledObjective(made[1])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_tiles_change_nothing(name: str, masked: bool) -> None:
    one, many = both(LOSSES[name], masked)
    seen = []
    for objective in (one, many):
        x_NCHW = rough(WIDTH, HEIGHT, 7).requires_grad_()
        objective.renew()
        parts = objective(x_NCHW)
        torch.stack(list(parts.values())).sum().backward()
        seen.append((parts, x_NCHW.grad))
    (parts, slope), (tiled, tiled_slope) = seen
    for part in parts:
        torch.testing.assert_close(tiled[part], parts[part], rtol=2e-4, atol=1e-7)
    assert slope is not None and slope.abs().max() > 0
    torch.testing.assert_close(tiled_slope, slope, rtol=2e-4, atol=float(slope.abs().max()) * 2e-5)


@pytest.mark.parametrize("colours", ["luminance", "oklab"])
def test_tiles_in_lightness_alone(colours: str) -> None:
    one, many = both(LOSSES["gram"], False, colours)
    slopes = []
    for objective in (one, many):
        x_NCHW = rough(WIDTH, HEIGHT, 7).requires_grad_()
        torch.stack(list(objective(x_NCHW).values())).sum().backward()
        slopes.append(x_NCHW.grad)
    torch.testing.assert_close(slopes[1], slopes[0], rtol=2e-4, atol=float(slopes[0].abs().max()) * 2e-5)


def test_too_little_around_a_tile_is_seen() -> None:
    """That the test above can fail."""
    one, _ = both(LOSSES["gram"], False)
    bare = Objective(
        tiny_network(),
        LOSSES["gram"],
        WEIGHTS,
        smooth(WIDTH, HEIGHT, 1),
        one.regions,
        cut=lambda w, h: tiles(w, h, 32, 0),
    )
    slopes = []
    for objective in (one, TiledObjective(bare)):
        x_NCHW = rough(WIDTH, HEIGHT, 7).requires_grad_()
        torch.stack(list(objective(x_NCHW).values())).sum().backward()
        slopes.append(x_NCHW.grad)
    assert (slopes[1] - slopes[0]).abs().max() > 1e-3 * slopes[0].abs().max()
