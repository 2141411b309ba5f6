"""What a registered thing must be. Torch is not imported here: plugins' light modules may import these pages."""

from gancraft.interfaces.instant import InstantStyle, Sums
from gancraft.interfaces.perceptual import PerceptualNetwork
from gancraft.interfaces.style import Features, Statistics, StyleInput, StyleJob, StyleLoss, StyleMethod, Where
from gancraft.interfaces.style_training import StyleGoal, StyleTrainable
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
    "InstantStyle",
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
    "StyleGoal",
    "StyleInput",
    "StyleJob",
    "StyleLoss",
    "StyleMethod",
    "StyleTrainable",
    "Suit",
    "Sums",
    "Trainable",
    "Where",
]
