"""Training networks that paint: any picture, in one manner, in one pass (Johnson, Alahi & Fei-Fei 2016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gancraft.interfaces.style import StyleInput
from gancraft.interfaces.training import Plan, Trainable
from gancraft.options import Options

if TYPE_CHECKING:
    from gancraft.interfaces.perceptual import PerceptualNetwork


@dataclass(frozen=True)
class StyleGoal:
    """What a style network is to learn. Pictures are float32 in [0, 1], as everywhere outside of training.

    styles: the style pictures with their shares, at least one. network: makes the perceptual network that was chosen.
    """

    styles: Sequence[StyleInput]
    network: Callable[[], PerceptualNetwork | Any]


class StyleTrainable(Trainable):
    """Trains a network that paints any picture in one manner: what `gancraft train-style --plugin` picks. The style method of
    the same name paints with what was trained.

    goal: None where nothing is to be learned and only `networks` is asked for, to use a trained one. The sampler takes
    pictures of any size.
    """

    sampler = "painter"
    repaints = True
    # What the sides of a picture must be multiples of, where the network is used by other programs (ONNX).
    stride: ClassVar[int] = 1

    def __init__(self, options: Options, plan: Plan, goal: StyleGoal | None = None):
        super().__init__(options, plan)
        self.goal = goal
