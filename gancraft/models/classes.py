"""How a generator is told of the class. Shape suffixes: N = pictures, L = latent size, M = 2L."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gancraft.models.equalised import PixelNorm

_SHARE = 0.25  # of a latent's length; exact in half precision


class ClassBeside(nn.Embedding):
    """Latents, NL -> the same with a learned vector of the class behind them, NM; L numbers a class.

    The vector is a quarter as long as the latent. If both were equally long the layers behind them would learn the class,
    which is the same for many pictures, sooner than the latent, and each class would come down to a picture or two.
    norm: keep it so long, for latents on the sphere. Without, for standard normal latents, it only starts so.
    """

    share: Tensor  # kept with the weights

    def __init__(self, classes: int, latent_size: int, norm: bool = True):
        super().__init__(classes, latent_size)
        self.norm = PixelNorm() if norm else nn.Identity()
        self.register_buffer("share", torch.tensor(_SHARE))

    def forward(self, z_NL: Tensor, labels_N: Tensor | None) -> Tensor:  # type: ignore[override]
        """labels_N in 0 ... classes - 1."""
        return torch.cat([z_NL, self.share * self.norm(super().forward(labels_N))], 1)  # type: ignore[arg-type]

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *more: Any) -> None:
        """Networks from before there was a share had vectors as long as their latents."""
        if f"{prefix}weight" in state_dict:
            state_dict.setdefault(f"{prefix}share", torch.ones_like(self.share))
        super()._load_from_state_dict(state_dict, prefix, *more)
