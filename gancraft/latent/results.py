"""What is made with a model, as files: sheets and single pictures, each with its recipe inside.

Shape suffixes: N = pictures, C = channels, H, W = height, width; sRGB in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gancraft.interfaces import DataShape
from gancraft.latent.enlarge import auto_scale, smoothly
from gancraft.latent.sheet import arranged, enlarged, rgb
from gancraft.latent.source import Source
from gancraft.models import Model
from gancraft.pictures import save_picture


def sample_recipe(
    source: Source, model: Model, seed: int, truncation: float, class_name: str | None = None, **more: Any
) -> dict[str, Any]:
    """What pictures of `gancraft sample` are made of. more: further options, left out where they are None."""
    options = {"seed": seed, "truncation": truncation, "class": class_name}
    return recipe(source, model, "sample", {**options, **{name: x for name, x in more.items() if x is not None}})


def recipe(source: Source, model: Model, command: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a command has made of a model. No paths: they would tell about a person's disk."""
    from gancraft import __version__

    info = model.info
    return {
        "gancraft": __version__,
        "command": command,
        "model": {"name": source.name, "fingerprint": model.fingerprint, "makes": str(info.shape)},
        "plugin": {"kind": info.kind, "makes": info.name, **info.plugin},
        "options": {command: dict(options)},
    }


def save_sheet(
    target: Path | BinaryIO,
    x_NCHW: np.ndarray,
    shape: DataShape,
    recipe: Mapping[str, Any],
    across: int | None = None,
    scale: int = 0,
) -> None:
    """Pictures as one, see `sheet.arranged`; as PNG to a file that is open for writing."""
    format = None if isinstance(target, Path) else "png"
    picture_HWC = arranged(x_NCHW, shape, across, scale)
    save_picture(target, picture_HWC, recipe={**recipe, "pictures": len(x_NCHW)}, format=format)


def save_single(target: Path, x_CHW: np.ndarray, number: int, recipe: Mapping[str, Any], scale: int = 0) -> None:
    """One picture with its transparency. scale: factor to enlarge by, every pixel as a square; 0 enlarges a small one
    smoothly, to about 512 pixels."""
    x_HWC = rgb(x_CHW[None, :3])[0]
    if len(x_CHW) == 4:
        x_HWC = np.concatenate([x_HWC, x_CHW[3][..., None]], axis=-1)
    if scale == 0:
        levels_HWC = (x_HWC.clip(0, 1) * 255 + 0.5).astype(np.uint8)
        x_HWC = smoothly(levels_HWC, auto_scale(*levels_HWC.shape[:2])) / np.float32(255)
    else:
        x_HWC = enlarged(x_HWC, scale)
    alpha_HW = x_HWC[..., 3] if len(x_CHW) == 4 else None
    save_picture(target, x_HWC[..., :3], alpha_HW, recipe={**recipe, "picture": number})
