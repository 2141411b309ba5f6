"""StyleGAN2's networks: the published sizes, what styles and noise do, and any size of picture."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from gancraft_stylegan.generator import StyleGan2Generator
from gancraft_stylegan.modulated import StyledConv, StyledPixels
from gancraft_stylegan.stylegan2_options import StyleGan2Options
from gancraft_stylegan.widths import widths_of
from safetensors.torch import load, save
from torch import Tensor

from gancraft import DataShape, UsageError
from gancraft.models import BatchRandom, make
from gancraft.training.penalties import path_lengths
from tests.plugins.helpers import classes, count, game, gradients, latents, pictures, shapes
from tests.plugins.stylegan2_pair import pair, stirred

SIZES = [(3, 72, 120), (1, 28, 28), (4, 64, 96), (3, 8, 8)]  # channels, height, width


def random(seed: int = 0) -> BatchRandom:
    return BatchRandom(generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("capacity", "makes_millions", "judges_millions"), [(16_384, 25, 24), (32_768, 30, 29)], ids=["E", "F"]
)
def test_the_papers_parameters(capacity: int, makes_millions: int, judges_millions: int) -> None:
    """At 1024x1024 the paper counts 25 and 24 million parameters, and 30 and 29 with doubled maps at large sizes (Karras et
    al. 2020, end of section 4.2, configuration F): weights, biases, strengths of noise and the first map, with the mapping
    network of eight layers."""
    options = {"width": 0, "capacity": capacity, "max_width": 512, "latent_size": 512, "mapping_layers": 8}
    with torch.device("meta"):
        makes, judges = pair(DataShape(3, 1024, 1024), **options)
    assert round(count(makes) / 1e6) == makes_millions
    assert round(count(judges) / 1e6) == judges_millions
    widths = [min(512, capacity // 4 // 2**level) for level in range(9)]
    convolutions = [
        (512, 512),
        *((a, b) for i, o in zip(widths, widths[1:], strict=False) for a, b in ((i, o), (o, o))),
    ]
    mapping = 8 * (512 * 512 + 512)
    # Of each layer the affine map of its style, the kernel, the bias and the noise's strength.
    layers = sum((512 + 1) * i + 9 * i * o + o + 1 for i, o in convolutions)
    pixels = sum((512 + 1) * w + 3 * w + 3 for w in widths)
    assert count(makes) == mapping + 512 * 16 + layers + pixels
    downs = sum(9 * o * o + o + 9 * o * i + i + o * i for i, o in zip(widths, widths[1:], strict=False))
    end = 9 * 513 * 512 + 512 + 512 * 16 * 512 + 512 + 512 + 1
    assert count(judges) == 3 * widths[-1] + widths[-1] + downs + end


def test_the_papers_layers() -> None:
    """Of configuration F at 256x256: maps of every layer, and 14 styles."""
    with torch.device("meta"):
        makes, judges = pair(DataShape(3, 256, 256), width=0, capacity=32_768, max_width=512, latent_size=512)
        seen: list[tuple[int, ...]] = []
        for module in makes.modules():
            if isinstance(module, (StyledConv, StyledPixels)):
                module.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[1:])))
        makes(torch.empty(4, 512))
        judged = shapes(judges, torch.empty(4, 3, 256, 256))
    maps = [(4, 512), (8, 512), (16, 512), (32, 512), (64, 512), (128, 256), (256, 128)]
    expected = [[(width, side, side)] * (1 if side == 4 else 2) + [(3, side, side)] for side, width in maps]
    assert seen == [shape for block in expected for shape in block]
    assert makes.layers == 14 and [len(affine) for affine in makes.affines()][:3] == [512, 1024, 512]
    # The layers to half the size are computed from their kernels, without a call of the module.
    assert judged[0] == (128, 256, 256) and judged[-2:] == [(512,), (1,)]
    halvings = [[(small, side // 2, side // 2), (wide, side, side)] for (_, small), (side, wide) in pairwise(maps)]
    assert judged[1:-3] == [shape for block in reversed(halvings) for shape in block]


@pytest.mark.parametrize(("side", "widths"), [(64, [512, 512, 256, 128, 64]), (256, [512] * 4 + [256, 128, 64])])
def test_widths_that_are_chosen(side: int, widths: list[int]) -> None:
    """At 256 pixels they are those of StyleGAN2-ADA's automatic choice."""
    assert widths_of(StyleGan2Options(), len(widths)) == widths
    assert widths_of(StyleGan2Options(width=16, max_width=64), 3) == [64, 32, 16]
    assert (
        widths_of(StyleGan2Options(capacity=32_768), 9)
        == widths_of(StyleGan2Options(), 9)
        == [512] * 5 + [256, 128, 64, 32]
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("classed", [False, True], ids=["plain", "classes"])
def test_any_size_and_every_parameter_learns(size: tuple[int, int, int], classed: bool) -> None:
    shape = DataShape(*size, classes=3 if classed else 0)
    makes, judges = stirred(shape)
    z_NL, x_NCHW, labels_N = latents(makes), pictures(shape), classes(shape)
    assert makes(z_NL, labels_N).shape == x_NCHW.shape and judges(x_NCHW, labels_N).shape == (4,)
    found = gradients(game(makes, judges, z_NL, x_NCHW, labels_N), (makes, judges))
    assert all(g.isfinite().all() and g.abs().sum() > 0 for g in found)


def test_shapes_that_are_not_possible() -> None:
    with pytest.raises(UsageError, match="points in the plane"):
        pair(DataShape(2, 1, 1))
    with pytest.raises(UsageError, match="8 pixels"):
        pair(DataShape(3, 64, 7))


def test_mixing_late_styles_leaves_early_maps_as_they_are() -> None:
    makes, _ = stirred(DataShape(3, 32, 32))
    first_NKS, second_NKS = makes.styles(latents(makes)), makes.styles(latents(makes, seed=5))
    for change in range(makes.layers):
        mixed_NKS = torch.cat([first_NKS[:, :change], second_NKS[:, change:]], 1)
        before, after = maps_of(makes, first_NKS), maps_of(makes, mixed_NKS)
        same = [torch.equal(a, b) for a, b in zip(before, after, strict=True)]
        # A style steers one layer, or the last pixels; all before it is untouched and all from it on is changed.
        assert same == [layer < change for layer in range(makes.layers)]


def maps_of(makes: StyleGan2Generator, w_NKS: Tensor) -> list[Tensor]:
    """What each layer makes, then the picture: by the style that comes in there."""
    seen: list[Tensor] = []
    hooks = [
        m.register_forward_hook(lambda *a: seen.append(a[2])) for m in makes.modules() if isinstance(m, StyledConv)
    ]
    seen.append(makes.draw(w_NKS))
    for hook in hooks:
        hook.remove()
    return seen


def test_noise_is_new_in_training_and_still_without() -> None:
    shape = DataShape(3, 24, 16)
    makes, _ = stirred(shape)
    w_NKS = makes.styles(latents(makes, 2)[:1].expand(2, -1))
    still = makes.draw(w_NKS)
    assert torch.equal(still, makes.draw(w_NKS))
    torch.testing.assert_close(still[0], still[1])
    new = makes.draw(w_NKS, random(1))
    assert torch.equal(new, makes.draw(w_NKS, random(1))) and not torch.allclose(new[0], new[1], atol=1e-2)
    assert not torch.allclose(new, makes.draw(w_NKS, random(2)), atol=1e-2)
    for module in makes.modules():
        if isinstance(module, StyledConv):
            torch.nn.init.zeros_(module.strength)
    torch.testing.assert_close(makes.draw(w_NKS, random(1)), makes.draw(w_NKS))


def test_truncation_0_gives_one_picture() -> None:
    makes, _ = stirred(DataShape(3, 16, 16))
    x_NCHW = make(makes, latents(makes), truncation=0)
    torch.testing.assert_close(x_NCHW, x_NCHW[:1].expand_as(x_NCHW))
    half, whole = (make(makes, latents(makes), truncation=t).std(0).mean() for t in (0.5, 1))
    assert 0 < half < whole


def test_a_latents_length_does_not_count() -> None:
    makes, _ = stirred(DataShape(3, 16, 16))
    z_NL = latents(makes)
    torch.testing.assert_close(makes(z_NL), makes(3 * z_NL), rtol=1e-4, atol=1e-5)


def test_labels_change_pictures_and_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes, judges = stirred(shape)
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (makes(z_NL, ones) - makes(z_NL, twos)).abs().max() > 1e-3
    assert (judges(makes(z_NL, ones), ones) != judges(makes(z_NL, ones), twos)).all()


def test_a_saved_state_makes_the_same_pictures() -> None:
    """Through a file, the fixed noise included, which no file holds."""
    shape = DataShape(3, 16, 24)
    makes, _ = stirred(shape)
    other, _ = stirred(shape, seed=1)
    other.load_state_dict(load(save(makes.state_dict())))
    z_NL = latents(makes)
    assert torch.equal(makes(z_NL), other(z_NL))
    assert not any("noise" in name for name in makes.state_dict())


def test_path_lengths_can_be_learned_from() -> None:
    makes, _ = stirred(DataShape(3, 16, 16))
    lengths_N = path_lengths(makes, makes.mixed(random(), 4), random())
    assert lengths_N.shape == (4,) and (lengths_N > 0).all()
    found = torch.autograd.grad((lengths_N - 1).square().mean(), list(makes.parameters()), allow_unused=True)
    still = {name for (name, _), g in zip(makes.named_parameters(), found, strict=True) if g is None or not g.any()}
    assert still == {f"blocks.{level}.pixels.bias" for level in range(3)}  # which move all pixels, whatever the style
