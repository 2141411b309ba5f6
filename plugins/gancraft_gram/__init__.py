"""Style transfer by Gram matrices (Gatys, Ecker & Bethge, "Image Style Transfer Using Convolutional Neural Networks",
CVPR 2016). This module is light; the loss itself is in `loss.py`."""

from typing import Literal

from gancraft import Options, StyleLoss, hookimpl, option


class MatrixOptions(Options):
    """What the losses of Gram matrices and covariances have."""

    normalise: Literal["relative", "elements"] = option(
        "relative",
        "Scale of a layer's loss: relative to the style's own matrix, or the plain mean over its elements.",
    )


class GramOptions(MatrixOptions):
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


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "gram",
        "gancraft_gram.loss:GramLoss",
        interface=StyleLoss,
        options=GramOptions,
        capabilities=("mask", "tiles"),
        summary="Brushwork and colours by Gram matrices of features (Gatys et al. 2016).",
    )
    register(
        "covariance",
        "gancraft_gram.loss:CovarianceLoss",
        interface=StyleLoss,
        options=MatrixOptions,
        capabilities=("mask", "tiles"),
        summary="Textures by covariances of features, with less of the style's colours than Gram.",
    )
