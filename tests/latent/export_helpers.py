"""Untrained models of bundled and other generators, and what onnxruntime makes of their files.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from gancraft.interfaces import DataShape
from gancraft.latent.codes import Codes
from gancraft.latent.export_graph import Graph
from gancraft.latent.generate import draw
from gancraft.models import Model, info_of
from gancraft.plugins import find_plugins


def untrained(name: str, shape: DataShape, stage: int = 0, fade: float = 1.0, **options: Any) -> Model:
    """A model of a bundled generator, small by its options, whose pictures aren't flat."""
    torch.manual_seed(0)
    entry = find_plugins().get("generator", name)
    chosen = entry.options(**options)
    generator = entry.create(chosen, shape)
    for following in range(1, stage + 1):
        generator.grow(following)
    generator.fade(fade)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    classes = tuple(f"class {number}" for number in range(shape.classes))
    info = info_of(entry, chosen, shape, classes=classes, stage=stage, training={"method": "tests", "data": "/home/me"})
    return Model(generator.eval().requires_grad_(False), info, "0" * 16)


def theirs(path: Path, inputs: dict[str, Any]) -> np.ndarray:
    """Pictures NCHW by onnxruntime."""
    import onnxruntime  # not needed by all who import this file

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (x_NCHW,) = session.run(None, {name: np.asarray(value) for name, value in inputs.items()})
    return x_NCHW


def ours(model: Model, inputs: dict[str, Any]) -> np.ndarray:
    """Pictures NCHW as every command makes them."""
    labels_N = inputs.get("labels")
    codes = Codes("z", inputs["latents"], labels_N)
    truncation = float(inputs.get("truncation", 1.0))
    return torch.cat(list(draw(model, codes, truncation, device="cpu"))).numpy()


def inputs(model: Model, n: int, truncation: float | None = None) -> dict[str, Any]:
    """For n pictures, by name."""
    given = Graph(model, truncation is not None, False).example(n)
    return given if truncation is None else {**given, "truncation": torch.tensor(truncation)}
