"""Style transfer by nearest neighbours of features (Kolkin et al., "Neural Neighbor Style Transfer", 2022). This module is
light; the loss itself is in `loss.py`."""

from gancraft import Options, StyleLoss, hookimpl, option


class NeighbourOptions(Options):
    """Settings of the loss."""

    form: float = option(
        0.75,
        "What decides which spot of the style goes where: the photo (1), the painting as it grows (0), or both.",
        ge=0,
        le=1,
    )


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "nnst",
        "gancraft_nnst.loss:NeighbourLoss",
        interface=StyleLoss,
        options=NeighbourOptions,
        capabilities=("mask", "tiles"),
        summary="Every spot takes after the spot of the style that is most like it; faces stay (Kolkin et al. 2022).",
    )
