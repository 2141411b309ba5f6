"""StyleGAN2's layers against the paper's equations, and the promises that hold for every network."""

from __future__ import annotations

import math

import pytest
import torch
from gancraft_stylegan.discriminator import Down
from gancraft_stylegan.generator import Mapping
from gancraft_stylegan.modulated import StyledConv, StyledPixels
from gancraft_stylegan.resampling import conv_doubled, conv_halved
from torch import Tensor
from torch.nn.functional import conv2d, leaky_relu, pad

from gancraft import DataShape, smoothly_doubled, smoothly_halved
from gancraft.models import BatchRandom
from tests.plugins.helpers import (
    check_compiled,
    check_second_derivative,
    classes,
    game,
    gradients,
    latents,
    pictures,
)
from tests.plugins.stylegan2_pair import stirred


def grouped(x_NCHW: Tensor, weight_NOIKK: Tensor) -> Tensor:
    """A convolution of its own for every picture, as the paper writes it."""
    n, outputs = weight_NOIKK.shape[:2]
    out = conv2d(x_NCHW.flatten(0, 1)[None], weight_NOIKK.flatten(0, 1), padding=weight_NOIKK.shape[-1] // 2, groups=n)
    return out.unflatten(1, (n, outputs))[0]


@pytest.mark.parametrize("up", [False, True], ids=["same size", "doubled"])
def test_modulation_by_the_papers_equations(up: bool) -> None:
    """Kernels scaled by the style (equation 1) and brought to length 1 (equation 3), a grouped convolution of all pictures."""
    torch.manual_seed(0)
    layer = StyledConv(6, 5, 8, (9, 10) if up else (5, 5), up, 0).double()
    x_NCHW, w_NS = torch.randn(3, 6, 5, 5).double(), torch.randn(3, 8).double()
    torch.nn.init.normal_(layer.bias)
    torch.nn.init.constant_(layer.strength, 0.3)
    weight_OIKK = layer.weight.transpose(0, 1).flip(2, 3) if up else layer.weight
    style_NI = layer.affine(w_NS)
    weight_NOIKK = weight_OIKK[None] * style_NI[:, None, :, None, None]
    weight_NOIKK = weight_NOIKK / weight_NOIKK.square().sum((2, 3, 4), keepdim=True).sqrt()
    if up:  # with a margin, so that zeros lie outside
        expected = grouped(smoothly_doubled(pad(x_NCHW, (2,) * 4), (18, 18)), weight_NOIKK)[:, :, 4:13, 4:14]
    else:
        expected = grouped(x_NCHW, weight_NOIKK)
    expected = leaky_relu(math.sqrt(2) * expected + layer.bias[:, None, None] + 0.3 * layer.noise_11HW, 0.2)
    torch.testing.assert_close(layer(x_NCHW, w_NS, None), expected, rtol=1e-5, atol=1e-5)


def test_pixels_by_the_papers_equation() -> None:
    """Equation 1 alone."""
    torch.manual_seed(0)
    layer = StyledPixels(6, 3, 8)
    torch.nn.init.normal_(layer.bias)
    x_NCHW, w_NS = torch.randn(4, 6, 5, 7), torch.randn(4, 8)
    weight_NOIKK = (layer.weight[None] * layer.affine(w_NS)[:, None] / math.sqrt(6))[..., None, None]
    expected = grouped(x_NCHW, weight_NOIKK) + layer.bias[:, None, None]
    torch.testing.assert_close(layer(x_NCHW, w_NS), expected)
    torch.testing.assert_close(layer(x_NCHW.to(memory_format=torch.channels_last), w_NS), expected)


def test_scales_stay_near_one_whatever_the_style() -> None:
    """So that half precision has no large numbers to hold; what comes out is the same."""
    torch.manual_seed(0)
    layer = StyledConv(16, 16, 8, (8, 8), False, 0)
    x_NCHW, w_NS = torch.randn(2, 16, 8, 8), torch.randn(2, 8)
    torch.nn.init.zeros_(layer.affine.bias)
    scales_NI, _ = layer.modulation(1000 * w_NS)
    torch.testing.assert_close(scales_NI.square().mean(1), torch.full((2,), 1 / (9 * 16)))
    torch.testing.assert_close(layer(x_NCHW, 1000 * w_NS, None), layer(x_NCHW, w_NS, None), rtol=1e-4, atol=1e-4)


def test_new_layers_keep_the_variance() -> None:
    torch.manual_seed(0)
    for up in (False, True):
        layer = StyledConv(64, 64, 8, (32, 32), up, 0)
        out = layer(torch.randn(8, 64, *((16, 16) if up else (32, 32))), torch.randn(8, 8), None)
        # The filter means over pixels that know nothing of each other here: .75² + .25² is left along each side.
        expected = 0.625**2 if up else 1
        assert out[:, :, 4:-4, 4:-4].square().mean().item() == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 12), (7, 5)])
def test_filter_and_convolution_change_places(height: int, width: int) -> None:
    """Inside they are what doubling before a convolution and halving after it give."""
    torch.manual_seed(0)
    x_NCHW, weight = torch.randn(2, 3, height, width), torch.randn(4, 3, 3, 3)
    small = conv_halved(x_NCHW, weight)
    expected = smoothly_halved(conv2d(x_NCHW, weight, padding=1))
    assert small.shape == expected.shape
    torch.testing.assert_close(small[:, :, 1:-1, 1:-1], expected[:, :, 1:-1, 1:-1])
    size = (2 * height - 1, 2 * width)
    large = 4 * conv_doubled(x_NCHW, weight.transpose(0, 1), size)
    expected = conv2d(smoothly_doubled(x_NCHW, size), weight.flip(2, 3), padding=1)
    assert large.shape == expected.shape
    torch.testing.assert_close(large[:, :, 2:-3, 2:-3], expected[:, :, 2:-3, 2:-3], rtol=1e-4, atol=1e-4)


def test_a_residual_block_keeps_the_variance() -> None:
    torch.manual_seed(0)
    block, x_NCHW = Down(64, 64), torch.randn(8, 64, 32, 32)
    low = smoothly_halved(x_NCHW)
    torch.testing.assert_close(block.shortcut(low).square().mean(), low.square().mean() / 2, rtol=0.05, atol=0)
    assert block(x_NCHW).shape == (8, 64, 16, 16)


def test_the_mapping_network() -> None:
    """Its weights count 100 times less, and so learn 100 times as slowly; styles of new networks have unit size."""
    torch.manual_seed(0)
    mapping = Mapping(256, 4, 0)
    w_NS = mapping(torch.randn(64, 256), None)
    assert 0.7 < w_NS.square().mean() < 1.4
    for layer in mapping.layers:
        assert layer.weight.std().item() == pytest.approx(100, rel=0.02)
        assert layer.scale == pytest.approx(0.01 * math.sqrt(2 / 256)) and layer.speed == 0.01


@pytest.mark.parametrize("size", [(3, 16, 24), (1, 11, 9)])
def test_the_second_derivative(size: tuple[int, int, int]) -> None:
    shape = DataShape(*size, classes=3)
    _, judges = stirred(shape)
    check_second_derivative(judges, pictures(shape, 5), classes(shape, 5))


def test_compiled_equals_eager() -> None:
    shape = DataShape(3, 11, 8, classes=2)
    makes, judges = stirred(shape)
    check_compiled(makes, judges, shape)


def test_fours_are_judged_apart() -> None:
    """What `together` promises: reals and fakes may be judged in one pass."""
    shape = DataShape(3, 16, 16)
    _, judges = stirred(shape)
    first, second = pictures(shape, 4), pictures(shape, 4, seed=2)
    both = judges(torch.cat([first, second]))
    torch.testing.assert_close(both, torch.cat([judges(first), judges(second)]))


def test_bfloat16_is_near_float32() -> None:
    shape = DataShape(3, 32, 32)
    makes, judges = stirred(shape)
    arguments = (latents(makes), pictures(shape), None)
    exact = gradients(game(makes, judges, *arguments), (makes, judges))
    with torch.autocast("cpu", torch.bfloat16):
        assert makes.styles(arguments[0]).dtype == judges(arguments[1]).dtype == torch.float32
        loss = game(makes, judges, *arguments)
    ours, theirs = (torch.cat([g.flatten() for g in found]) for found in (gradients(loss, (makes, judges)), exact))
    assert torch.cosine_similarity(ours, theirs, dim=0) > 0.99


def test_bfloat16_stays_finite_with_large_weights() -> None:
    shape = DataShape(3, 16, 16)
    makes, judges = stirred(shape)
    with torch.no_grad():
        for network in (makes, judges):
            torch._foreach_mul_([p for p in network.parameters() if p.dim() > 1], 30.0)
    with torch.autocast("cpu", torch.bfloat16):
        x_NCHW = makes.fakes(BatchRandom(generator=torch.Generator().manual_seed(0)), 4)
        loss = judges(x_NCHW).mean()
    assert x_NCHW.isfinite().all() and all(g.isfinite().all() for g in gradients(loss, (makes, judges)))


def test_its_cost_can_be_told_without_memory() -> None:
    """On the meta device, where there is no autocast."""
    with torch.device("meta"):
        makes, judges = stirred(DataShape(3, 256, 256), width=64, max_width=512)
        assert judges(makes(torch.empty(1, 16))).shape == (1,)
    assert all(b.device.type == "meta" for b in makes.buffers())
