"""Ways of painting: what a style loss and a style method must be.

Shape suffixes: N = pictures (always 1 here), C = channels, H, W = height, width. Pictures are float32, sRGB in [0, 1].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gancraft.events import Event, Run
from gancraft.options import Options

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Features = Mapping[str, "Tensor"]  # activations by layer name, each NCHW
Where = Mapping[str, "Tensor"]  # weights of positions by layer name, each N1HW, 0 to 1
Statistics = Mapping[str, "Tensor"]  # what a loss remembers of a style; names are the loss's own


class StyleLoss(ABC):
    """What of the style pictures is to be matched. The engine does all the rest: levels, start, optimiser, content, masks,
    tiles.

    A loss is made with its options and keeps no state of a run. Features arrive in the network's precision, which may be
    bfloat16; statistics must be computed in float32. It is one of three kinds:

    - `additive`: `target` gives sums over positions, each term of its own position's features alone, which add up over tiles
      and can be weighed by a mask. It defines `target`, `blend` and `distance`.
    - by `points`: it is given features at that many random points of the picture, new ones at every step, the same points in
      every layer, as 1 x C x 1 x P, and the colours there as a layer called `picture`; a mask chooses where they lie. It
      defines `target`, `blend` and `loss`.
    - of whole maps: neither. It can't be masked, nor painted in tiles.

    A loss that isn't by points must be the same function at every step: L-BFGS paints it, which learns from one step to the
    next. One with random numbers of its own needs `--optimiser adam`.
    """

    options_model: ClassVar[type[Options]]
    # What the engine's runner does for every loss; see `StyleMethod`.
    capabilities: ClassVar[frozenset[str]] = frozenset({"network", "start"})
    additive: ClassVar[bool] = False
    points: ClassVar[int] = 0
    # Of a loss by points: the side in pixels of the square that one stands for, over which finer layers are averaged; and
    # whether `loss` is given the photo's features there as well, as `photo/LAYER`, where there is a photo.
    grain: ClassVar[int] = 1
    guided: ClassVar[bool] = False
    # Of the content's weight, to keep as much of the photo as other losses do at the same strength.
    content_factor: ClassVar[float] = 1.0
    # Of the pyramid that Adam moves: 1 is plain pixels; with 5, losses by points leave no grain. And what its finest octave
    # has of the others' step size: less is smoother, 1 has more of the strokes.
    octaves: ClassVar[int] = 1
    finest: ClassVar[float] = 0.4

    def __init__(self, options: Options):
        self.options = options

    @abstractmethod
    def target(self, features: Features, where: Where | None = None) -> Statistics:
        """What to remember of one style picture (or of one tile of a picture). where: given to additive losses only: how much
        each position counts."""

    @abstractmethod
    def blend(self, targets: Sequence[Statistics], weights: Sequence[float]) -> Statistics:
        """One target of several targets; the weights sum to one. An additive loss is given sums and gives means."""

    def loss(self, features: Features, target: Statistics) -> dict[str, Tensor]:
        """How far the picture with these features is from `target`: a scalar for each layer, about 1 where the picture
        has nothing of the style. The engine weighs the layers and sums."""
        return self.distance(self.target(features), target)

    def distance(self, sums: Statistics, target: Statistics) -> dict[str, Tensor]:
        """The same, of an additive loss, from the picture's sums."""
        raise NotImplementedError(f"{type(self).__name__} is additive and must define distance")

    def content(self, features: Features, content: Features) -> dict[str, Tensor] | None:
        """How far the picture is from the content picture, about 1 where it has nothing of it: scalars, which are summed. For
        losses by points, who are given both at the same points. None: the engine's own, the squared difference."""
        return None


@dataclass(frozen=True)
class StyleInput:
    """One style picture with its share of the result."""

    x_NCHW: Tensor
    weight: float = 1.0  # above 0, relative to the other styles'
    # A pair of masks, N1HW in [0, 1]: where in the result this style goes, and which part of its picture is looked at.
    place_N1HW: Tensor | None = None
    part_N1HW: Tensor | None = None


@dataclass(frozen=True)
class StyleJob:
    """All that a style method is given. Pictures are on the CPU; the content has the size that the result must have."""

    content_NCHW: Tensor
    styles: Sequence[StyleInput]  # at least one, but for methods that take none
    seed: int = 0  # of everything random
    device: torch.device | str = "cpu"  # where to compute, as torch takes it
    precision: str = "auto"  # "float32" or "bfloat16"; `paint` gives what suits the device where nobody chose
    launch: str = "auto"  # "auto", "eager" or "compile"
    start_NCHW: Tensor | None = None  # a picture to start from, of any size
    preview_every: int = 0  # steps between two Preview events; 0: none
    # A picture that the result is to stay like, and how much in each pixel (N1HW, 0 for not at all), of the content's size.
    guide_NCHW: Tensor | None = None
    guide_weight_N1HW: Tensor | None = None
    network: Callable[[], Any] | None = None  # makes the perceptual network that was chosen


class StyleMethod(ABC):
    """A whole way of painting, with a run of its own: feed-forward, patch-based, or without any network.

    What it takes beyond photo, styles and settings it registers as `capabilities`: "network" has a perceptual network chosen
    for `StyleJob.network`, "start" a picture to start from for `StyleJob.start_NCHW`.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset()  # of every style method

    def __init__(self, options: Options):
        self.options = options

    @abstractmethod
    def run(self, job: StyleJob, run: Run) -> Iterator[Event]:
        """Paint. Yields at least every half second; reads `run.stopping` between steps; ends with `Finished`, whose
        picture has the content's size."""
