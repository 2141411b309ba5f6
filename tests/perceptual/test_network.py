"""Chains of named layers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gancraft import UsageError
from gancraft.perceptual.padding import pad
from tests.style.helpers import rough, smooth, tiny_network


def test_one_pass_ends_at_the_deepest_layer_asked_for() -> None:
    network = tiny_network()
    ran: list[str] = []
    for name, step in network.steps.items():
        step.register_forward_hook(lambda *_, name=name: ran.append(name))
    assert set(network(smooth(8, 8, 0), ["relu1"])) == {"relu1"}
    assert ran == ["conv1", "relu1"]
    ran.clear()
    network(smooth(8, 8, 0), ["relu2", "relu1"])
    assert ran == ["conv1", "relu1", "pool1", "conv2", "relu2"]


def test_an_unknown_layer_is_named_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"no layer 'relu22' in this network \(did you mean 'relu2'"):
        tiny_network()(smooth(8, 8, 0), ["relu22"])


def test_other_pooling_keeps_the_scale() -> None:
    native, maximum = tiny_network(), tiny_network(pooling="max")
    x_NCHW = rough(64, 64, 0)
    a, b = (network(x_NCHW, ["relu2"])["relu2"].mean() for network in (native, maximum))
    unscaled = nn.MaxPool2d(2)(native(x_NCHW, ["relu1"])["relu1"])
    assert float((maximum.steps["pool1"](native(x_NCHW, ["relu1"])["relu1"]) * 2 - unscaled).abs().max()) < 1e-6
    assert 0.4 < float(b / a) < 2.5


@pytest.mark.parametrize("folds", [True, False])
def test_calibration_brings_every_layer_to_a_mean_of_one(folds: bool) -> None:
    network, x_NCHW = tiny_network(), rough(32, 32, 0)
    plain = network(x_NCHW, network.layers)
    if not folds:
        network.steps["relu2"] = nn.LeakyReLU(0.1)  # not one of the steps that a factor passes through
        plain = network(x_NCHW, network.layers)
    network.calibrate(x_NCHW)
    assert bool(network.scale) != folds
    for name, h_NCHW in network(x_NCHW, network.layers).items():
        assert float(h_NCHW.abs().mean()) == pytest.approx(1, rel=1e-4)
        ratio = h_NCHW / plain[name]
        assert torch.allclose(ratio[plain[name].abs() > 1e-3], ratio.nanmean(), rtol=1e-3)


def test_the_fingerprint_is_of_the_weights() -> None:
    assert tiny_network().fingerprint == tiny_network(pooling="max").fingerprint
    changed = tiny_network()
    weight = changed.steps["conv1"].weight.data
    weight[0, 0, 0, 0] += 1
    from gancraft.perceptual.network import weights_fingerprint

    assert weights_fingerprint(changed.state_dict()) != tiny_network().fingerprint


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
@pytest.mark.parametrize("width", [1, 3])
def test_padding_by_slices_is_torchs(mode: str, width: int) -> None:
    x_NCHW = torch.rand(1, 2, 5, 6)

    class OnGpu(torch.Tensor):  # takes the way of CUDA tensors, which padding chooses by `is_cuda`
        is_cuda = True

    sliced = pad(x_NCHW.as_subclass(OnGpu), width, mode).as_subclass(torch.Tensor)
    assert torch.equal(sliced, nn.functional.pad(x_NCHW, (width,) * 4, mode=mode))


def test_a_reflection_wider_than_the_picture_still_pads() -> None:
    assert pad(torch.rand(1, 2, 1, 3), 4, "reflect").shape == (1, 2, 9, 11)


@pytest.mark.parametrize("where", ["first_padding", "padding"])
def test_padding_reaches_the_convolutions(where: str) -> None:
    x_NCHW = rough(12, 12, 0)
    plain = tiny_network()(x_NCHW, ["relu2"])["relu2"]
    padded = tiny_network(**{where: "reflect"})(x_NCHW, ["relu2"])["relu2"]
    assert plain.shape == padded.shape
    assert not torch.equal(plain[..., 0, :], padded[..., 0, :])
    assert torch.equal(plain[..., 3, 3], padded[..., 3, 3])
