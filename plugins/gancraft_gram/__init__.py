"""Style transfer by Gram matrices (Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks",
CVPR 2016). This module is light; the loss itself is in `loss.py`."""

from typing import Literal

from gancraft import Options, StyleLoss, hookimpl, option


class GramOptions(Options):
    """Settings of the Gram loss."""

    covariance: bool = option(
        False, "Match covariances instead of Gram matrices: more of the texture, less of the colours.", basic=True
    )
    shift: float = option(
        0.0,
        "Subtract this from every activation first (they average one); about -1 to 1 (Novak & Nikulin 2016).",
        ge=-4,
        le=4,
    )
    normalise: Literal["relative", "elements"] = option(
        "relative",
        "Scale of a layer's loss: relative to the style's own matrix, or the plain mean over its elements.",
    )


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "gram",
        "gancraft_gram.loss:GramLoss",
        interface=StyleLoss,
        options=GramOptions,
        summary="Brushwork and colours by Gram matrices of features (Gatys et al. 2016).",
    )
