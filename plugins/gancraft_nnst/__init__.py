"""Style transfer by nearest neighbours of features (Kolkin et al., "Neural Neighbor Style Transfer", 2022). This module is
light; the loss itself is in `loss.py`."""

from gancraft import Options, StyleLoss, hookimpl


class NeighbourOptions(Options):
    """It has no settings of its own."""


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "nnst",
        "gancraft_nnst.loss:NeighbourLoss",
        interface=StyleLoss,
        options=NeighbourOptions,
        capabilities=("mask", "tiles"),
        summary="Every spot takes after the spot of the style that is most like it, piece by piece (Kolkin et al. 2022).",
    )
