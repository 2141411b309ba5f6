"""The network that ships: its file, its layers, its scale, and what is said when the file is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from gancraft_embedded.network import WEIGHTS, Embedded
from safetensors import safe_open
from safetensors.torch import save_file

from gancraft import GancraftError, PerceptualOptions, calibration_picture


def header() -> dict:
    with safe_open(str(WEIGHTS), framework="pt") as archive:
        return json.loads(archive.metadata()["gancraft"])


def test_the_header_says_what_it_is() -> None:
    told = header()
    assert told["kind"] == "perceptual" and told["licence"] == "Apache-2.0"
    assert told["teachers"] and told["date"] and told["command"]
    assert all(source["package"] and source["licence"] for source in told["data"])


def test_layers_have_the_sizes_that_the_architecture_says() -> None:
    network = Embedded(PerceptualOptions())
    features = network(torch.rand(1, 3, 66, 49), ["relu1_1", "relu2_1", "relu3_3", "relu4_2", "relu5_1"])
    widths = [stage[-1] for stage in header()["architecture"]["stages"]]

    def at(stride: int) -> tuple[int, int]:  # pools round up
        return -(-66 // stride), -(-49 // stride)

    sizes = {name: tuple(h.shape[1:]) for name, h in features.items()}
    assert sizes == {
        "relu1_1": (widths[0], *at(1)),
        "relu2_1": (widths[1], *at(2)),
        "relu3_3": (widths[2], *at(4)),
        "relu4_2": (widths[3], *at(8)),
        "relu5_1": (widths[4], *at(16)),
    }


def test_activations_average_about_one_on_a_photo() -> None:
    network = Embedded(PerceptualOptions())
    for name, h_NCHW in network(calibration_picture(), network.layers).items():
        assert 0.5 < float(h_NCHW.mean()) < 2, name


@pytest.mark.parametrize("size", [(33, 47), (35, 50), (16, 16)])
def test_every_pixel_reaches_the_deepest_layer(size: tuple[int, int]) -> None:
    """Also in the last row and column of odd sizes, where pools that drop a row would leave them to chance."""
    x_NCHW = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    Embedded(PerceptualOptions())(x_NCHW, ["relu5_1"])["relu5_1"].square().sum().backward()
    assert x_NCHW.grad is not None
    assert bool((x_NCHW.grad.abs().sum((0, 1)) > 0).all())


def test_pooling_can_be_chosen() -> None:
    x_NCHW = calibration_picture()
    native, sharp = (Embedded(PerceptualOptions(pooling=pooling)) for pooling in ("native", "max"))
    a, b = native(x_NCHW, ["relu4_1"])["relu4_1"], sharp(x_NCHW, ["relu4_1"])["relu4_1"]
    assert not torch.equal(a, b) and 0.2 < float(b.mean() / a.mean()) < 5
    assert torch.equal(a, Embedded(PerceptualOptions(pooling="average"))(x_NCHW, ["relu4_1"])["relu4_1"])


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "no header", "a tensor gone"])
def test_a_damaged_file_is_named(damage: str, tmp_path: Path) -> None:
    file = tmp_path / "embedded.safetensors"
    data = WEIGHTS.read_bytes()
    with safe_open(str(WEIGHTS), framework="pt") as archive:
        tensors = {name: archive.get_tensor(name) for name in archive.keys()}  # noqa: SIM118
        metadata = archive.metadata()
    if damage == "text":
        file.write_text("not weights")
    elif damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "no header":
        save_file(tensors, file)
    elif damage == "a tensor gone":
        save_file({k: v for k, v in tensors.items() if k != "conv3_1.bias"}, file, metadata)
    with pytest.raises(GancraftError, match=r"embedded\.safetensors: .*install gancraft again") as caught:
        Embedded(PerceptualOptions(), file)
    assert "\n" not in str(caught.value)
