"""Style transfer by relaxed optimal transport and self-similarity (Kolkin, Salavon & Shakhnarovich, CVPR 2019). This module
is light; the loss itself is in `loss.py`."""

from gancraft import Options, StyleLoss, hookimpl, option


class StrotssOptions(Options):
    """Settings of the loss."""

    moments: float = option(
        1.0, "Weight of the mean and covariance of features, against their transport.", ge=0, le=100
    )
    palette: float = option(1.0, "Weight of the palette: the transport of plain colours.", ge=0, le=100)


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "strotss",
        "gancraft_strotss.loss:StrotssLoss",
        interface=StyleLoss,
        options=StrotssOptions,
        capabilities=("mask", "tiles"),
        summary="The photo's forms in the style's matter: forms by self-similarity, style by transport (Kolkin et al. 2019).",
    )
