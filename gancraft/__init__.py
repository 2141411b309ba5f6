"""gancraft: pictures by generative adversarial networks and style transfer, from plugins."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Saved, Started, Warned
from gancraft.hookspecs import hookimpl
from gancraft.interfaces import PerceptualNetwork, StyleInput, StyleJob, StyleLoss, StyleMethod
from gancraft.options import Options, option

__version__ = "0.1.0"

# Names that bring torch, numpy or Pillow with them: imported when they are first asked for.
_LAZY = {
    "PerceptualOptions": "gancraft.perceptual.options",
    "SequentialNetwork": "gancraft.perceptual.network",
    "calibration_picture": "gancraft.perceptual.calibration",
    "first_moment_sum": "gancraft.perceptual.statistics",
    "second_moment_sum": "gancraft.perceptual.statistics",
    "weights_fingerprint": "gancraft.perceptual.network",
    "Picture": "gancraft.pictures",
    "open_picture": "gancraft.pictures",
    "save_picture": "gancraft.pictures",
    "paint": "gancraft.style",
}

__all__ = [
    "Event",
    "Finished",
    "GancraftError",
    "Options",
    "PerceptualNetwork",
    "Preview",
    "Progress",
    "Run",
    "Saved",
    "Started",
    "StyleInput",
    "StyleJob",
    "StyleLoss",
    "StyleMethod",
    "UsageError",
    "Warned",
    "hookimpl",
    "option",
    *_LAZY,
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'gancraft' has no attribute '{name}'")
