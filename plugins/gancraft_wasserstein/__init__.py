"""Style transfer by Wasserstein distances between distributions of features. This module is light; the losses are in
`gaussian.py` and `sliced.py`."""

from gancraft import Options, StyleLoss, hookimpl, option


class GaussianOptions(Options):
    """It has no settings of its own."""


class SlicedOptions(Options):
    """Settings of the sliced distance."""

    directions: int = option(
        0, "Directions along which features are compared; 0: as many as a layer has channels.", ge=0, le=4096
    )


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "gaussian",
        "gancraft_wasserstein.gaussian:GaussianLoss",
        interface=StyleLoss,
        options=GaussianOptions,
        capabilities=("mask", "tiles"),
        summary="Colours and strokes evenly, as a transport of normal distributions: calmer than Gram (Wasserstein-2).",
    )
    register(
        "sliced",
        "gancraft_wasserstein.sliced:SlicedLoss",
        interface=StyleLoss,
        options=SlicedOptions,
        capabilities=("mask", "tiles"),
        summary="Whole distributions of features: crisp textures in the style's own contrast (Heitz et al. 2021).",
    )
