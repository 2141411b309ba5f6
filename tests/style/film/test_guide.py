"""The loss that keeps a picture like another: where it counts, in every colour mode, and in tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss

from gancraft.style.colours import colours_of
from gancraft.style.guide import Guide
from gancraft.style.objective import Objective, Weights
from gancraft.style.regions import Region, Style
from gancraft.style.tiled import TiledObjective
from gancraft.style.tiles import tiles, whole
from tests.style.helpers import finish, job, rough, run, smooth, tiny_network

WIDTH, HEIGHT = 80, 48
WEIGHTS = Weights(1.0, 1.0, 1.0, {"relu2": 1.0}, {"relu1": 0.5, "relu2": 0.5})


def objective(cut: Any, colours: str = "style", guide: Guide | None = None) -> Objective:
    content = smooth(WIDTH, HEIGHT, 1)
    found = [Region([Style(rough(40, 40, 2), 1.0)])]
    seen = colours_of(colours, content).seen  # type: ignore[arg-type]
    return Objective(tiny_network(), GramLoss(GramOptions()), WEIGHTS, content, found, None, seen, cut, guide)


def loss_and_slope(objective: Any) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    x_NCHW = rough(WIDTH, HEIGHT, 7).requires_grad_()
    parts = objective(x_NCHW)
    torch.stack(list(parts.values())).sum().backward()
    assert x_NCHW.grad is not None
    return parts, x_NCHW.grad


@pytest.mark.parametrize("colours", ["style", "luminance", "oklab", "moments"])
def test_tiles_change_nothing(colours: str) -> None:
    guide = Guide(smooth(WIDTH, HEIGHT, 9), rough(WIDTH, HEIGHT, 3)[:, :1] * 3)
    one = loss_and_slope(objective(lambda w, h: [whole(w, h)], colours, guide))
    many = loss_and_slope(TiledObjective(objective(lambda w, h: tiles(w, h, 32, 16), colours, guide)))
    assert set(one[0]) == set(many[0]) == {"content", "style", "variation", "temporal"}
    for part in one[0]:
        torch.testing.assert_close(many[0][part], one[0][part], rtol=2e-4, atol=1e-7)
    torch.testing.assert_close(many[1], one[1], rtol=2e-4, atol=float(one[1].abs().max()) * 2e-5)


def test_it_is_weighed_pixel_by_pixel_and_relative() -> None:
    weight = torch.zeros(1, 1, HEIGHT, WIDTH)
    weight[..., : WIDTH // 2] = 2.0
    guide = Guide(smooth(WIDTH, HEIGHT, 9), weight)
    plain = loss_and_slope(objective(lambda w, h: [whole(w, h)]))
    parts, slope = loss_and_slope(objective(lambda w, h: [whole(w, h)], guide=guide))
    change = slope - plain[1]
    assert change[..., : WIDTH // 2].abs().max() > 1e-6
    torch.testing.assert_close(
        change[..., WIDTH // 2 :], torch.zeros_like(change[..., WIDTH // 2 :]), rtol=0, atol=1e-8
    )
    flat = guide.x_NCHW.mean((2, 3), keepdim=True).expand_as(guide.x_NCHW)
    everywhere = Guide(guide.x_NCHW, torch.ones_like(weight))
    one = objective(lambda w, h: [whole(w, h)], guide=everywhere)(flat)["temporal"]
    assert float(one) == pytest.approx(1, abs=0.1)  # of a picture that has nothing of it
    assert float(objective(lambda w, h: [whole(w, h)], guide=everywhere)(guide.x_NCHW)["temporal"]) == 0


@pytest.mark.parametrize("levels", [1, 2])
def test_the_runner_stays_with_the_guide_where_it_counts(levels: int) -> None:
    guide, weight = smooth(36, 24, 8), torch.zeros(1, 1, 24, 36)
    weight[..., :18] = 50.0
    options = {"levels": levels, "iterations": 40, "optimiser": "adam"}  # which films with a guide are painted by
    guided, progress = finish(run(job(guide_NCHW=guide, guide_weight_N1HW=weight), **options))
    plain, without = finish(run(job(), **options))
    wanted = guide[0].permute(1, 2, 0).numpy()

    def apart(result: np.ndarray, columns: slice) -> float:
        return float(np.abs(result - wanted)[:, columns].mean())

    assert apart(guided.picture_HWC, slice(0, 16)) < 0.5 * apart(plain.picture_HWC, slice(0, 16))
    assert apart(guided.picture_HWC, slice(22, 36)) > 0.8 * apart(plain.picture_HWC, slice(22, 36))
    assert "temporal" in progress[-1].values and "temporal" not in without[-1].values
