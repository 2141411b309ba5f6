"""Every network against its authors' own code: shapes of all weights, and their number. On torch's meta device, where nothing
is computed. docs/measurements.md has the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from gancraft_fastgan import FastganDiscriminatorOptions, FastganGeneratorOptions
from gancraft_fastgan.discriminator import FastganDiscriminator
from gancraft_fastgan.generator import FastganGenerator
from torch import nn

from gancraft import DataShape, Discriminator
from gancraft.plugins import find_plugins
from tests.plugins import published
from tests.plugins.helpers import count
from tests.plugins.makers import dcgan_discriminator, dcgan_generator, multi_scale, progressive
from tests.plugins.published import Published, plain, size
from tests.plugins.stylegan2_pair import pair as stylegan2_pair
from tests.plugins.test_r3gan import pair as r3gan_pair

Pair = tuple[nn.Module, nn.Module]


@pytest.fixture(autouse=True)
def without_memory() -> Iterator[None]:
    with torch.device("meta"):
        yield


def square(side: int, classes: int = 0) -> DataShape:
    return DataShape(3, side, side, classes=classes)


def dcgan(width: int = 64, kernel: int = 4) -> Pair:
    options = {"width": width, "kernel": kernel}
    return dcgan_generator(square(64), **options), dcgan_discriminator(square(64), **options)


def progan(side: int = 1024) -> Pair:
    levels = square(side).height.bit_length() - 3
    return progressive(square(side), levels, width=0, max_width=512, latent_size=512)


def msg(side: int = 1024) -> Pair:
    return multi_scale(square(side), width=0, max_width=512, latent_size=512)


def stylegan2(side: int = 1024, capacity: int = 32_768, layers: int = 8) -> Pair:
    more = {"width": 0, "max_width": 512, "latent_size": 512}
    return stylegan2_pair(square(side), capacity=capacity, mapping_layers=layers, **more)


def r3gan(side: int = 256, classes: int = 0) -> Pair:
    """Faces and CIFAR-10 with the preset's widths; with classes as for ImageNet."""
    paper: dict[str, Any] = {"width": 384, "max_width": 768, "group": 16}
    if classes:
        paper = {"width": 1536, "max_width": 1536, "group": 32}
    return r3gan_pair(square(side, classes), blocks=2, **paper)


def fastgan(side: int = 256) -> Pair:
    makes = FastganGenerator(FastganGeneratorOptions(), square(side))
    return makes, FastganDiscriminator(FastganDiscriminatorOptions(), square(side))


NETWORKS: dict[str, tuple[Callable[[], Pair], Published, Published]] = {
    "dcgan": (dcgan, published.DCGAN_MAKES, published.DCGAN_JUDGES),
    "progressive": (progan, published.PROGAN_MAKES, published.PROGAN_JUDGES),
    "msg-gan": (msg, published.MSG_MAKES, published.MSG_JUDGES),
    "stylegan2": (stylegan2, published.STYLEGAN2_MAKES, published.STYLEGAN2_JUDGES),
    "r3gan": (r3gan, published.R3GAN_MAKES, published.R3GAN_JUDGES),
    "r3gan with classes": (
        lambda: r3gan(64, 1000),
        published.R3GAN_CLASSES_MAKES,
        published.R3GAN_CLASSES_JUDGES,
    ),
    "fastgan": (fastgan, published.FASTGAN_MAKES, published.FASTGAN_JUDGES),
}


def in_order_of_use(network: nn.Module) -> list[tuple[int, ...]]:
    """A discriminator's layers from the picture inwards; others as they are registered."""
    lower = list(network.lower()) if isinstance(network, Discriminator) else []
    parameters = dict.fromkeys([p for part in lower for p in part.parameters()] + list(network.parameters()))
    return [plain(tuple(p.shape)) for p in parameters]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("part", [0, 1], ids=["generator", "discriminator"])
def test_every_weight_has_the_published_shape(name: str, part: int) -> None:
    make, *both = NETWORKS[name]
    network, expected = make()[part], both[part]
    assert size(expected.theirs()) == expected.total
    found = in_order_of_use(network)
    assert Counter(found) == Counter(expected.ours())
    kernels, others = ([shape for shape in shapes if len(shape) == 4] for shapes in (found, expected.ours()))
    assert kernels == others and len(kernels) > 3
    assert count(network) == size(expected.ours())


# Of the same code. FastGAN's and MSG-GAN's differences are those that `published` tells by line, R3GAN's with classes too.
RGB = sum(3 * w + 3 for w in (512, 512, 512, 512, 256)), sum(4 * w for w in (512, 512, 512, 512, 256))
DEVIATIONS = 9 * (3 * 512 + 256 + 128 + 64)
ONLY_THEIRS = size(published.FASTGAN_JUDGES.theirs()) - size(published.FASTGAN_JUDGES.ours())
TOTALS: list[tuple[str, Callable[[], Pair], tuple[int, int], tuple[int, int]]] = [
    ("progressive 256", lambda: progan(256), (23_044_309, 23_052_353), (-RGB[0], -RGB[1])),
    ("msg-gan 256", lambda: msg(256), (23_044_309, 18_733_185), (0, DEVIATIONS)),
    ("stylegan2 1024, E", lambda: stylegan2(1024, 16_384), (24_900_764, 24_038_161), (0, 0)),
    ("stylegan2 256, paper256", lambda: stylegan2(256, 16_384), (24_767_458, 24_001_089), (0, 0)),
    ("stylegan2 256, auto", lambda: stylegan2(256, 16_384, 2), (23_191_522, 24_001_089), (0, 0)),
    ("r3gan CIFAR-10", lambda: r3gan(32), (20_732_160, 20_683_776), (0, 0)),
    ("r3gan FFHQ-64", lambda: r3gan(64), (22_429_824, 22_381_440), (0, 0)),
    ("r3gan ImageNet-32", lambda: r3gan(32, 1000), (82_914_304, 86_548_992), (0, 1536 - 1536**2)),
    ("fastgan 512", lambda: fastgan(512), (29_174_392, 11_526_496), (3 - 3 * 64, -ONLY_THEIRS)),
    ("fastgan 1024", lambda: fastgan(1024), (29_176_512, 11_528_192), (4 - 3 * 64, -ONLY_THEIRS)),
    # Newmu/dcgan_code, faces/train_uncond_dcgan.py: 5x5 kernels, and a first norm of every unit, not of every channel.
    ("dcgan, the paper's authors", lambda: dcgan(128, 5), (18_885_760, 17_232_768), (-2 * 15 * 1024, 0)),
]


@pytest.mark.parametrize(("make", "theirs", "more"), [row[1:] for row in TOTALS], ids=[row[0] for row in TOTALS])
def test_other_configurations_have_the_published_number(
    make: Callable[[], Pair], theirs: tuple[int, int], more: tuple[int, int]
) -> None:
    makes, judges = make()
    assert (count(makes) - more[0], count(judges) - more[1]) == theirs


@pytest.mark.parametrize("name", ["dcgan-paper", "progressive-paper", "stylegan2-paper", "r3gan-paper"])
def test_presets_of_papers_have_these_networks(name: str) -> None:
    """Their settings, and not only those of this file, make the networks that were compared."""
    sides = {"dcgan-paper": 64, "progressive-paper": 1024, "stylegan2-paper": 1024, "r3gan-paper": 256}
    pairs = {"dcgan-paper": lambda: dcgan(128, 5), "stylegan2-paper": stylegan2, "r3gan-paper": r3gan}
    plugins, preset = find_plugins(), find_plugins().get("train", name).target
    built = []
    for role, chosen in (("generator", preset.generator), ("discriminator", preset.discriminator)):
        entry = plugins.get(role, chosen)
        given = {k.removeprefix(f"{role}."): v for k, v in preset.defaults.items() if k.startswith(f"{role}.")}
        built.append(entry.create(entry.options(**given), square(sides[name])))
    if name == "progressive-paper":
        for network in built:
            for stage in range(1, 9):
                network.grow(stage)
    expected = pairs.get(name, progan)()
    assert [count(network) for network in built] == [count(network) for network in expected]
