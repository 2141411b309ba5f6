"""Generators that are told of the class beside the latent: neither may drown the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gancraft import ClassBeside, DataShape, Generator, PixelNorm
from gancraft.models import Cost, check_model, info_of, load_model, make, save_model, tensorfile
from gancraft.plugins import find_plugins
from gancraft.trained.info import ModelInfo
from tests.plugins.makers import multi_scale, progressive
from tests.plugins.stylegan2_pair import pair as stylegan2
from tests.plugins.test_fastgan_parts import pair as fastgan
from tests.plugins.test_r3gan import stirred as r3gan

SHAPE = DataShape(1, 8, 8, classes=3)
MAKES: Mapping[str, Callable[[], Generator]] = {
    "progressive": lambda: progressive(SHAPE)[0],
    "msg-gan": lambda: multi_scale(SHAPE)[0],
    "stylegan2": lambda: stylegan2(SHAPE)[0],
    "fastgan": lambda: fastgan(SHAPE)[0],
    "r3gan": lambda: r3gan(SHAPE)[0],
}
# The part behind which latent and class are one.
ENDS = {"progressive": "start", "msg-gan": "start", "stylegan2": "mapping", "fastgan": "first", "r3gan": "first"}


def told(count: int, classes: int, size: int) -> tuple[Tensor, Tensor]:
    """Latents on the sphere, NL, each with every class; those of a latent follow each other."""
    z_NL = PixelNorm()(torch.randn(count, size, generator=torch.Generator().manual_seed(0)))
    return z_NL.repeat_interleave(classes, 0), torch.arange(classes).repeat(count)


def test_the_latent_counts_for_more_than_the_class() -> None:
    """Where both are equally long so is what they change, and what is the same for many pictures is learned sooner."""
    torch.manual_seed(0)
    layer = ClassBeside(10, 64)
    out_NM = layer(*told(50, 10, 64))
    lengths_N2 = out_NM.detach().unflatten(1, (2, 64)).square().mean(2).sqrt()
    torch.testing.assert_close(lengths_N2, torch.tensor([1, 0.25]).expand(500, 2), atol=1e-4, rtol=0)
    layer.weight.data *= 100  # nor does it by growing
    torch.testing.assert_close(layer(*told(50, 10, 64)), out_NM)


def test_without_a_norm_it_only_starts_so() -> None:
    torch.manual_seed(0)
    layer, (z_NL, labels_N) = ClassBeside(10, 64, norm=False), told(50, 10, 64)
    class_NL = layer(z_NL, labels_N)[:, 64:]
    torch.testing.assert_close(class_NL.square().mean().sqrt(), torch.tensor(0.25), atol=0.02, rtol=0)
    layer.weight.data *= 2
    torch.testing.assert_close(layer(z_NL, labels_N)[:, 64:], 2 * class_NL)


@pytest.mark.parametrize("norm", [True, False])
def test_vectors_of_before_stay_as_they_were(norm: bool) -> None:
    """They were plain embeddings, as long as the latent or, without a norm, as they came to be."""
    torch.manual_seed(0)
    layer, before, (z_NL, labels_N) = ClassBeside(10, 64, norm=norm), nn.Embedding(10, 64), told(50, 10, 64)
    layer.load_state_dict(before.state_dict())
    class_NL = before(labels_N)
    assert torch.equal(layer(z_NL, labels_N), torch.cat([z_NL, PixelNorm()(class_NL) if norm else class_NL], 1))


def met(name: str, z_NL: Tensor, labels_N: Tensor) -> Tensor:
    """What the layers behind both make of them first, NF: the smallest map, or the style."""
    makes, seen = MAKES[name](), []
    makes.get_submodule(ENDS[name]).register_forward_hook(lambda _, __, out: seen.append(out.detach().flatten(1)))
    makes(z_NL, labels_N)
    return seen[0]


@pytest.mark.parametrize("name", MAKES)
def test_more_differs_within_a_class_than_between_classes(name: str) -> None:
    latents = MAKES[name]().latent_size
    h_ZKF = met(name, *told(64, 3, latents)).unflatten(0, (64, 3))
    within, between = (float(h_ZKF.var(axis).mean()) for axis in (0, 1))
    assert within > 4 * between > 0


@pytest.mark.parametrize("name", MAKES)
def test_a_model_of_before_makes_what_it_made(name: str, tmp_path: Path) -> None:
    """Its file knows no share: the class was as long as the latent. One of today keeps its share, in half precision too."""
    plugins, makes, file = find_plugins(), MAKES[name](), tmp_path / "m.safetensors"
    info = info_of(plugins.get("generator", name), makes.options, SHAPE)
    (key,) = (key for key in makes.state_dict() if key.endswith("label.share"))
    save_model(file, makes, info, half=True)
    assert float(load_model(file, plugins).generator.state_dict()[key]) == 0.25
    makes.state_dict()[key].fill_(1)
    header, tensors = written(file, makes, info)
    tensorfile.write(file, "model", header, {name: x for name, x in tensors.items() if name != key})
    check_model(file, plugins, Cost(10**12, 10**12))  # which the page asks before it loads one
    z_NL, labels_N = told(4, 3, makes.latent_size)
    assert torch.equal(make(load_model(file, plugins).generator, z_NL, labels_N), make(makes, z_NL, labels_N))


def written(file: Path, makes: Generator, info: ModelInfo) -> tuple[dict[str, Any], dict[str, Tensor]]:
    save_model(file, makes, info)
    header, tensors = tensorfile.read(file, "model")
    return dict(header), dict(tensors)
