"""The convolutions that gradient penalties differentiate twice: torch's own values, gradients and second derivatives."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck

from gancraft.training.convolutions import QuickConvolutions, conv2d, conv_transpose2d

LAYERS = {
    "plain": nn.Conv2d(4, 6, 3, padding=1),
    "strided": nn.Conv2d(4, 6, 4, stride=2, padding=1),
    "grouped": nn.Conv2d(4, 6, 3, groups=2, bias=False),
    "dilated": nn.Conv2d(4, 2, (3, 2), dilation=(2, 1), padding=(1, 2)),
    "transposed": nn.ConvTranspose2d(4, 6, 4, stride=2, padding=1),
    "transposed, grouped": nn.ConvTranspose2d(4, 6, 3, stride=2, output_padding=1, groups=2),
}


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_all_derivatives_are_torchs_own(name):
    layer = LAYERS[name].double()
    torch.manual_seed(0)
    x_NCHW = torch.randn(2, 4, 6, 5, dtype=torch.float64, requires_grad=True)

    def penalised():
        y = layer(x_NCHW).tanh()
        (slope,) = torch.autograd.grad(y.square().sum(), x_NCHW, create_graph=True)
        return [y, *torch.autograd.grad(slope.square().sum() + y.sum(), [x_NCHW, *layer.parameters()])]

    expected = penalised()
    with QuickConvolutions():
        found = penalised()
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("made", [conv2d, conv_transpose2d])
def test_the_derivatives_are_right(made):
    torch.manual_seed(0)
    x = torch.randn(2, 2, 4, 3, dtype=torch.float64, requires_grad=True)
    w = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    b = torch.randn(2, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x, w, b: made(x, w, b, 2, 1), (x, w, b))
    assert gradgradcheck(lambda x, w, b: made(x, w, b, 2, 1), (x, w, b))


def test_they_compute_in_half_precision_where_the_others_do():
    layer, x = nn.Conv2d(3, 4, 3), torch.randn(1, 3, 8, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16), QuickConvolutions():
        assert layer(x).dtype == torch.bfloat16


def test_what_isnt_a_batch_of_maps_or_has_named_padding_is_left_to_torch():
    x = torch.randn(3, 8, 8)
    layer = nn.Conv2d(3, 4, 3, padding="same")
    with QuickConvolutions():
        assert layer(x).shape == (4, 8, 8)
        assert nn.ConvTranspose2d(3, 4, 3)(x).shape == (4, 10, 10)
