"""Inception v3 as torchvision publishes it, for people who want figures near to those of papers."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError, UsageError
from gancraft.metrics.features import FeatureSpace

INCEPTION = "inception"
# Published FIDs use a port of the TensorFlow weights of 2015, which are others: the title says which these are.
TITLE = "torchvision's Inception v3, last pooled layer, 299 px"


def inception_space(download: bool = False) -> FeatureSpace:
    """2048 features at 299 pixels (Szegedy et al. 2016), by the weights in torch's cache.

    download: fetch them (104 MB) where they aren't there. Raises UsageError where they aren't and must not be fetched,
    GancraftError where they can't be fetched or read.
    """
    from torchvision.models import Inception_V3_Weights, inception_v3

    weights = Inception_V3_Weights.IMAGENET1K_V1
    file = cached(weights)
    if not file.is_file() and not download:
        raise UsageError(
            f"--network {INCEPTION}: its weights aren't there ({file}); --download fetches them (104 MB), or choose another"
        )
    try:
        state = weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
        network = inception_v3(weights=None, init_weights=False, transform_input=False)
        network.load_state_dict(state)
    except (URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise GancraftError(f"{weights.url} can't be downloaded ({reason}): put the file into {file.parent}") from error
    except (OSError, RuntimeError, EOFError, ValueError, AttributeError, KeyError, pickle.UnpicklingError) as error:
        raise GancraftError(f"{file} is damaged or another network's: remove it, and use --download") from error
    network.fc = nn.Identity()
    return FeatureSpace(TITLE, _Inception(network.eval().requires_grad_(False)), 299)


def cached(weights: Any) -> Path:
    """Where torch keeps the file of this member of a torchvision weights enum."""
    return Path(torch.hub.get_dir()) / "checkpoints" / weights.url.rsplit("/", 1)[-1]


class _Inception(nn.Module):
    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.network(x_NCHW * 2 - 1)  # the range that it was trained with
