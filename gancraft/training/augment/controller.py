"""Adaptive augmentation: as much as the discriminator overfits (Karras et al. 2020, section 3)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from gancraft.training.settings import AugmentOptions

EVERY = 4  # batches from one decision to the next


def ada_state() -> dict[str, Tensor]:
    """What `ada_step` keeps beside `augment`, the probability: sums, on the CPU."""
    return {"sign_sum": torch.zeros(()), "sign_count": torch.zeros(())}


def ada_step(state: Mapping[str, Tensor], sign_mean: Tensor, batch: int, options: AugmentOptions) -> dict[str, Tensor]:
    """The state after one more step of the discriminator: new float32 scalars, on the device of the old ones.

    The probability moves by the pictures of four batches over `options.speed` towards where the mean of `sign_mean` over
    them is `options.target`, within [0, `options.ceiling`]. The sums of the steps before decide, then this step's is
    added: where the state is averaged over processes between steps, they all decide alike, as one process would.

    sign_mean: scalar in [-1, 1] of this step, the mean sign of the logits of reals (their r_t). Losses that look at
    differences of logits leave the sign without meaning; give 2 P(D(real) > D(fake)) - 1 there, which has the same range
    and is 0 for a discriminator that knows nothing, 1 for one that is never wrong. batch: pictures of a step, over all
    processes.
    """
    old, total, count = state["augment"], state["sign_sum"], state["sign_count"]
    due = count >= EVERY
    step = torch.sign(total / EVERY - options.target) * (EVERY * batch / options.speed)
    moved = (old + step).clamp(0.0, options.ceiling)
    seen = sign_mean.detach().float()
    return {
        "augment": torch.where(due, moved, old),
        "sign_sum": torch.where(due, 0.0, total) + seen,
        "sign_count": torch.where(due, 0.0, count) + 1.0,
    }
