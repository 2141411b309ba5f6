"""What a registered thing must be. Torch is not imported here: plugins' light modules may import these pages."""

from gancraft.interfaces.perceptual import PerceptualNetwork
from gancraft.interfaces.style import Features, Statistics, StyleInput, StyleJob, StyleLoss, StyleMethod, Where
from gancraft.interfaces.training import (
    Adam,
    AdversarialLoss,
    Batch,
    DataShape,
    LossHealth,
    Outcome,
    Phase,
    PhaseLoss,
    Plan,
    Preset,
    Random,
    Stage,
    Suit,
    Trainable,
)

__all__ = [
    "Adam",
    "AdversarialLoss",
    "Batch",
    "DataShape",
    "Features",
    "LossHealth",
    "Outcome",
    "PerceptualNetwork",
    "Phase",
    "PhaseLoss",
    "Plan",
    "Preset",
    "Random",
    "Stage",
    "Statistics",
    "StyleInput",
    "StyleJob",
    "StyleLoss",
    "StyleMethod",
    "Suit",
    "Trainable",
    "Where",
]
