"""Loading torchvision's networks: from a torch home that the test fills, and what is said when that fails."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from gancraft_torchvision import networks
from torchvision import models

from gancraft import GancraftError, PerceptualOptions

NAMES = ("vgg19", "vgg16", "squeezenet1_1", "alexnet")


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def file_of(name: str) -> str:
    return models.get_model_weights(name).IMAGENET1K_V1.url.rsplit("/", 1)[-1]


def put(name: str, folder: Path) -> dict[str, torch.Tensor]:
    """A state dict as torchvision publishes it (random weights, and one tensor of a classifier that must be ignored)."""
    torch.manual_seed(0)
    with torch.device("meta"):
        shapes = {k: v.shape for k, v in models.get_model(name, weights=None).features.state_dict().items()}
    state = {f"features.{k}": 0.1 * torch.randn(shape) for k, shape in shapes.items()}
    torch.save({**state, "classifier.0.bias": torch.zeros(4)}, folder / file_of(name))
    return state


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_and_names_its_layers(name: str, checkpoints: Path) -> None:
    put(name, checkpoints)
    target = getattr(networks, name)
    assert target.weights() == (str(checkpoints / file_of(name)), True)
    network = target(PerceptualOptions())
    assert set(network.style_layers) | set(network.content_layers) <= set(network.layers)
    features = network(torch.rand(1, 3, 64, 64), list(network.style_layers))
    assert all(bool(torch.isfinite(h).all()) and h.shape[1] > 16 for h in features.values())


def test_layers_are_where_the_papers_have_them(checkpoints: Path) -> None:
    put("vgg19", checkpoints)
    network = networks.vgg19(PerceptualOptions())
    features = network(torch.rand(1, 3, 64, 48), ["relu1_1", "relu2_1", "relu3_1", "relu4_2", "relu5_1"])
    assert {k: tuple(v.shape[1:]) for k, v in features.items()} == {
        "relu1_1": (64, 64, 48),
        "relu2_1": (128, 32, 24),
        "relu3_1": (256, 16, 12),
        "relu4_2": (512, 8, 6),
        "relu5_1": (512, 4, 3),
    }


def test_the_pass_is_torchvisions_own(checkpoints: Path) -> None:
    """But for the first padding, and the scale of a layer: away from the border the two agree up to a factor."""
    state = put("vgg16", checkpoints)
    model = models.vgg16(weights=None).features[:4].eval()
    model.load_state_dict({k.removeprefix("features."): v for k, v in state.items() if k[9] in "02" and k[10] == "."})
    x_NCHW = torch.rand(1, 3, 24, 24)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.no_grad():
        expected = model((x_NCHW - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1))[..., 3:-3, 3:-3]
        got = networks.vgg16(PerceptualOptions())(x_NCHW, ["relu1_2"])["relu1_2"][..., 3:-3, 3:-3]
    factor = float((got * expected).sum() / expected.square().sum())
    assert torch.allclose(got, factor * expected, atol=1e-4 * factor * float(expected.max()))


def test_without_a_network_the_error_says_what_to_do(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    with pytest.raises(GancraftError) as caught:
        networks.vgg19(PerceptualOptions())
    message = str(caught.value)
    assert file_of("vgg19") in message and str(checkpoints) in message and "the network embedded" in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_named(content: bytes, checkpoints: Path) -> None:
    (checkpoints / file_of("alexnet")).write_bytes(content)
    with pytest.raises(GancraftError, match=f"{file_of('alexnet')} is damaged") as caught:
        networks.alexnet(PerceptualOptions())
    assert "\n" not in str(caught.value)


def test_a_file_of_another_network_is_damaged_too(checkpoints: Path) -> None:
    put("alexnet", checkpoints)
    (checkpoints / file_of("alexnet")).rename(checkpoints / file_of("vgg16"))
    with pytest.raises(GancraftError, match=f"{file_of('vgg16')} is damaged"):
        networks.vgg16(PerceptualOptions())
