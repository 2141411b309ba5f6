"""The runner's small pieces."""

from __future__ import annotations

import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss

from gancraft.interfaces import StyleInput
from gancraft.style import levels, start
from gancraft.style.adam import Adam
from gancraft.style.canvas import Canvas
from gancraft.style.margin import Margin
from gancraft.style.objective import Objective, Weights, variation
from gancraft.style.regions import Region, Style
from gancraft.style.resize import fit_style, resize
from gancraft.style.strength import content_weight
from tests.style.helpers import rough, smooth, tiny_network


@pytest.mark.parametrize(
    ("side", "count"), [(100, 1), (223, 1), (256, 2), (319, 2), (320, 2), (512, 2), (640, 3), (4096, 5)]
)
def test_levels_are_chosen_by_size(side: int, count: int) -> None:
    assert len(levels.plan(side, side // 2, 0, 100)) == count


@pytest.mark.parametrize("iterations", [1, 2, 7, 100, 333])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_iterations_are_all_shared_out(iterations: int, count: int) -> None:
    plan = levels.plan(640, 480, count, iterations)
    assert sum(level.steps for level in plan) == iterations
    assert all(level.steps >= 1 for level in plan)
    assert (plan[-1].width, plan[-1].height) == (640, 480)


def test_strength_is_a_falling_path_to_no_content_at_all() -> None:
    path = [content_weight(step / 10) for step in range(11)]
    assert path == sorted(path, reverse=True) and path[-1] == 0


def test_objective_units() -> None:
    """0 for the content itself, and the content loss of a picture without features is 1."""
    content, style = smooth(32, 32, 1), rough(32, 32, 2)
    weights = Weights(1, 1, 1, {"relu2": 1.0}, {"relu1": 0.5, "relu2": 0.5})
    objective = Objective(tiny_network(), GramLoss(GramOptions()), weights, content, [Region([Style(style, 1.0)])])
    assert objective(content)["content"] == 0
    assert objective(style)["style"] == pytest.approx(0, abs=1e-6)
    assert objective(style)["variation"] == pytest.approx(1, rel=0.01)

    class Blind(torch.nn.Module):
        def forward(self, x_NCHW, layers):  # type: ignore[no-untyped-def]
            return {name: 0 * value for name, value in tiny_network()(x_NCHW, layers).items()}

    objective.network = Blind()  # type: ignore[assignment]
    assert objective(content)["content"] == pytest.approx(1, rel=1e-5)
    assert objective(content)["style"] == pytest.approx(1, rel=1e-5)


def test_variation_of_known_pictures() -> None:
    assert variation(torch.full((1, 3, 4, 4), 0.3)) == 0
    stripes = torch.tensor([0.0, 1.0]).repeat(2).expand(1, 3, 4, 4)
    assert variation(stripes) == 1
    assert variation(torch.ones(1, 3, 1, 1)) == 0


def test_style_noise_has_the_styles_colours() -> None:
    red = torch.tensor([0.8, 0.3, 0.2]).view(1, 3, 1, 1)
    style = (red + 0.05 * torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    x_NCHW = start.style_noise([StyleInput(style)], 128, 96, torch.Generator().manual_seed(0))
    assert x_NCHW.shape == (1, 3, 96, 128)
    assert torch.allclose(x_NCHW.mean((0, 2, 3)), red.flatten(), atol=0.05)


def test_styles_shrink_but_never_grow() -> None:
    style = torch.rand(1, 3, 50, 100)
    assert fit_style(style, 40).shape == (1, 3, 20, 40)
    assert fit_style(style, 400).shape == style.shape


def test_the_average_of_iterates_is_unbiased() -> None:
    canvas = Canvas(torch.zeros(1, 3, 4, 4), optimiser="adam", learning_rate=0.1, average=0.9)
    seen = []
    for _ in range(5):
        canvas.step(lambda x: -x.sum())
        seen.append(canvas.x_NCHW.detach().clone())
    shares = [0.9 ** (4 - i) for i in range(5)]
    expected = sum(s * x for s, x in zip(shares, seen, strict=True)) / sum(shares)
    assert torch.allclose(canvas.picture_NCHW, expected, atol=1e-6)


def test_growing_keeps_the_picture_and_the_optimisers_memory() -> None:
    canvas = Canvas(smooth(16, 12, 0), optimiser="adam", learning_rate=0.01, average=0.5)
    for _ in range(3):
        canvas.step(lambda x: (x - 0.5).square().mean())
    before = canvas.picture_NCHW
    canvas.grow(lambda x: resize(x, 32, 24))
    assert canvas.x_NCHW.shape == (1, 3, 24, 32)
    assert float((canvas.x_NCHW.detach().mean() - before.mean()).abs()) < 0.01
    assert canvas.optimiser.mean.shape == (1, 3, 24, 32) and float(canvas.optimiser.taken) == 3
    assert float(canvas.optimiser.square.min()) >= 0
    canvas.step(lambda x: (x - 0.5).square().mean())
    assert float(canvas.optimiser.taken) == 4


def test_adam_is_torchs() -> None:
    ours, theirs = smooth(8, 6, 0), smooth(8, 6, 0).requires_grad_()
    adam = Adam(ours, 0.05)
    reference = torch.optim.Adam([theirs], lr=0.05, betas=(0.9, 0.99))
    for step in range(5):
        gradient = rough(8, 6, step) - 0.5
        adam.step(ours, gradient)
        theirs.grad = gradient.clone()
        reference.step()
    assert torch.allclose(ours, theirs.detach(), atol=1e-6)


@pytest.mark.parametrize("size", [(512, 341), (16, 16), (9, 6), (33, 47)])
def test_a_margin_goes_beyond_every_edge_and_comes_off_again(size: tuple[int, int]) -> None:
    margin, x_NCHW = Margin.around(*size), rough(*size, 0)
    canvas = margin.add(x_NCHW)
    assert canvas.shape[-1] % 16 == 0 and canvas.shape[-2] % 16 == 0
    assert min(margin.left, margin.top, margin.right, margin.bottom) >= 8
    assert torch.equal(margin.crop(canvas), x_NCHW)
