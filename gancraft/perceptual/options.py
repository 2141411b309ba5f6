"""Settings that networks share; light, so that plugins' light modules may import it."""

from __future__ import annotations

from typing import Literal

from gancraft.options import Options, option


class PerceptualOptions(Options):
    """The settings of a chain of convolutions and pools."""

    pooling: Literal["native", "average", "max"] = option(
        "native", "Pooling between the stages: average smooths, max sharpens, native is what it was trained with."
    )
