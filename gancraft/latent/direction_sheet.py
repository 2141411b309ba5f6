"""What directions do: a row for each, on which some pictures move along it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gancraft.events import Run
from gancraft.latent.codes import Codes
from gancraft.latent.directions import Directions, moved
from gancraft.latent.drawing import drawing
from gancraft.latent.named import joined
from gancraft.latent.table import table
from gancraft.models import Model

AMOUNT, STEPS, SIDE = 3.0, 5, 96  # farthest, columns of a picture, pixels of one


def amounts(farthest: float = AMOUNT, steps: int = STEPS) -> list[float]:
    """From -farthest to +farthest, with 0 in the middle. steps: odd, at least 3."""
    half = steps // 2
    return [farthest * place / half for place in range(-half, half + 1)]


def directing(
    model: Model,
    directions: Directions,
    codes: Codes,
    titles: Sequence[str],
    *,
    along: Sequence[float] = tuple(amounts()),
    truncation: float = 1.0,
    side: int = 0,
    **how: Any,
) -> Run:
    """A run whose sheet has a row for each direction; in it each picture moves along the direction by these amounts, in
    standard deviations. titles: of the pictures. how: of `drawing`."""
    parts = [
        moved(model, codes[[place]], directions, [(number, amount)])
        for number in range(len(directions))
        for place in range(len(codes))
        for amount in along
    ]
    columns = [title if amount == 0 else f"{amount:+.3g}" for title in titles for amount in along]
    rows = [str(number) for number in range(len(directions))]

    def arrange(x_NCHW: Any) -> Any:
        return table(x_NCHW, columns, rows, blocks=len(codes), side=side or SIDE)

    return drawing(model, [(joined(model, parts), truncation)], arrange, **how)
