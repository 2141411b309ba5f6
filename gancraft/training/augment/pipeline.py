"""Augmentation of what the discriminator sees: drawn once, applied to pictures of any size.

Without it a discriminator learns few pictures by heart. Changing reals and fakes alike keeps it from that, and as long as
some pictures go unchanged the generator can tell what belongs to pictures (Karras et al. 2020, section 2.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gancraft.interfaces import Random
from gancraft.models.networks import Output
from gancraft.training.augment.colour import recolour
from gancraft.training.augment.geometry import move
from gancraft.training.augment.policy import changes

Drawn = Mapping[str, Tensor]  # N x how many numbers the change takes, in [0, 1); and "choice", N x changes


class Augment:
    """Random changes by the names of their policies (see `POLICIES`), differentiable twice, in a fixed order.

    Scaling, rotation and colour come first, moves by whole pixels after them, cutout last, however the policy is ordered.
    An affine map of the pixels: nothing depends on their values, and nothing is read back from the device.
    """

    def __init__(self, policy: Sequence[str]):
        """Raises UsageError for a name that isn't known."""
        self.changes = changes(policy)

    def draw(self, n: int, random: Random) -> Drawn:
        """What would be done to each of n pictures, and the numbers that decide whether it is."""
        block_NK = random.uniform(n, sum(self.changes.values()) + len(self.changes))
        parts = block_NK.split([*self.changes.values(), len(self.changes)], 1)
        return dict(zip([*self.changes, "choice"], parts, strict=True))

    def __call__(self, x: Output, drawn: Drawn, probability: Tensor | float) -> Output:
        """x, changed: pictures in about [-1, 1], NCHW, or a tuple of several sizes of them, which change alike as far as
        whole pixels allow. Like the numbers drawn, of the same length N; their type of numbers is kept.

        probability: of each change for each picture; a scalar tensor may change between replays of a captured step.
        """
        if not self.changes:
            return x
        chosen_NG = drawn["choice"] < probability
        on = {name: chosen_NG[:, index : index + 1] for index, name in enumerate(self.changes)}
        # All amounts are in [-0.5, 0.5) around "no change", so that a choice against it is a multiplication by 0.
        amounts = {name: (drawn[name] - 0.5) * on[name] for name in self.changes}
        if isinstance(x, tuple):
            return tuple(self._one(x_NCHW, amounts, on) for x_NCHW in x)
        return self._one(x, amounts, on)

    def _one(self, x_NCHW: Tensor, amounts: Mapping[str, Tensor], on: Mapping[str, Tensor]) -> Tensor:
        if "brightness" in amounts:
            x_NCHW = recolour(x_NCHW, amounts)
        moves = {
            name: amount for name, amount in amounts.items() if name not in ("brightness", "saturation", "contrast")
        }
        return move(x_NCHW, moves, on)


def alike_by_class(drawn: Drawn, labels_N: Tensor, size: int) -> Drawn:
    """The same, but among `size` pictures in a row those of one class are all changed like the first of them. What is left
    over at the end is compared with the last `size`, as minibatch deviations do.

    A discriminator that is shown how much they differ sees how much they were moved otherwise, and hardly that a generator
    makes one picture a class.
    """
    n = len(labels_N)
    size = min(size, n)
    first_N = torch.cat([at + _first(labels_N[at : at + size]) for at in range(0, n - size + 1, size)])
    if left := n % size:
        first_N = torch.cat([first_N, n - size + _first(labels_N[-size:])[-left:]])
        first_N = first_N[first_N]  # that one may itself be changed like another
    return {name: numbers[first_N] for name, numbers in drawn.items()}


def _first(labels_N: Tensor) -> Tensor:
    """Where each one's class comes first."""
    return (labels_N[:, None] == labels_N).int().argmax(1)
