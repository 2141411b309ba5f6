"""Progressive growing: schedule, layers, and the promises that hold for every network."""

from __future__ import annotations

import math

import pytest
import torch

from gancraft import DataShape, EqualConv2d, EqualLinear, Stage, UsageError, doubled, halved, minibatch_deviation
from tests.plugins.helpers import (
    check_compiled,
    check_second_derivative,
    classes,
    game,
    gradients,
    latents,
    penalty,
    pictures,
)
from tests.plugins.makers import progressive


def test_halving_an_odd_side() -> None:
    x_NCHW = torch.arange(15.0).reshape(1, 1, 3, 5)
    assert halved(x_NCHW)[0, 0].tolist() == [[3, 5, 6.5], [10.5, 12.5, 14]]
    assert doubled(halved(x_NCHW), (3, 5))[0, 0].tolist() == [
        [3, 3, 5, 5, 6.5],
        [3, 3, 5, 5, 6.5],
        [10.5, 10.5, 12.5, 12.5, 14],
    ]


def test_equal_stretches() -> None:
    """4x4, then a fade and a rest for 8x8, 16x16 and 32x32: seven stretches."""
    makes, judges = progressive(DataShape(3, 32, 32), small_batch=1)
    assert makes.stages(700) == [
        Stage(0, 0, title="4x4"),
        Stage(100, 100, title="8x8"),
        Stage(300, 100, title="16x16"),
        Stage(500, 100, title="32x32"),
    ]
    assert [stage.start for stage in judges.stages(700)] == [stage.start for stage in makes.stages(700)]
    titles = [stage.title for stage in progressive(DataShape(1, 64, 96))[0].stages(1)]
    assert titles == ["6x4", "12x8", "24x16", "48x32", "96x64"]


def test_shares() -> None:
    makes, judges = progressive(DataShape(1, 16, 16), shares=["1", "1", "3"], fade_share=0.25)
    assert [stage.start for stage in judges.stages(500)] == [0, 100, 200]
    assert [(s.start, s.fade) for s in makes.stages(500)] == [(0, 0), (100, 25), (200, 75)]


@pytest.mark.parametrize(("name", "flag"), [("shares", "generator.shares"), ("batches", "batches")])
@pytest.mark.parametrize("wrong", ["1,1", "1,x,1", "1,0,1", "1,inf,1", "1,nan,1", "8,8,8,8"])
def test_lists_that_are_no_number_a_size(name: str, flag: str, wrong: str) -> None:
    with pytest.raises(UsageError, match=f"--{flag} {wrong}: 3 .* numbers are needed, for 4x4, 8x8, 16x16"):
        progressive(DataShape(1, 16, 16), **{name: wrong.split(",")})[0].stages(500)


def test_batches_are_whole() -> None:
    with pytest.raises(UsageError, match="3 whole positive numbers"):
        progressive(DataShape(1, 16, 16), batches=["8", "4.5", "4"])[0].stages(500)
    stages = progressive(DataShape(1, 16, 16), batches=["64", "32", "8"])[0].stages(500)
    assert [(stage.batch, stage.times) for stage in stages] == [(64, 1), (32, 1), (8, 1)]


@pytest.mark.parametrize(("most", "times"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 2, 2, 1]), (64, [16, 8, 4, 2, 1])])
def test_small_sizes_take_more_at_a_time(most: int, times: list[int]) -> None:
    stages = progressive(DataShape(1, 64, 64), small_batch=most)[0].stages(500)
    assert [(stage.batch, stage.times) for stage in stages] == [(None, time) for time in times]


def test_the_equalised_rate() -> None:
    """Weights N(0, 1), and outputs of unit variance for inputs of unit variance where the gain is 1."""
    torch.manual_seed(0)
    for layer in (EqualConv2d(16, 64, 3, gain=1), EqualLinear(256, 512, gain=1)):
        assert layer.weight.std().item() == pytest.approx(1, rel=0.03)
        given = torch.randn(16, 16, 20, 20) if isinstance(layer, EqualConv2d) else torch.randn(64, 256)
        out = layer(given).detach()
        inside = out[:, :, 1:-1, 1:-1] if isinstance(layer, EqualConv2d) else out
        assert inside.std().item() == pytest.approx(1, rel=0.05)
    assert EqualConv2d(16, 64, 3).scale == pytest.approx(math.sqrt(2 / (16 * 9)))


def test_latents_lie_on_the_sphere_and_only_their_direction_counts() -> None:
    makes, _ = progressive(DataShape(3, 16, 16), 1)
    z_NL = latents(makes, 64)
    torch.testing.assert_close(z_NL.square().sum(1), torch.full((64,), 16.0), rtol=1e-4, atol=0)
    torch.testing.assert_close(makes(z_NL), makes(3 * z_NL))
    torch.testing.assert_close(makes(makes.truncated(z_NL, 1)), makes(z_NL))
    still = makes(makes.truncated(z_NL, 0))
    torch.testing.assert_close(still[0].expand_as(still), still)
    half, whole = (makes(makes.truncated(z_NL, t)).std(0).mean() for t in (0.5, 1))
    assert 0 < half < whole


@pytest.mark.parametrize("n", [1, 3, 4, 6, 8])
def test_minibatch_deviation_by_its_definition(n: int) -> None:
    x_NCHW = pictures(DataShape(3, 4, 5), n)
    out = minibatch_deviation(x_NCHW)
    assert out.shape == (n, 4, 4, 5) and torch.equal(out[:, :3], x_NCHW)
    for row in range(n):
        first = row - row % 4 if row < n - n % 4 else max(0, n - 4)
        group = x_NCHW[first : first + 4]
        expected = (group - group.mean(0)).square().mean(0).add(1e-8).sqrt().mean()
        torch.testing.assert_close(out[row, 3], expected.expand(4, 5))


@pytest.mark.parametrize(("size", "stage"), [((3, 16, 24), 0), ((3, 16, 24), 2), ((1, 11, 9), 1)])
def test_the_second_derivative(size: tuple[int, int, int], stage: int) -> None:
    """Of the discriminator at a stage's size, and of WGAN-GP's penalty, whose norm isn't squared."""
    shape = DataShape(*size, classes=3)
    makes, judges = progressive(shape, stage)
    judges.fade(0.6)
    makes.fade(0.6)
    check_second_derivative(judges, makes.reals(pictures(shape, 5)), classes(shape, 5))
    assert penalty(judges, makes.double().reals(pictures(shape, 5).double()), classes(shape, 5)) > 0


def test_compiled_equals_eager() -> None:
    shape = DataShape(3, 16, 20, classes=2)
    makes, judges = progressive(shape, 2)
    makes.fade(0.3)
    judges.fade(0.3)
    check_compiled(makes, judges, shape)


def test_a_compiled_network_sees_the_fade() -> None:
    makes, _ = progressive(DataShape(3, 8, 8), 1)
    z_NL = latents(makes)
    torch._dynamo.reset()
    compiled = torch.compile(makes, backend="aot_eager", fullgraph=True)
    for amount in (0.0, 0.7):
        makes.fade(amount)
        torch.testing.assert_close(compiled(z_NL), makes(z_NL))


def test_bfloat16_is_near_float32() -> None:
    shape = DataShape(3, 32, 32)
    makes, judges = progressive(shape, 3, width=16, max_width=48)
    makes.fade(0.5)
    judges.fade(0.5)
    arguments = (latents(makes), pictures(shape), None)
    exact = gradients(game(makes, judges, *arguments), (makes, judges))
    with torch.autocast("cpu", torch.bfloat16):
        loss = game(makes, judges, *arguments)
    ours, theirs = (torch.cat([g.flatten() for g in found]) for found in (gradients(loss, (makes, judges)), exact))
    assert torch.cosine_similarity(ours, theirs, dim=0) > 0.99


def test_labels_change_pictures_and_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes, judges = progressive(shape, 1)
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (makes(z_NL, ones) - makes(z_NL, twos)).abs().max() > 1e-3
    assert (judges(makes(z_NL, ones), ones) != judges(makes(z_NL, ones), twos)).all()


def test_the_parts_from_the_picture_inwards_are_all_but_the_end() -> None:
    _, judges = progressive(DataShape(3, 32, 32), 3, width=2, max_width=64)
    assert list(judges.lower()) == [judges.pixels, judges.blocks[2], judges.blocks[1], judges.blocks[0]]
    kept = {
        name.split(".")[0]
        for name, p in judges.named_parameters()
        if all(p is not q for part in judges.lower() for q in part.parameters())
    }
    assert kept == {"end", "dense", "logit"}
