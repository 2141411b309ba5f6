"""The codes that a projection looks through, in coordinates that are about standard normal.

Shape suffixes: N = pictures, M = latents that are measured, L = latent size, K = styles of a picture, S = style size,
V = coordinates of a code, C = channels, H, W = height, width.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.latent.codes import Codes, styled_generator
from gancraft.latent.latents import latents
from gancraft.models import BatchRandom, Model, StyledGenerator

_MEASURED, _SEED = 4096, 0
_FLOOR = 0.01  # share of the mean variance below which no direction of styles is taken to fall
_STRAY = 0.1  # weight of layers that go apart, against going far


class CodeSpace:
    """Latents (z), styles (w), or a style for each layer (w+) of a model whose generator is on `device`."""

    def __init__(self, model: Model, name: Literal["z", "w", "w+"], device: torch.device):
        """Raises UsageError for styles where the generator has none."""
        self.generator, self.name, self.device, self.model = model.generator, name, device, model
        self.classes = model.info.shape.classes
        random = BatchRandom("cpu", torch.Generator().manual_seed(_SEED))
        z_ML = self.generator.latent(random, _MEASURED)
        self.latent_shape = z_ML.shape[1:]
        self.length = z_ML.flatten(1).square().mean().sqrt().to(device)
        if name != "z":
            self.styled: StyledGenerator = styled_generator(model)
            self._measure(z_ML.to(device))

    @torch.no_grad()
    def _measure(self, z_ML: Tensor) -> None:
        """Mean and principal axes of the styles: along them, each over its spread, styles are about standard normal."""
        labels_M = torch.arange(len(z_ML), device=self.device) % self.classes if self.classes else None
        w_MS = self.styled.styles(z_ML, labels_M)[:, 0].double()
        self.mean_S = w_MS.mean(0).float()
        variance_S, axes_SS = torch.linalg.eigh(torch.cov(w_MS.T).reshape(w_MS.shape[1], w_MS.shape[1]))
        spread_S = (variance_S.clamp(min=0) + _FLOOR * variance_S.mean()).sqrt()
        self.axes_SS, self.spread_S = axes_SS.float(), spread_S.float()

    def middle(self, labels_N: Tensor | None, n: int) -> Tensor:
        """Coordinates of the middle, n times: of each class, for styles of a model that has classes."""
        if self.name == "z":
            return torch.zeros(n, *self.latent_shape, device=self.device)
        return self._coordinates(self.styled.middle(labels_N).expand(n, -1, -1))

    @torch.no_grad()
    def random(self, seed: int, first: int, labels_N: Tensor | None, n: int) -> Tensor:
        """Coordinates of pictures first, first + 1, … of a seed."""
        z_NL = latents(self.generator, seed, range(first, first + n)).to(self.device)
        return z_NL / self.length if self.name == "z" else self._coordinates(self.styled.styles(z_NL, labels_N))

    def values(self, v_N: Tensor) -> Tensor:
        """Codes of coordinates: latents NL or styles NKS."""
        if self.name == "z":
            return v_N * self.length
        w_NKS = self.mean_S + (v_N * self.spread_S) @ self.axes_SS.T
        return w_NKS.expand(-1, self.styled.layers, -1)

    def draw(self, v_N: Tensor, labels_N: Tensor | None) -> Tensor:
        """Pictures NCHW of coordinates, in [0, 1] as they are shown; gradients pass as if nothing had been cut off, or pixels
        beyond the range would never come back. Noise that a network adds is the same every time."""
        with torch.random.fork_rng([self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(0)
            values = self.values(v_N)
            made = self.generator(values, labels_N) if self.name == "z" else self.styled.draw(values)
        x_NCHW = (self.generator.picture(made).float() + 1) / 2
        return x_NCHW + (x_NCHW.clamp(0, 1) - x_NCHW).detach()

    def codes(self, v_N: Tensor, labels_N: Tensor | None) -> Codes:
        """To be kept: on the CPU."""
        values = self.values(v_N).detach().float().cpu().contiguous()
        return Codes("z" if self.name == "z" else "w", values, None if labels_N is None else labels_N.cpu())

    def prior(self, v_N: Tensor) -> Tensor:
        """How far codes are from where the generator has learned, N. Latents: from the sphere on which nearly all of them lie
        (Menon et al. 2020, section 3.2). Styles: from their middle, and layers from each other."""
        power_N = v_N.square().flatten(1).mean(1)
        if self.name == "z":
            return (power_N - 1).square()
        apart_N = (v_N - v_N.mean(1, keepdim=True)).square().flatten(1).mean(1)
        return power_N + _STRAY * apart_N

    def _coordinates(self, w_NKS: Tensor) -> Tensor:
        w_N1S = w_NKS[:, :1]
        v_N1S = (w_N1S - self.mean_S) @ self.axes_SS / self.spread_S
        return v_N1S if self.name == "w" else v_N1S.expand(-1, self.styled.layers, -1)


def space_name(model: Model, wanted: str) -> Literal["z", "w", "w+"]:
    """The space for a wish, which may be "auto". Raises UsageError for styles where the generator has none."""
    has_styles = isinstance(model.generator, StyledGenerator)
    if wanted == "auto":
        return "w" if has_styles else "z"
    if wanted in ("w", "w+") and not has_styles:
        raise UsageError(f"--space {wanted}: this model has no styles; leave it out, or say z")
    return "z" if wanted == "z" else "w" if wanted == "w" else "w+"
