"""What the engine does with generators in two halves, self-supervised discriminators, and penalties that change.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, K = styles of a picture, S = style size.
"""

import math

import pytest
import torch
from torch import nn

from gancraft import Batch, DataShape, Options, Plan
from gancraft.models import BatchRandom, StyledGenerator, make
from gancraft.plugins import find_plugins
from gancraft.training.choice import resolve_train
from gancraft.training.gan import Gan
from gancraft.training.penalties import path_lengths
from gancraft.training.rungs import Rungs
from gancraft.training.settings import AugmentOptions, GanOptions

SHAPE = DataShape(1, 8, 8)


class Linear(StyledGenerator):
    """Two styles of three numbers, each drawing a half of the picture."""

    latent_size, style_size, layers = 3, 3, 2

    def __init__(self, shape=SHAPE):
        super().__init__(Options(), shape)
        self.map = nn.Linear(3, 3)
        self.label = nn.Embedding(max(1, shape.classes), 3)
        self.halves = nn.ModuleList(nn.Linear(3, 32, bias=False) for _ in range(2))

    def styles(self, z_NL, labels_N=None):
        w_NS = self.map(z_NL) + (0 if labels_N is None else self.label(labels_N))
        return w_NS[:, None].expand(-1, 2, -1)

    def draw(self, w_NKS, random=None):
        return torch.cat([half(w_NKS[:, k]) for k, half in enumerate(self.halves)], 1).reshape(-1, 1, 8, 8)

    def affines(self):
        return [half.weight for half in self.halves]


def random(seed=0):
    return BatchRandom("cpu", torch.Generator().manual_seed(seed))


def gan(pictures=1000, **settings):
    choice = resolve_train(find_plugins(), [{"plugin": "dcgan", "size": "16", **settings}])
    return choice.make(Plan(DataShape(3, 16, 16), pictures, 8))


def test_mixed_styles_come_from_two_latents_from_a_layer_on():
    torch.manual_seed(0)
    generator = Linear()
    generator.mixing = 0.5
    w_NKS = generator.mixed(random(), 400)
    swapped_N = (w_NKS[:, 0] != w_NKS[:, 1]).any(1)
    assert 0.4 < swapped_N.float().mean() < 0.6
    generator.mixing = 0.0
    plain_NKS = generator.mixed(random(), 400)
    assert (plain_NKS[:, 0] == plain_NKS[:, 1]).all()


def test_truncation_ends_in_the_middle_of_the_styles():
    torch.manual_seed(0)
    generator = Linear().requires_grad_(False)
    z_NL = torch.randn(5, 3)
    still_NCHW = make(generator, z_NL, truncation=0)
    torch.testing.assert_close(still_NCHW, generator.draw(generator.middle()).expand(5, -1, -1, -1))
    torch.testing.assert_close(make(generator, z_NL), generator(z_NL))
    assert torch.equal(generator.middle(), generator.middle())
    before = generator.middle()
    generator.map.bias.add_(1)
    torch.testing.assert_close(generator.middle(), before + 1)  # a middle isn't kept when weights change


def test_each_class_has_its_middle():
    torch.manual_seed(0)
    generator = Linear(DataShape(1, 8, 8, classes=2)).requires_grad_(False)
    middle_NKS = generator.middle(torch.tensor([1, 0, 1]))
    apart_S = generator.label.weight[1] - generator.label.weight[0]
    torch.testing.assert_close(middle_NKS[0] - middle_NKS[1], apart_S.expand(2, -1))
    torch.testing.assert_close(middle_NKS[0], middle_NKS[2])
    torch.testing.assert_close(generator.middle()[0], (middle_NKS[0] + middle_NKS[1]) / 2)


def test_path_lengths_are_those_of_the_derivative():
    """For a linear generator J is its matrix, so that the mean of the squared length is that of the matrix's elements."""
    torch.manual_seed(0)
    generator = Linear()
    w_NKS = generator.styles(torch.randn(4000, 3))
    lengths_N = path_lengths(generator, w_NKS, random())
    squares = sum(half.weight.square().sum() for half in generator.halves)
    expected = squares / 64 / generator.layers
    torch.testing.assert_close(lengths_N.square().mean(), expected, rtol=0.03, atol=0)
    (gradient,) = torch.autograd.grad(lengths_N.mean(), generator.halves[0].weight)
    assert gradient.abs().sum() > 0


def test_path_length_needs_styles():
    with pytest.raises(Exception, match=r"--path-length: generator dcgan has no styles"):
        gan(path_length=2.0).networks()


def test_penalties_come_down_along_a_cosine_and_augmentation_rises():
    made: Gan = gan(penalty_final=0.1, r1=1.0, augment="diffaugment", probability=0.6, rise=0.5)
    assert made.knobs(0)["penalty"] == 1 and made.knobs(1000)["penalty"] == pytest.approx(0.1)
    assert made.knobs(500)["penalty"] == pytest.approx(0.55)
    assert [made.knobs(n)["augment"] for n in (0, 250, 500, 1000)] == [0, 0.3, 0.6, 0.6]
    half = made._weighted({"r1": 4.0, "gradient": 1.0}, {"penalty": torch.tensor(0.5)})
    assert half == {"r1": 2.0, "gradient": 1.0}


@pytest.mark.parametrize("side, weight", [(64, 2.0), (128, 2.0 * 2**3.11), (256, 150.0), (32, 0.23)])
def test_penalties_grow_with_a_power_of_the_side(side, weight):
    """R3GAN's published weights: 2 at 64 pixels, 150 at 256 (Huang et al. 2024)."""
    given = GanOptions(penalty_size=64, penalty_growth=math.log(75, 4))
    rungs = Rungs(given, AugmentOptions(), {"r1": 2.0, "r2": 2.0}, DataShape(3, side, side))
    assert rungs.at(0)[2]["r1"] == pytest.approx(weight, rel=0.01)


def test_a_discriminators_own_terms_join_its_loss(monkeypatch):
    made: Gan = gan(augment="none")
    torch.manual_seed(0)
    networks = made.networks()
    seen = []

    def auxiliary(real, random):
        seen.append(real.shape)
        return {"reconstruction": real.square().mean()}

    networks["discriminator"].auxiliary = auxiliary
    outcome = made.phases()[0].loss(networks, Batch(torch.ones(8, 3, 16, 16)), made.state(), random())
    assert float(outcome.parts["reconstruction"]) == pytest.approx(1) and seen == [(8, 3, 16, 16)]
