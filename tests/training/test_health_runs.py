"""The instrument on real, small runs: a ring of Gaussians, learned well, and spoilt in the ways that the lesson names.

Shape suffixes: N = points, D = 2, L = latent size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from gancraft.interfaces import LossHealth
from gancraft.training.health import Finding, Look, Monitor, measures

BCE = LossHealth(overpowering=0.05, blind=2 * math.log(2), sign=True)
BATCH, LATENT = 128, 8


@dataclass
class Settings:
    pictures: int
    look: int
    generator_rate: float = 5e-4
    discriminator_rate: float = 5e-4
    beta1: float = 0.0
    r1: float = 0.5
    saturating: bool = False
    use: Callable[[Tensor], Tensor] = lambda z_NL: z_NL  # what the generator sees of its latents


def ring(n: int, g: torch.Generator) -> Tensor:
    angle_N = torch.randint(8, (n,), generator=g) * (math.pi / 4)
    return 0.7 * torch.stack([angle_N.cos(), angle_N.sin()], 1) + 0.02 * torch.randn(n, 2, generator=g)


def mlp(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs))


def norm(network: nn.Module) -> Tensor:
    return torch.stack([p.grad.norm() for p in network.parameters() if p.grad is not None]).norm()


def train(settings: Settings, seed: int = 0) -> tuple[Monitor, list[Finding]]:
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    real_ND, real256_ND = ring(20_000, g), ring(256, g)
    z_NL = torch.randn(256, LATENT, generator=g)
    generator, discriminator = mlp(LATENT, 2), mlp(2, 1)
    betas = (settings.beta1, 0.99)
    adam_g = torch.optim.Adam(generator.parameters(), settings.generator_rate, betas)
    adam_d = torch.optim.Adam(discriminator.parameters(), settings.discriminator_rate, betas)
    monitor, found, seen = Monitor(BCE, settings.pictures), [], []
    for pictures in range(BATCH, settings.pictures + 1, BATCH):
        x_ND = real_ND[torch.randint(len(real_ND), (BATCH,))].requires_grad_()
        y_ND = generator(settings.use(torch.randn(BATCH, LATENT))).detach()
        score_N = discriminator(x_ND)
        loss_d = softplus(-score_N).mean() + softplus(discriminator(y_ND)).mean()
        (slope_ND,) = torch.autograd.grad(score_N.sum(), x_ND, create_graph=True)
        adam_d.zero_grad()
        (loss_d + settings.r1 / 2 * slope_ND.square().sum(1).mean()).backward()
        adam_d.step()
        score_N = discriminator(generator(settings.use(torch.randn(BATCH, LATENT))))
        loss_g = -softplus(score_N).mean() if settings.saturating else softplus(-score_N).mean()
        adam_g.zero_grad()
        loss_g.backward()
        adam_g.step()
        seen.append((loss_d.item(), loss_g.item(), norm(generator).item()))
        if pictures % settings.look < BATCH:
            with torch.no_grad():
                fake_ND = generator(settings.use(z_NL))
                used = measures.latent_use(lambda z: generator(settings.use(z))[..., None, None], z_NL, real256_ND)
            d, g_, gradient = (sum(column) / len(seen) for column in zip(*seen, strict=True))
            values = {"discriminator": d, "generator": g_, "gradient/generator": gradient}
            values |= {"nonfinite": float(sum(not math.isfinite(row[0] + row[1]) for row in seen))}
            values |= {
                "diversity": measures.diversity(fake_ND, real256_ND),
                "distance": measures.distance(fake_ND, real256_ND),
            }
            found += monitor.look(Look(pictures, values | {"latent_use": used}))
            seen.clear()
    return monitor, found


def test_a_healthy_run_is_not_accused() -> None:
    monitor, found = train(Settings(80_000, 4_000))
    assert found == [] and monitor.verdict() == "healthy"
    assert monitor.best is not None and monitor.best[1] < 20


def test_plain_settings_with_high_rates_are_named() -> None:
    """They chase one mode after the other: sometimes alike, always far from the data."""
    monitor, found = train(Settings(64_000, 4_000, generator_rate=2e-3, discriminator_rate=2e-3, beta1=0.9, r1=0))
    assert {"collapse", "unstable"} & {finding.code for finding in found}
    assert monitor.verdict() != "healthy"


def test_a_generator_that_ignores_its_latents_is_named() -> None:
    monitor, _ = train(Settings(48_000, 4_000, use=lambda z_NL: torch.zeros_like(z_NL)))
    assert {"latents-ignored", "collapse"} <= set(monitor.active)


def test_an_overpowering_discriminator_is_named() -> None:
    """With the loss whose gradient vanishes where the discriminator is sure (Goodfellow et al. 2014, section 3)."""
    monitor, found = train(Settings(80_000, 4_000, generator_rate=5e-6, discriminator_rate=2e-3, r1=0, saturating=True))
    assert "overpowering" in [finding.code for finding in found]


def test_divergence_is_named() -> None:
    monitor, found = train(Settings(4_000, 1_000, generator_rate=1e20, discriminator_rate=1e20))
    assert [finding.code for finding in found] == ["diverged"]
    assert monitor.verdict().startswith("diverged")
