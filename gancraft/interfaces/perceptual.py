"""Pretrained networks that describe pictures.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class PerceptualNetwork(Protocol):
    """A pretrained network whose layers describe a picture. Called with a picture and the layers that are wanted."""

    layers: Sequence[str]  # names, shallow to deep
    content_layers: Mapping[str, float]  # default layers of the content loss, with weights
    style_layers: Mapping[str, float]  # default layers of the style loss, with weights
    fingerprint: str  # hash of the weights, for the recipe

    def __call__(self, x_NCHW: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Activations of `layers`; one pass that ends at the deepest of them. Channels of a layer average about one."""
        ...
