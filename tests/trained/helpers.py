"""Files of models without networks."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gancraft.interfaces import DataShape
from gancraft.models.tensorfile import write
from gancraft.trained.info import ModelInfo

TENSORS = {"first.weight": torch.arange(60, dtype=torch.float32).reshape(3, 4, 5), "bias": torch.tensor(2.5)}
TRAINING = {"method": "disc", "seed": 0, "pictures": 7_040_000, "verdict": "healthy"}


def a_model(
    path: Path, tensors: dict[str, Tensor] | None = None, classes: tuple[str, ...] = (), **training: Any
) -> Path:
    """Write the file of a model that plugin `discs` would make."""
    plugin = {"name": "discs", "distribution": "gancraft-discs", "version": "1.2"}
    shape = DataShape(3, 16, 24, len(classes))
    info = ModelInfo("generator", "disc", plugin, {"radius": 0.3}, shape, classes, training={**TRAINING, **training})
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, "model", {"model": asdict(info), "version": "0.1.0"}, TENSORS if tensors is None else tensors)
    return path
