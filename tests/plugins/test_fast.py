"""The feed-forward style network, its loss, and painting with it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gancraft_fast import FastOptions, PaintOptions
from gancraft_fast.loss import Perceptual, gram, layers, variation
from gancraft_fast.network import Painter, own_moments
from gancraft_fast.paint import Fast, of, sums
from gancraft_fast.train import FastTraining
from torch import Tensor

from gancraft import Batch, DataShape, Plan, StyleGoal, StyleInput, UsageError
from gancraft.compute import choose
from gancraft.plugins import find_plugins
from gancraft.style import instant_memory
from gancraft.style.instant import InstantPainter
from gancraft.style.settings import InstantOptions
from gancraft.style.tiles import tiles

KINDS: dict[str, dict[str, Any]] = {
    "plain": {"fold": "1"},
    "folded": {"fold": "2"},
    "folded all the way": {"fold": "4"},
    "narrow blocks": {"residual": "narrow"},
    "without blocks": {"blocks": 0},
}
SMALL = {"width": 2, "blocks": 2}


def painter(kind: str = "folded", **more: Any) -> Painter:
    torch.manual_seed(0)
    network = Painter(FastOptions(**{**SMALL, **KINDS[kind], **more}))
    for step in network.parameters():  # so that no scale is 1 and no shift 0
        step.data += 0.1 * torch.randn_like(step)
    return network.eval().requires_grad_(False)


def pictures(*size: int, n: int = 1, seed: int = 0) -> Tensor:
    """Smooth enough to look like some, in [-1, 1]."""
    noise = torch.rand(n, 3, 5, 7, generator=torch.Generator().manual_seed(seed))
    return 2 * torch.nn.functional.interpolate(noise, size, mode="bilinear") - 1


@pytest.fixture(scope="module")
def network() -> Any:
    entry = find_plugins().get("network", "embedded")
    return entry.create(entry.options())


def goal(network: Any, *styles: Tensor) -> StyleGoal:
    return StyleGoal([StyleInput(x, 1 / len(styles)) for x in styles], lambda: network)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(16, 16), (17, 50), (28, 28), (72, 120), (1, 1)])
@torch.no_grad()
def test_any_size_comes_out_as_it_went_in(kind: str, size: tuple[int, int]) -> None:
    x_NCHW = pictures(*size, n=2)
    made_NCHW = painter(kind)(x_NCHW)
    assert made_NCHW.shape == x_NCHW.shape and made_NCHW.dtype == torch.float32 and bool(made_NCHW.isfinite().all())


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_bears_on_another(kind: str) -> None:
    network, x_NCHW = painter(kind), pictures(24, 32, n=3)
    together = network(x_NCHW)
    for number in range(3):
        torch.testing.assert_close(network(x_NCHW[number : number + 1])[0], together[number], atol=1e-5, rtol=1e-4)
    with torch.no_grad():  # the quick way of painting
        torch.testing.assert_close(network(x_NCHW[:1])[0], together[0], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_how_far_it_reaches(kind: str) -> None:
    """With moments that are given, what is farther away than `reach` changes nothing, and what is just within does."""
    network = painter(kind)
    known = lambda number, h_NCHW: (torch.zeros(()), torch.ones(()))  # noqa: E731
    side = 2 * network.reach + 9
    x_NCHW = torch.zeros(1, 3, side, side, requires_grad=True)
    middle = side // 2
    (slope_NCHW,) = torch.autograd.grad(network(x_NCHW, known)[..., middle, middle].sum(), x_NCHW)
    _, _, rows, columns = torch.nonzero(slope_NCHW, as_tuple=True)
    farthest = int(torch.cat([rows - middle, columns - middle]).abs().max())
    assert network.reach - 8 <= farthest <= network.reach


@pytest.mark.parametrize("kind", ["plain", "folded"])
def test_channels_last_and_bfloat16(kind: str) -> None:
    network, x_NCHW = painter(kind), pictures(40, 56)
    with torch.no_grad():
        plain = network(x_NCHW)
        last = network.to(memory_format=torch.channels_last)(x_NCHW.contiguous(memory_format=torch.channels_last))
        torch.testing.assert_close(last, plain, atol=1e-5, rtol=1e-4)
        half = network.to(torch.bfloat16)(x_NCHW)
    assert half.dtype == torch.float32 and float((half - plain).abs().mean()) < 0.05 * float(plain.abs().mean())


def test_moments_of_parts_add_up() -> None:
    h_NCHW = 3 + torch.randn(1, 4, 20, 30)
    where_N1HW = torch.zeros(1, 1, 20, 30)
    where_N1HW[..., :12] = 1
    parts = [sums(h_NCHW, where) for where in (where_N1HW, 1 - where_N1HW)]
    for mine, theirs in zip(of({k: parts[0][k] + parts[1][k] for k in parts[0]}), own_moments(h_NCHW), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)
    for mine, theirs in zip(of(parts[0]), own_moments(h_NCHW[..., :12]), strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)


class Models:
    """Has one model, which is given."""

    def __init__(self, network: torch.nn.Module):
        self.network = network

    def names(self) -> list[str]:
        return ["mine"]

    def open(self, word: str, trainer: str) -> Any:
        assert (word, trainer) == ("mine", "fast")
        return self


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_give_the_same_pixels(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method = Fast(PaintOptions(), Models(painter(kind)))  # type: ignore[arg-type]
    runner = InstantPainter(method, InstantOptions(), [], choose("cpu", "float32"))
    photo_NCHW = pictures(150, 203) / 2 + 0.5
    whole_NCHW = runner.paint(photo_NCHW)
    assert whole_NCHW.shape == photo_NCHW.shape and torch.equal(whole_NCHW, runner.paint(photo_NCHW))
    halo = -(-method.reach // method.stride) * method.stride
    monkeypatch.setattr(instant_memory, "cut", lambda painter, state, w, h: tiles(w, h, 64, halo))
    torch.testing.assert_close(runner.paint(photo_NCHW), whole_NCHW, atol=2e-4, rtol=0)


def test_a_photo_of_which_only_a_part_counts() -> None:
    """What lies far outside of the mask doesn't bear on what lies inside."""
    method = Fast(PaintOptions(), Models(painter("without blocks")))  # type: ignore[arg-type]
    one, other = pictures(32, 160), pictures(32, 160)
    other[..., 80:] = -other[..., 80:]
    where = torch.zeros(1, 1, 32, 160)
    where[..., : 80 - method.reach] = 1
    masked, free = (
        [method.frame(x / 2 + 0.5, None, where_N1HW=at)[..., : 80 - method.reach] for x in (one, other)]
        for at in (where, None)
    )
    torch.testing.assert_close(*masked, atol=1e-5, rtol=1e-4)
    assert float((free[0] - free[1]).abs().max()) > 0.01


def test_the_style_itself_has_no_style_loss_and_the_photo_no_content_loss(network: Any) -> None:
    style, photo = pictures(48, 64, seed=3) / 2 + 0.5, pictures(48, 64, seed=4)
    loss = Perceptual(FastOptions(), network, goal(network, style).styles)
    painted = loss(2 * style - 1, photo)
    assert float(painted["style"]) < 1e-8 and float(painted["content"]) > 0.1
    left = loss(photo, photo)
    assert float(left["content"]) == 0 and float(left["style"]) > 0.1
    assert float(left["style"]) == pytest.approx(float(loss.left(photo)), rel=1e-5)
    assert float(painted["variation"]) == pytest.approx(1, abs=0.1)


def test_losses_are_means_over_the_pictures(network: Any) -> None:
    made, photos = pictures(32, 40, n=3, seed=5), pictures(32, 40, n=3, seed=6)
    loss = Perceptual(FastOptions(), network, goal(network, pictures(32, 32) / 2 + 0.5).styles)
    both, each = loss(made, photos), [loss(made[i : i + 1], photos[i : i + 1]) for i in range(3)]
    assert float(both["style"]) == pytest.approx(sum(float(one["style"]) for one in each) / 3, rel=1e-4)


def test_a_gram_matrix_by_hand() -> None:
    feature_NCHW = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    assert torch.equal(gram(feature_NCHW), torch.tensor([[[2.5, 5.5], [5.5, 12.5]]]))
    assert float(variation(torch.tensor([[[[0.0, 1.0], [0.0, 3.0]]]]))) == pytest.approx((0 + 4) / 2 + (1 + 9) / 2)


def test_layers_and_their_weights(network: Any) -> None:
    assert sum(layers(None, network.style_layers, "style-layers", network).values()) == pytest.approx(1)
    first, second = list(network.layers)[:2]
    assert layers([first, f"{second}:3"], {}, "style-layers", network) == {first: 0.25, second: 0.75}
    for wrong in ("nowhere", f"{first}:-1", f"{first}:much", f"{first}:inf"):
        with pytest.raises(UsageError, match=f"--style-layers {wrong}: write NAME or NAME:WEIGHT; layers are {first}"):
            layers([wrong], {}, "style-layers", network)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(72, 120), (28, 28)])
def test_a_step_is_one_graph(network: Any, size: tuple[int, int]) -> None:
    plan = Plan(DataShape(3, *size), 100, 2)
    trainable = FastTraining(FastOptions(**SMALL), plan, goal(network, pictures(24, 24) / 2 + 0.5))
    networks = {**trainable.networks(), **trainable.fixed()}
    (phase,) = trainable.phases()

    def parts(x_NCHW: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return torch.stack(list(phase.loss(networks, Batch(x_NCHW), {}, None).parts.values())).sum()  # type: ignore[arg-type]

    x_NCHW = pictures(*size, n=2)
    compiled = torch.compile(parts, backend="aot_eager", fullgraph=True)
    found = []
    for call in (parts, compiled):
        found.append(torch.autograd.grad(call(x_NCHW), list(networks["painter"].parameters())))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-2)
    assert all(bool(slope.any()) for slope in found[0] if slope.dim() > 1)


@pytest.mark.parametrize("kind", ["folded", "folded all the way"])
@torch.no_grad()
def test_what_repeats_from_square_to_square_is_gone(kind: str) -> None:
    """Each of the pixels of a square has a bias of its own in the last layer; an even picture stays even, edges too."""
    network = painter(kind)
    last = network.steps[-1].convolution
    assert isinstance(last, torch.nn.Conv2d) and last.bias is not None
    last.weight.zero_()
    made_NCHW = network(torch.zeros(1, 3, 32, 40))
    assert float(last.bias.std()) > 0.01
    torch.testing.assert_close(made_NCHW, made_NCHW[..., :1, :1].expand_as(made_NCHW), atol=1e-6, rtol=0)
