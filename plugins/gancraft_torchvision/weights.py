"""Torchvision's weights: found in torch's cache, or downloaded there once, checked by the hash in their name."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import nn

from gancraft import GancraftError


def cached(weights: Any) -> Path:
    """Where torch keeps the file of this member of a torchvision weights enum."""
    return Path(torch.hub.get_dir()) / "checkpoints" / weights.url.rsplit("/", 1)[-1]


def weights_file(weights: Any) -> tuple[str, bool]:
    """(path of the file, whether it is there), for `gancraft doctor`."""
    return str(cached(weights)), cached(weights).is_file()


def load_features(features: nn.Module, weights: Any) -> None:
    """Give a network's convolutional part its tensors: those of the file under `features.`.

    Raises GancraftError, with what to do, where the file can't be downloaded or read, or is another network's.
    """
    file = cached(weights)
    try:
        state = weights.get_state_dict(progress=True, check_hash=True, weights_only=True)
        part = {k.removeprefix("features."): v for k, v in state.items() if k.startswith("features.")}
        features.load_state_dict(part, assign=True)
    except (URLError, TimeoutError, ConnectionError) as error:
        raise GancraftError(
            f"{file.name} can't be downloaded ({getattr(error, 'reason', error)}): put the file from {weights.url} "
            f"into {file.parent}, or use the network embedded, which needs no download"
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError, AttributeError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise GancraftError(f"{file} is damaged ({reason}): remove it and try again") from error
