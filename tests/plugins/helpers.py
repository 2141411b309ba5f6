"""What the tests of several networks do with them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from gancraft import DataShape, Discriminator, Generator
from gancraft.models import BatchRandom


def latents(generator: Generator, n: int = 4, seed: int = 0) -> Tensor:
    return generator.latent(BatchRandom(generator=torch.Generator().manual_seed(seed)), n)


def pictures(shape: DataShape, n: int = 4, seed: int = 1) -> Tensor:
    numbers = torch.rand(n, shape.channels, shape.height, shape.width, generator=torch.Generator().manual_seed(seed))
    return numbers * 2 - 1


def classes(shape: DataShape, n: int = 4) -> Tensor | None:
    return torch.arange(n) % shape.classes if shape.classes else None


def game(
    generator: Generator, discriminator: Discriminator, z_NL: Tensor, x_NCHW: Tensor, labels_N: Tensor | None
) -> Tensor:
    """A loss that every parameter of both networks has a part in."""
    real_N = discriminator(generator.reals(x_NCHW), labels_N)
    fake_N = discriminator(generator(z_NL, labels_N), labels_N)
    return softplus(-real_N.float()).mean() + 2 * softplus(fake_N.float()).mean()


def gradients(loss: Tensor, networks: Iterable[nn.Module]) -> list[Tensor]:
    """By parameter; raises RuntimeError for one that the loss doesn't hang on."""
    return list(torch.autograd.grad(loss, [p for network in networks for p in network.parameters()]))


def count(network: nn.Module) -> int:
    """Parameters, as numbers."""
    return sum(p.numel() for p in network.parameters())


def shapes(network: nn.Module, *inputs: Tensor) -> list[tuple[int, ...]]:
    """Of what every layer with weights but the norms puts out, without the batch."""
    seen: list[tuple[int, ...]] = []
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            module.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[1:])))
    network(*inputs)
    return seen


def penalty(discriminator: Discriminator, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
    """R1 (Mescheder et al. 2018)."""
    x_NCHW = x_NCHW.detach().requires_grad_(True)
    (slope_NCHW,) = torch.autograd.grad(discriminator(x_NCHW, labels_N).sum(), x_NCHW, create_graph=True)
    return slope_NCHW.square().sum((1, 2, 3)).mean()


def check_second_derivative(discriminator: Discriminator, x_NCHW: Tensor, labels_N: Tensor | None = None) -> None:
    """The penalty's slope along a random direction of the weights, against a difference, in float64."""
    discriminator, x_NCHW = discriminator.double(), x_NCHW.double()
    parameters = list(discriminator.parameters())
    slopes = torch.autograd.grad(penalty(discriminator, x_NCHW, labels_N), parameters, allow_unused=True)
    directions = [torch.randn_like(p) * p.std(correction=0) for p in parameters]
    expected = sum(float((s * d).sum().detach()) for s, d in zip(slopes, directions, strict=True) if s is not None)

    def shifted(step: float) -> float:
        with torch.no_grad():
            torch._foreach_add_(parameters, directions, alpha=step)
        value = float(penalty(discriminator, x_NCHW, labels_N).detach())
        with torch.no_grad():
            torch._foreach_add_(parameters, directions, alpha=-step)
        return value

    step = 1e-6
    difference = (shifted(step) - shifted(-step)) / (2 * step)
    assert abs(expected) > 1e-12
    assert abs(difference - expected) <= 2e-3 * abs(expected), (difference, expected)


def check_compiled(
    generator: Generator, discriminator: Discriminator, shape: DataShape, tolerance: float = 1e-4
) -> None:
    """The whole game's gradients, traced as one graph in channels_last, equal the eager ones in the plain format."""
    arguments = (latents(generator), pictures(shape), classes(shape))
    networks = (generator, discriminator)
    buffers = [{name: b.clone() for name, b in network.named_buffers()} for network in networks]
    eager = gradients(game(*networks, *arguments), networks)
    for network, old in zip(networks, buffers, strict=True):
        network.load_state_dict(old, strict=False)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch._dynamo.reset()
    compiled = torch.compile(game, backend="aot_eager", fullgraph=True)
    for ours, theirs in zip(gradients(compiled(*networks, *arguments), networks), eager, strict=True):
        assert (ours - theirs).abs().max() <= tolerance * theirs.abs().max() + 1e-7
