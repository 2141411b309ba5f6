"""Which changes there are, by the names that people give, and for which data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gancraft.errors import UsageError, did_you_mean
from gancraft.interfaces import DataShape
from gancraft.training.settings import AugmentOptions

# What a policy changes, each with a choice of its own (as in Karras et al. 2020), and how many numbers that takes.
POLICIES: Mapping[str, Mapping[str, int]] = {
    "colour": {"brightness": 1, "saturation": 1, "contrast": 1},
    "translation": {"translation": 2},
    "cutout": {"cutout": 2},
    "flip": {"flip": 1},
    "rotate90": {"rotate90": 1},
    "scale": {"scale": 1},
    "rotate": {"rotate": 1},
}
DIFFAUGMENT = ("colour", "translation", "cutout")  # Zhao et al. 2020
ADA = ("flip", "rotate90", "translation", "scale", "rotate", "colour")  # after Karras et al. 2020


def policy_of(options: AugmentOptions) -> tuple[str, ...]:
    """The policies that these options ask for."""
    if options.augment == "none":
        return ()
    if options.policy is not None:
        return tuple(options.policy)
    return ADA if options.augment == "ada" else DIFFAUGMENT


def changes(policy: Sequence[str]) -> dict[str, int]:
    """The changes of a policy and how many numbers each takes. Raises UsageError for a name that isn't known."""
    for name in policy:
        if name not in POLICIES:
            hint = did_you_mean(name, POLICIES) or f"; there are {', '.join(POLICIES)}"
            raise UsageError(f"no change of pictures is called '{name}'{hint}")
    return {change: size for name, sizes in POLICIES.items() if name in policy for change, size in sizes.items()}


def check(shape: DataShape, policy: Sequence[str]) -> None:
    """Raises UsageError for a name that isn't known, and for data that aren't pictures."""
    if changes(policy) and shape.height * shape.width == 1:
        raise UsageError(
            f"augmentation needs pictures, and the data are points of {shape.channels} numbers; leave it out"
        )
