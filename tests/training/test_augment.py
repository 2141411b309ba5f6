"""Augmentation: what each change does, to which pictures, and that it can be differentiated, compiled and shared."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.models import BatchRandom
from gancraft.training.augment import ADA, DIFFAUGMENT, POLICIES, Augment, ada_state, ada_step, check, policy_of
from gancraft.training.settings import AugmentOptions

ALL = tuple(POLICIES)
SIGMA = math.sqrt(2)


def random(seed: int = 0, **arguments: int) -> BatchRandom:
    return BatchRandom(generator=torch.Generator().manual_seed(seed), **arguments)


def noise(n: int = 4, channels: int = 3, height: int = 8, width: int = 8, seed: int = 1) -> Tensor:
    return 2 * torch.rand(n, channels, height, width, generator=torch.Generator().manual_seed(seed)) - 1


def drawn(policy: str, **amounts: float | tuple[float, ...]) -> dict[str, Tensor]:
    """One picture's draw with these amounts, 0.5 (no change) for the others, and everything chosen."""
    numbers = {name: torch.full((1, size), 0.5) for name, size in POLICIES[policy].items()}
    for name, amount in amounts.items():
        numbers[name] = torch.tensor([amount]).reshape(1, -1)
    return {**numbers, "choice": torch.zeros(1, len(numbers))}


def done(x: Tensor, policy: str, **amounts: float | tuple[float, ...]) -> Tensor:
    result = Augment([policy])(x, drawn(policy, **amounts), 1.0)
    assert isinstance(result, Tensor)
    return result


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 12), (33, 33)])
@pytest.mark.parametrize("probability", [0.0, torch.tensor(0.0)])
def test_no_probability_no_change(channels: int, height: int, width: int, probability: float | Tensor) -> None:
    x = noise(16, channels, height, width)
    augment = Augment(ALL)
    assert torch.equal(augment(x, augment.draw(16, random()), probability), x)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", ALL)
def test_every_policy_changes_most_pictures(policy: str) -> None:
    augment = Augment([policy])
    x = noise(64, height=16, width=16)
    y = augment(x, augment.draw(64, random()), torch.tensor(1.0))
    assert isinstance(y, Tensor)
    changed = (y != x).flatten(1).any(1).float().mean()
    assert changed > (0.4 if policy == "flip" else 0.7)
    assert y.shape == x.shape and y.dtype == x.dtype and bool(y.isfinite().all())


def test_each_picture_changes_with_the_probability() -> None:
    augment = Augment(["cutout"])
    x = noise(2000, 1, 4, 4)
    y = augment(x, augment.draw(2000, random()), 0.3)
    assert isinstance(y, Tensor)
    assert float((y != x).flatten(1).any(1).float().mean()) == pytest.approx(0.3, abs=0.04)


def test_the_changes_of_a_picture_are_chosen_one_by_one() -> None:
    augment = Augment(ALL)
    choice = augment.draw(4000, random())["choice"] < 0.5
    assert choice.shape == (4000, len(augment.changes))
    together = choice.float().T @ choice.float() / 4000
    assert torch.allclose(together - torch.diag(together.diag() - 0.25), torch.full_like(together, 0.25), atol=0.04)


def test_a_draw_decides_everything() -> None:
    augment, x = Augment(ALL), noise(8)
    first, other = augment.draw(8, random(1)), augment.draw(8, random(2))
    assert torch.equal(augment(x, first, 0.7), augment(x, augment.draw(8, random(1)), 0.7))  # type: ignore[arg-type]
    assert not torch.equal(augment(x, first, 0.7), augment(x, other, 0.7))  # type: ignore[arg-type]


def test_processes_share_a_draw() -> None:
    augment = Augment(ALL)
    alone = augment.draw(6, random(5))
    shared = [augment.draw(3, random(5, world=2, rank=rank)) for rank in (0, 1)]
    assert all(torch.equal(torch.cat([part[name] for part in shared]), alone[name]) for name in alone)


def test_colour_is_diffaugments() -> None:
    x = noise(1)
    assert torch.allclose(done(x, "colour", brightness=1.0), x + 0.5)
    grey = x.mean(1, keepdim=True)
    assert torch.allclose(done(x, "colour", saturation=0.0), grey.expand_as(x), atol=1e-6)
    assert torch.allclose(done(x, "colour", saturation=1.0), 2 * x - grey, atol=1e-6)
    assert torch.allclose(done(x, "colour", contrast=0.0), (x + x.mean()) / 2, atol=1e-6)
    b, s, c = 0.2, 1.4, 0.8  # one after the other, as the paper's authors do it
    expected = x + b
    expected = (expected - expected.mean(1, keepdim=True)) * s + expected.mean(1, keepdim=True)
    expected = (expected - expected.mean()) * c + expected.mean()
    assert torch.allclose(done(x, "colour", brightness=0.7, saturation=0.7, contrast=0.3), expected, atol=1e-6)


def test_grey_has_no_saturation_and_alpha_no_colour() -> None:
    grey, rgba = noise(1, 1), noise(1, 4)
    assert torch.equal(done(grey, "colour", saturation=0.0), grey)
    changed = done(rgba, "colour", brightness=0.9, saturation=0.1, contrast=0.9)
    assert torch.equal(changed[:, 3:], rgba[:, 3:])
    assert torch.equal(changed[:, :3], done(rgba[:, :3], "colour", brightness=0.9, saturation=0.1, contrast=0.9))


def test_translation_fills_with_zero() -> None:
    x = noise(1, 3, 16, 24)
    y = done(x, "translation", translation=(1.0, 0.0))  # an eighth down, an eighth to the left
    assert torch.equal(y[:, :, 2:, :-3], x[:, :, :-2, 3:])
    assert not y[:, :, :2].any() and not y[:, :, :, -3:].any()


def test_translation_goes_everywhere() -> None:
    augment, x = Augment(["translation"]), torch.zeros(3000, 1, 16, 16)
    x[:, :, 8, 8] = 1
    y = augment(x, augment.draw(3000, random()), 1.0)
    assert isinstance(y, Tensor)
    share = y.mean((0, 1)) * 1.0
    assert set(map(tuple, share.nonzero().tolist())) == {(row, col) for row in range(6, 11) for col in range(6, 11)}
    assert float(share[6:11, 6:11].flip(0, 1).sub(share[6:11, 6:11]).abs().max()) < 0.03


def test_cutout_takes_a_square_of_half_the_side() -> None:
    x = torch.ones(1, 2, 16, 8)
    middle = done(x, "cutout", cutout=(0.5, 0.5))
    expected = x.clone()
    expected[:, :, 4:12, 2:6] = 0
    assert torch.equal(middle, expected)
    corner = done(x, "cutout", cutout=(0.0, 1.0))  # its middle is in the corner: a quarter of it is seen
    assert not corner[:, :, :4, 6:].any() and float(corner.sum()) == x.sum() - 2 * 4 * 2


def test_flips_and_turns_are_exact() -> None:
    x = noise(1, 3, 8, 8)
    assert torch.equal(done(x, "flip", flip=0.9), x.flip(3))
    assert torch.equal(done(x, "flip", flip=0.1), x)
    turns = [done(x, "rotate90", rotate90=number) for number in (0.1, 0.3, 0.6, 0.9)]
    expected = [torch.rot90(x, quarters, (2, 3)) for quarters in range(4)]
    assert all(sum(torch.equal(turn, quarter) for turn in turns) == 1 for quarter in expected)
    wide = noise(1, 3, 6, 10)
    assert torch.equal(done(wide, "rotate90", rotate90=0.2), wide)
    assert torch.equal(done(wide, "rotate90", rotate90=0.8), wide.flip(2, 3))


def smooth(side: int) -> Tensor:
    """A picture without symmetry that looks the same in every size."""
    row = (torch.arange(side) + 0.5)[:, None] / side
    col = (torch.arange(side) + 0.5)[None] / side
    return torch.stack([torch.sin(2 * row + 3 * col), row * col, torch.cos(4 * col) * row])[None]


def test_scale_and_rotation_about_the_middle() -> None:
    side = 64
    place = (torch.arange(side) + 0.5) / side - 0.5
    x = torch.stack(torch.meshgrid(place, place, indexing="ij"))[None]  # rows' and columns' own places
    inner = slice(20, 44)
    turned = done(x, "rotate", rotate=0.5 + 1 / 8)[0, :, inner, inner]  # by 45 degrees
    row, col = x[0, :, inner, inner]
    assert torch.allclose(turned, torch.stack([row - col, row + col]) / math.sqrt(2), atol=1e-5)
    deviation = 0.5 + 0.5 * math.erf(1 / SIGMA)  # the uniform number of one standard deviation
    larger = done(x, "scale", scale=deviation)[0, :, inner, inner]
    assert torch.allclose(larger, x[0, :, inner, inner] * 2**-0.2, atol=1e-5)
    for extreme in (0.0, 1 - 2**-24):
        assert bool(done(x, "scale", scale=extreme).isfinite().all())


def test_what_comes_in_from_outside_is_the_reflection() -> None:
    x = smooth(32)
    small = done(x, "scale", scale=0.02)  # two deviations smaller: a quarter of the side is from outside
    assert float(small.min()) >= float(x.min()) and float(small.max()) <= float(x.max())
    assert float((small[..., 1:] - small[..., :-1]).abs().max()) < 0.25  # no jump at the edge


def test_sizes_of_a_picture_change_alike() -> None:
    large = smooth(64)
    small = nn.functional.avg_pool2d(large, 4)
    augment = Augment(ALL)
    for seed in range(8):
        draw = {
            **augment.draw(1, random(seed)),
            "translation": torch.tensor([[0.75, 0.25]]),
        }  # one pixel of the small size
        draw["cutout"] = (16 * draw["cutout"]).round() / 16
        pair = augment((small, large), draw, 0.8)
        assert isinstance(pair, tuple)
        assert torch.equal(pair[1], augment(large, draw, 0.8))  # type: ignore[arg-type]
        wrong = (pair[0] - nn.functional.avg_pool2d(pair[1], 4)).abs()
        assert float(wrong.mean()) < 0.01 and float(wrong.max()) < 0.3, seed


def test_a_shift_differs_by_half_a_pixel_at_most_between_sizes() -> None:
    augment = Augment(["translation"])
    draw = augment.draw(200, random())
    x = tuple(torch.zeros(200, 1, side, side).index_fill(2, torch.tensor([side // 2]), 1.0) for side in (8, 64))
    pair = augment(x, draw, 1.0)
    small, large = (part.sum(3).argmax(2).squeeze(1) / part.shape[-1] for part in pair)
    assert float((small - large).abs().max()) <= 0.5 / 8 + 0.5 / 64


def test_nothing_is_shifted_on_average() -> None:
    augment = Augment(ALL)
    x = smooth(16).expand(6000, -1, -1, -1)
    colours = Augment(["colour"])
    y = colours(x, colours.draw(6000, random()), 0.8)
    assert isinstance(y, Tensor) and torch.allclose(y.mean(0), x[0], atol=0.02)
    draw = augment.draw(20_000, random())
    assert all(float(draw[name].mean()) == pytest.approx(0.5, abs=0.01) for name in draw)


def network(channels: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 3, 2, 1),
        nn.Softplus(),
        nn.Conv2d(6, 1, 3, 2, 1),
        nn.Softplus(),
        nn.Flatten(),
        nn.Linear(4, 1),
    )


@pytest.mark.parametrize("channels", [3, 4])
def test_it_can_be_differentiated_twice(channels: int) -> None:
    augment = Augment(ALL)
    x = noise(3, channels).double().requires_grad_()
    draw = augment.draw(3, random(3))
    judge = network(channels).double()

    def shown(x: Tensor) -> Tensor:
        result = augment(x, draw, 0.8)
        assert isinstance(result, Tensor)
        return judge(result)

    assert torch.autograd.gradcheck(shown, x, fast_mode=True)
    assert torch.autograd.gradgradcheck(shown, x, fast_mode=True)
    (gradient,) = torch.autograd.grad(shown(x).sum(), x)
    assert bool(gradient.flatten(1).any(1).all())


@pytest.mark.parametrize("policy", [DIFFAUGMENT, ALL])
def test_compiled_equals_eager(policy: tuple[str, ...]) -> None:
    augment = Augment(policy)
    x = (noise(4, height=4, width=4), noise(4))

    def shown(x: tuple[Tensor, ...], draw: dict[str, Tensor], probability: Tensor) -> tuple[Tensor, ...]:
        result = augment(x, draw, probability)
        assert isinstance(result, tuple)
        return result

    compiled = torch.compile(shown, backend="aot_eager", fullgraph=True)
    for probability in (0.3, 1.0):
        draw = dict(augment.draw(4, random(4)))
        eager = shown(x, draw, torch.tensor(probability))
        for one, other in zip(eager, compiled(x, draw, torch.tensor(probability)), strict=True):
            assert torch.allclose(one, other, atol=1e-6)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_captured_graph_follows_the_probability_and_the_draw() -> None:
    augment, x = Augment(ALL), noise(8).cuda().requires_grad_()
    probability, judge = torch.tensor(0.0, device="cuda"), network().cuda()

    def shown() -> tuple[Tensor, Tensor]:
        result = augment(x, augment.draw(8, BatchRandom("cuda")), probability)
        assert isinstance(result, Tensor)
        (gradient,) = torch.autograd.grad(judge(result).sum(), x, create_graph=True)
        return result, torch.autograd.grad(gradient.square().sum(), x)[0]

    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        shown()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y, twice = shown()
    graph.replay()
    assert torch.equal(y, x)
    probability.fill_(1.0)
    graph.replay()
    first = y.clone()
    graph.replay()
    assert not torch.equal(first, x) and not torch.equal(first, y)
    assert bool(twice.isfinite().all()) and bool(twice.any())


def test_bfloat16_stays_bfloat16() -> None:
    augment, x = Augment(ALL), smooth(32)
    draw = augment.draw(1, random(6))
    exact, rough = augment(x, draw, 1.0), augment(x.bfloat16(), draw, 1.0)
    assert isinstance(exact, Tensor) and isinstance(rough, Tensor)
    assert rough.dtype == torch.bfloat16 and float((rough.float() - exact).abs().max()) < 0.04


def test_names_and_data_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="'color', did you mean 'colour'"):
        Augment(["color"])
    with pytest.raises(UsageError, match="'swirl'; there are colour"):
        check(DataShape(3, 64, 64), ["swirl"])
    with pytest.raises(UsageError, match="augmentation needs pictures"):
        check(DataShape(2, 1, 1), DIFFAUGMENT)
    check(DataShape(2, 1, 1), ())
    check(DataShape(3, 48, 64), ALL)


def test_policies_of_the_options() -> None:
    assert policy_of(AugmentOptions()) == ()
    assert policy_of(AugmentOptions(augment="diffaugment")) == DIFFAUGMENT
    assert policy_of(AugmentOptions(augment="ada")) == ADA
    assert policy_of(AugmentOptions(augment="ada", policy=["flip"])) == ("flip",)
    assert policy_of(AugmentOptions(policy=["flip"])) == ()


def controlled(signs: list[float], start: float = 0.5, **options: float) -> list[float]:
    """The probability before each step, and after the last."""
    settings = AugmentOptions(augment="ada", speed=1000, **options)  # type: ignore[arg-type]
    state = {"augment": torch.tensor(start), **ada_state()}
    seen = [start]
    for sign in signs:
        before = {name: value.clone() for name, value in state.items()}
        new = ada_step(state, torch.tensor(sign), 10, settings)
        assert new.keys() == state.keys() and all(value.dtype == torch.float32 for value in new.values())
        assert all(torch.equal(state[name], before[name]) for name in before)
        state = new
        seen.append(float(state["augment"]))
    return seen


def test_the_controller_decides_on_four_batches() -> None:
    assert controlled([1.0] * 9) == pytest.approx([0.5] * 5 + [0.54] * 4 + [0.58])
    assert controlled([1.0, 1.0, 1.0, -1.0] * 2 + [0.0]) == pytest.approx([0.5] * 5 + [0.46] * 4 + [0.42])  # mean 0.5
    assert controlled([0.0] * 5, target=0.0)[-1] == 0.5


def test_the_controller_stays_within_its_bounds() -> None:
    assert controlled([1.0] * 60)[-1] == pytest.approx(0.8)
    assert controlled([1.0] * 60, ceiling=0.6)[-1] == pytest.approx(0.6)
    assert controlled([-1.0] * 60, start=0.2)[-1] == 0.0


def test_processes_whose_sums_are_averaged_decide_as_one() -> None:
    options = AugmentOptions(augment="ada", speed=1000)
    alone = {"augment": torch.tensor(0.5), **ada_state()}
    shared = dict(alone)
    for step in range(12):
        mine, theirs = torch.tensor(1.0), torch.tensor(0.1 if step < 6 else 0.5)
        alone = ada_step(alone, (mine + theirs) / 2, 10, options)
        one, other = (ada_step(shared, sign, 10, options) for sign in (mine, theirs))
        assert torch.equal(one["augment"], other["augment"])
        shared = {name: (one[name] + other[name]) / 2 for name in one}
    assert all(torch.allclose(alone[name], shared[name]) for name in alone)
