"""gancraft: pictures by generative adversarial networks and style transfer, from plugins."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Saved, Started, Warned
from gancraft.hookspecs import Register, hookimpl
from gancraft.interfaces import (
    Adam,
    AdversarialLoss,
    Batch,
    DataShape,
    InstantStyle,
    LossHealth,
    Outcome,
    PerceptualNetwork,
    Phase,
    Plan,
    Preset,
    Random,
    Stage,
    StyleGoal,
    StyleInput,
    StyleJob,
    StyleLoss,
    StyleMethod,
    StyleTrainable,
    Suit,
    Trainable,
)
from gancraft.options import Options, option

__version__ = "0.1.0"
API_VERSION = 1  # the level of the public names; docs/api-policy.md says what it promises

# Names that bring torch, numpy or Pillow with them: imported when they are first asked for.
_LAZY = {
    "CLASS_GROUP": "gancraft.models.deviation",
    "ClassBeside": "gancraft.models.classes",
    "DEVIATION_GROUP": "gancraft.models.deviation",
    "Discriminator": "gancraft.models",
    "EqualConv2d": "gancraft.models.equalised",
    "EqualLinear": "gancraft.models.equalised",
    "Generator": "gancraft.models",
    "PixelNorm": "gancraft.models.equalised",
    "doubled": "gancraft.models.sizes",
    "filtered": "gancraft.models.sizes",
    "halved": "gancraft.models.sizes",
    "size_chain": "gancraft.models.sizes",
    "smoothly_doubled": "gancraft.models.sizes",
    "smoothly_halved": "gancraft.models.sizes",
    "PerceptualOptions": "gancraft.perceptual.options",
    "SequentialNetwork": "gancraft.perceptual.network",
    "StyleModel": "gancraft.models.painters",
    "StyleModels": "gancraft.models.painters",
    "StyledGenerator": "gancraft.models",
    "calibration_picture": "gancraft.perceptual.calibration",
    "first_moment_sum": "gancraft.perceptual.statistics",
    "mean_sums": "gancraft.perceptual.statistics",
    "mixed_points": "gancraft.perceptual.statistics",
    "position_sum": "gancraft.perceptual.statistics",
    "second_moment_sum": "gancraft.perceptual.statistics",
    "weights_fingerprint": "gancraft.perceptual.network",
    "Picture": "gancraft.pictures",
    "open_picture": "gancraft.pictures",
    "save_picture": "gancraft.pictures",
    "class_deviation": "gancraft.models.deviation",
    "minibatch_deviation": "gancraft.models.deviation",
    "models_in": "gancraft.trained.folder",
    "paint": "gancraft.style",
    "finished": "gancraft.simply",
    "sample": "gancraft.simply",
    "stylise": "gancraft.simply",
    "train": "gancraft.simply",
}

__all__ = [
    "API_VERSION",
    "Adam",
    "AdversarialLoss",
    "Batch",
    "DataShape",
    "Event",
    "Finished",
    "GancraftError",
    "InstantStyle",
    "LossHealth",
    "Options",
    "Outcome",
    "PerceptualNetwork",
    "Phase",
    "Plan",
    "Preset",
    "Preview",
    "Progress",
    "Random",
    "Register",
    "Run",
    "Saved",
    "Stage",
    "Started",
    "StyleGoal",
    "StyleInput",
    "StyleJob",
    "StyleLoss",
    "StyleMethod",
    "StyleTrainable",
    "Suit",
    "Trainable",
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
