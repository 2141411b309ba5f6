"""Random changes to whatever the discriminator sees, real or fake, so that few pictures last longer."""

from gancraft.training.augment.controller import ada_state, ada_step
from gancraft.training.augment.pipeline import Augment, Drawn, alike_by_class
from gancraft.training.augment.policy import ADA, DIFFAUGMENT, POLICIES, check, policy_of

__all__ = [
    "ADA",
    "DIFFAUGMENT",
    "POLICIES",
    "Augment",
    "Drawn",
    "ada_state",
    "ada_step",
    "alike_by_class",
    "check",
    "policy_of",
]
