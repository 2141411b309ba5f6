"""Generators in two halves: from latents to styles, and from styles to pictures (Karras, Laine & Aila 2019).

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, K = styles of a picture, S = style size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gancraft.interfaces import Random
from gancraft.models.networks import Generator, Output
from gancraft.models.random import BatchRandom

_MANY, _SEED = 4096, 0  # latents whose styles are averaged


class StyledGenerator(Generator):
    """Subclasses set `latent_size`, `style_size` (S), `layers` (K: styles that a picture takes, coarse to fine) and may set
    `mixing`; they define `styles`, `draw` and `affines`."""

    style_size: int
    layers: int
    mixing: float = (
        0.0  # share of training's pictures that take the styles of two latents (Karras et al. 2019, section 3.1)
    )

    def styles(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Styles, NKS: the same K times."""
        raise NotImplementedError

    def draw(self, w_NKS: Tensor, random: Random | None = None) -> Output:
        """Pictures, as `forward` gives them, of styles that may differ from layer to layer. With `random` noise is new;
        without it the noise is fixed, so that a picture is the same every time."""
        raise NotImplementedError

    def affines(self) -> Sequence[Tensor]:
        """Of each layer the matrix from a style to its effect there, outputs x S; K of them."""
        raise NotImplementedError

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Output:
        return self.draw(self.styles(z_NL, labels_N))

    def fakes(self, random: Random, n: int, labels_N: Tensor | None = None) -> Output:
        return self.draw(self.mixed(random, n, labels_N), random)

    def mixed(self, random: Random, n: int, labels_N: Tensor | None = None) -> Tensor:
        """Styles of n new latents, NKS; a share of `mixing` goes on with another latent's from a random layer on."""
        z_NL = self.latent(random, n)
        if self.mixing <= 0 or self.layers < 2:
            return self.styles(z_NL, labels_N)
        both_NL = torch.cat([z_NL, self.latent(random, n)])
        twice_N = None if labels_N is None else torch.cat([labels_N, labels_N])
        first_NKS, second_NKS = self.styles(both_NL, twice_N).chunk(2)
        from_N1 = random.integers(n, self.layers - 1)[:, None] + 1
        layer_1K = torch.arange(self.layers, device=z_NL.device)[None]
        swap_NK = (layer_1K >= from_N1) & (random.uniform(n, 1) < self.mixing)
        return torch.where(swap_NK[:, :, None], second_NKS, first_NKS)

    def sampled(self, z_NL: Tensor, labels_N: Tensor | None, truncation: float) -> Output:
        """Nearer to the middle in the space of styles (Karras et al. 2019, appendix B)."""
        w_NKS = self.styles(z_NL, labels_N)
        return self.draw(w_NKS if truncation == 1 else self.truncated_styles(w_NKS, truncation, labels_N))

    def truncated_styles(self, w_NKS: Tensor, truncation: float, labels_N: Tensor | None = None) -> Tensor:
        """middle + truncation * (styles - middle)."""
        return torch.lerp(self.middle(labels_N).to(w_NKS.dtype).expand_as(w_NKS), w_NKS, truncation)

    @torch.no_grad()
    def middle(self, labels_N: Tensor | None = None) -> Tensor:
        """The mean style of 4,096 latents that are always the same, 1KS; of each picture's class, NKS, where there are
        classes and labels. Computed when it is first asked for and again when weights have changed."""
        if self.shape.classes and labels_N is not None:
            known = {int(label): self._middle(int(label)) for label in labels_N.unique()}
            return torch.cat([known[int(label)] for label in labels_N])
        return self._middle(None)

    def _middle(self, label: int | None) -> Tensor:
        place = next(self.parameters()).device
        version = tuple((parameter.data_ptr(), parameter._version) for parameter in self.parameters())
        if self.__dict__.get("_middles_of") != version:
            self.__dict__["_middles_of"], self.__dict__["_middles"] = version, {}
        middles: dict[int | None, Tensor] = self.__dict__["_middles"]
        if label not in middles:
            random = BatchRandom("cpu", torch.Generator().manual_seed(_SEED))
            z_NL = self.latent(random, _MANY).to(place)
            labels_N = None
            if self.shape.classes:  # without a class: the mean over all
                labels_N = torch.arange(_MANY, device=place) % self.shape.classes
                labels_N = labels_N if label is None else torch.full_like(labels_N, label)
            middles[label] = self.styles(z_NL, labels_N).mean(0, keepdim=True)
        return middles[label]
