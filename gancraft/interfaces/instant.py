"""Painting at once: what a style method must be that needs no steps, for the engine's runner to do all the rest.

Shape suffixes: N = pictures (always 1 here), C = channels, H, W = height, width. Pictures are float32, sRGB in [0, 1].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gancraft.interfaces.style import StyleInput
from gancraft.options import Options

if TYPE_CHECKING:
    from torch import Tensor

Sums = Mapping[str, "Tensor"]  # what a method gathered of a picture; names are the method's own


class InstantStyle(ABC):
    """Paints a picture in one pass through networks that were trained before. The engine does the rest: strength, colours,
    masks, tiles, memory, device and precision, and film, where one state serves every frame.

    A method is made with its options and keeps no state of a run. It has its weights in `network`, which the engine moves to
    the run's device and precision; pictures come and go in float32, on that device, and their sides are multiples of
    `stride`. One that has no use for style pictures registers the capability "styleless", and `prepare` is given none.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"instant"})

    network: Any  # torch.nn.Module: all its weights
    stride: int = 1  # the coarsest of its networks
    # How many pixels around a position the result depends on, beside what `survey` gathers. None: on all of them, and
    # pictures can't be painted in tiles.
    reach: int | None = None
    # How often all of a picture is looked at before it can be painted in tiles: once for statistics of features that depend
    # on nothing but pixels near by, once more for those that depend on the former ones, and so on.
    rounds: int = 0
    # Whether `frame` heeds its strength. If not, the engine mixes the result with the photo.
    blends: bool = False

    def __init__(self, options: Options):
        self.options = options

    @abstractmethod
    def prepare(self, styles: Sequence[StyleInput]) -> Any:
        """What to remember of the styles, blended: their weights sum to one, their `part_N1HW` says what of a picture counts
        (None: all), and their `place_N1HW` is None. The state is given to `survey` and `frame`."""

    @abstractmethod
    def frame(
        self,
        x_NCHW: Tensor,
        state: Any,
        *,
        strength: float = 1.0,
        where_N1HW: Tensor | None = None,
        known: Sequence[Sums] | None = None,
    ) -> Tensor:
        """Paint: NCHW of the same size, which the engine clamps.

        strength: 0 keeps the photo as well as the method can, 1 is all style. where: how much each pixel counts in statistics
        of the photo (None: the same). known: the sums of every round of `survey`, over all of the photo, of which `x_NCHW` is
        then only a tile; None: they are to be taken of `x_NCHW` itself.
        """

    def survey(
        self, x_NCHW: Tensor, state: Any, known: Sequence[Sums], where_N1HW: Tensor, strength: float = 1.0
    ) -> Sums:
        """What to gather of a tile in one round, as sums over positions, which the engine adds up. known: the former rounds'
        sums. where: how much each pixel counts; 0 outside of what the tile answers for, whose borders lie on multiples of
        `stride`. strength: as for `frame`."""
        raise NotImplementedError(f"{type(self).__name__} has rounds and must define survey")
