"""FastGAN against its paper: widths, sizes, numbers of weights, and the two ideas that are its own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gancraft_fastgan import FastganDiscriminatorOptions, FastganGeneratorOptions
from gancraft_fastgan.decoder import Corner
from gancraft_fastgan.discriminator import FastganDiscriminator
from gancraft_fastgan.generator import Excitation, FastganGenerator
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gancraft import DataShape, size_chain
from gancraft.models import BatchRandom
from tests.plugins.helpers import count, latents, pictures, shapes

# Channels of maps of 4, 8, ... 1024 pixels in the code of the authors (Liu et al. 2021), at widths of 64.
PAPER = {4: 1024, 8: 512, 16: 256, 32: 128, 64: 128, 128: 64, 256: 32, 512: 16, 1024: 8}
SEEN = {8: 512, 16: 256, 32: 128, 64: 64, 128: 32, 256: 16, 512: 8}


def draws(seed: int = 0) -> BatchRandom:
    return BatchRandom(generator=torch.Generator().manual_seed(seed))


def small(shape: DataShape, **options: Any) -> FastganDiscriminator:
    torch.manual_seed(0)
    return FastganDiscriminator(FastganDiscriminatorOptions(**{"width": 4, **options}), shape)


def gated(inputs: int, outputs: int) -> int:
    """Weights of a convolution to twice the channels, of its norm and of its noise."""
    return 9 * inputs * 2 * outputs + 2 * 2 * outputs + 1


@pytest.mark.parametrize(("side", "million"), [(256, 29.1), (1024, 29.2)])
@pytest.mark.parametrize("lite", [False, True])
def test_the_papers_generator(side: int, million: float, lite: bool) -> None:
    """Every number of weights follows from the widths: 256 x 2 x 1024 x 4 x 4 for the first map, then one or two gated
    convolutions a doubling, and a gate of 16 x low x high + high x high for every 16 times."""
    sides = [s for s in PAPER if s <= side]
    with torch.device("meta"):
        makes = FastganGenerator(FastganGeneratorOptions(lite=lite), DataShape(3, side, side))
    expected = 256 * 2 * 1024 * 16 + 2 * 2048
    for low, high in zip(sides, sides[1:], strict=False):
        expected += gated(PAPER[low], PAPER[high])
        if high in (8, 32, 128, 512) and not lite:
            expected += gated(PAPER[high], PAPER[high])
    for low in (4, 8, 16, 32):
        if low * 16 <= side:
            expected += 16 * PAPER[low] * PAPER[16 * low] + PAPER[16 * low] ** 2
    assert count(makes) == expected + 27 * PAPER[side]
    if not lite:
        assert count(makes) / 1e6 == pytest.approx(million, abs=0.05)


@pytest.mark.parametrize("side", [256, 1024])
def test_the_papers_maps(side: int) -> None:
    """Layers in the order in which they are used; gates after the block of the map that they act on."""
    with torch.device("meta"):
        makes = FastganGenerator(FastganGeneratorOptions(), DataShape(3, side, side))
        seen = shapes(makes, torch.zeros(2, 256))
    expected: list[tuple[int, ...]] = [(2 * 1024 * 16,)]
    for map_side in [s for s in PAPER if 4 < s <= side]:
        width = PAPER[map_side]
        expected += [(2 * width, map_side, map_side)] * (2 if map_side in (8, 32, 128, 512) else 1)
        if 64 <= map_side <= 512:
            expected += [(width, 1, 1)] * 2
    assert seen == [*expected, (3, side, side)]


@pytest.mark.parametrize("side", [64, 256, 1024])
def test_the_discriminator_sees_down_to_8_pixels_and_judges_25_parts(side: int) -> None:
    with torch.device("meta"):
        judges = FastganDiscriminator(FastganDiscriminatorOptions(), DataShape(3, side, side))
        x_NCHW = torch.zeros(2, 3, side, side)
        maps = [tuple(h.shape[1:]) for h in judges.maps(x_NCHW)]
        assert judges(x_NCHW).shape == (2 * 25,)
    sides = [s for s in sorted(SEEN, reverse=True) if s <= min(side, 256)]
    assert maps == [(SEEN[s], s, s) for s in sides]
    whole, corner = judges.decoders
    assert whole.sizes[-1] == (min(side, 128),) * 2 and corner.sizes[-1] == (min(side // 2, 128),) * 2


def test_one_judgement_a_picture() -> None:
    assert small(DataShape(3, 64, 64), patches=False)(torch.zeros(2, 3, 64, 64)).shape == (2,)
    assert small(DataShape(3, 120, 72), patches=False)(torch.zeros(2, 3, 120, 72)).shape == (2,)


def test_skip_layer_excitation_equals_its_equation() -> None:
    """y = F(x_low) x_high (equation 1); F: pooled to 4x4, a 4x4 convolution, leaky ReLU, a 1x1 convolution, sigmoid."""
    gate = Excitation(3, 5)
    nn.init.normal_(gate.gather.weight)
    nn.init.normal_(gate.scale.weight)
    low_NCHW, high_NCHW = torch.randn(2, 3, 8, 12), torch.randn(2, 5, 20, 16)
    pooled_NC44 = low_NCHW.unflatten(3, (4, 3)).unflatten(2, (4, 2)).mean((3, 5))
    h_NC = torch.einsum("nchw,dchw->nd", pooled_NC44, gate.gather.weight)
    h_NC = torch.where(h_NC > 0, h_NC, 0.1 * h_NC)
    gates_NC = 1 / (1 + torch.exp(-h_NC @ gate.scale.weight[:, :, 0, 0].T))
    torch.testing.assert_close(gate(low_NCHW, high_NCHW), gates_NC[:, :, None, None] * high_NCHW)


@pytest.mark.parametrize(
    ("side", "gates"), [(8, 1), (16, 1), (32, 1), (64, 1), (128, 2), (256, 3), (512, 4), (1024, 4)]
)
def test_gates_by_size(side: int, gates: int) -> None:
    with torch.device("meta"):
        makes = FastganGenerator(FastganGeneratorOptions(width=8), DataShape(3, side, side))
    assert len(makes.gates) == gates


def test_a_gate_lets_the_small_map_decide() -> None:
    """Closed gates leave no trace of the large map."""
    torch.manual_seed(0)
    makes = FastganGenerator(FastganGeneratorOptions(width=4), DataShape(3, 64, 64)).eval()
    open_NCHW = makes(latents(makes))
    makes.gates[0].register_forward_hook(lambda _, __, out: out * 0)
    assert open_NCHW.abs().max() > 0 and makes(latents(makes)).abs().max() == 0


def test_spectral_norm_before_a_norm_changes_nothing() -> None:
    """Why the generator goes without it: so the same picture is made, and the same gradient reaches the latent."""
    torch.manual_seed(0)
    makes = FastganGenerator(FastganGeneratorOptions(width=4), DataShape(3, 32, 32))
    z_NL = latents(makes).requires_grad_()

    def made() -> tuple[Tensor, Tensor]:
        x_NCHW = makes(z_NL)
        return x_NCHW.detach(), torch.autograd.grad((x_NCHW * torch.linspace(-1, 1, 32)).sum(), z_NL)[0]

    for module in makes.modules():  # so that the norms' small constant doesn't count
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-12
    plain = made()
    for block in makes.blocks:
        for layer in block.layers:
            spectral_norm(layer.convolve)
    for ours, theirs in zip(made(), plain, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


def test_noise_is_fixed_unless_it_is_drawn() -> None:
    torch.manual_seed(0)
    makes = FastganGenerator(FastganGeneratorOptions(width=4), DataShape(3, 32, 32))
    for name, parameter in makes.named_parameters():
        if name.endswith("strength"):
            assert parameter.item() == 0  # none at the start
            nn.init.constant_(parameter, 0.5)
    z_NL = latents(makes)
    assert torch.equal(makes(z_NL), makes(z_NL))
    random = draws()
    assert not torch.allclose(makes.draw(z_NL, None, random), makes.draw(z_NL, None, random))
    assert torch.equal(makes.fakes(draws(3), 4), makes.fakes(draws(3), 4))
    layers = sum(len(block.layers) for block in makes.blocks)
    one, other = draws(), draws()
    makes.fakes(one, 4)
    other.normal(4, 256)
    for block in makes.blocks:
        for layer in block.layers:
            other.normal(4, *layer.noise.shape[1:])
    assert layers == 5 and torch.equal(one.normal(2, 2), other.normal(2, 2))  # nothing else is drawn


@pytest.mark.parametrize("size", [(64, 64), (120, 72), (28, 28), (16, 16), (8, 8), (33, 49)], ids=str)
def test_corners_of_map_and_picture_are_the_same_place(size: tuple[int, int]) -> None:
    """Where the map is the picture, shrunk, its corners are what the pictures' corners shrink to; all four come."""
    sizes = size_chain(DataShape(3, *size))
    corner = Corner(sizes, 2 if len(sizes) > 3 else 1)
    scale = 2**corner.drawn
    x_NCHW = pictures(DataShape(3, *size), n=16)
    h_NCHW = nn.functional.avg_pool2d(x_NCHW, scale, ceil_mode=True)
    seen_NCHW, part_NCHW = corner(h_NCHW, x_NCHW, draws())
    assert [tuple(x.shape[2:]) for x in (seen_NCHW, part_NCHW)] == [corner.sizes[0], corner.sizes[-1]]
    torch.testing.assert_close(nn.functional.avg_pool2d(part_NCHW, scale), seen_NCHW)
    (height, width), (down, right) = corner.side, (w - s for w, s in zip(corner.whole, corner.side, strict=True))
    places = {(i, j): h_NCHW[:, :, i : i + height, j : j + width] for i in (0, down) for j in (0, right)}
    found = [{place for place, x in places.items() if torch.equal(x[n], seen_NCHW[n])} for n in range(16)]
    assert all(found) and set.union(*found) == set(places)


def test_reconstruction_teaches_the_trunk_on_reals_only() -> None:
    """Its gradient reaches every layer that sees, and none that judges; fakes have no part in it."""
    shape = DataShape(3, 32, 32)
    judges = small(shape)
    terms = judges.auxiliary(pictures(shape), draws())
    assert set(terms) == {"reconstruction"} and terms["reconstruction"].dim() == 0
    found = dict(
        zip(
            (name for name, _ in judges.named_parameters()),
            torch.autograd.grad(terms["reconstruction"], list(judges.parameters()), allow_unused=True),
            strict=True,
        )
    )
    for name, gradient in found.items():
        if name.startswith(("mixed", "logits", "label")):
            assert gradient is None, name
        else:
            assert gradient is not None and gradient.abs().sum() > 0, name
    twice = small(shape, reconstruction=2.0)
    torch.testing.assert_close(
        twice.auxiliary(pictures(shape), draws())["reconstruction"],
        2 * terms["reconstruction"].detach(),
        rtol=1e-4,
        atol=0,
    )
    none = small(shape, reconstruction=0.0)
    assert none.auxiliary(pictures(shape), draws()) == {} and len(none.decoders) == 0


@pytest.mark.slow
def test_reconstruction_can_be_learned() -> None:
    """The maps of a trained trunk are enough to draw eight pictures again."""
    shape = DataShape(3, 32, 32)
    judges = small(shape, width=8)
    x_NCHW = nn.functional.interpolate(pictures(DataShape(3, 4, 4), n=8), 32, mode="bilinear")
    optimiser = torch.optim.Adam(judges.parameters(), 1e-3)
    losses = []
    for step in range(60):
        loss = judges.auxiliary(x_NCHW, draws(step))["reconstruction"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) / 5 < 0.5 * losses[0], losses[::10]
