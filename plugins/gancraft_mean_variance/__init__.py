"""Style transfer by means and deviations of features (Li, Wang, Liu & Hou, "Demystifying Neural Style Transfer", IJCAI
2017). This module is light; the loss itself is in `loss.py`."""

from gancraft import Options, StyleLoss, hookimpl


class MeanVarianceOptions(Options):
    """It has no settings of its own."""


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "mean-variance",
        "gancraft_mean_variance.loss:MeanVarianceLoss",
        interface=StyleLoss,
        options=MeanVarianceOptions,
        capabilities=("mask", "tiles"),
        summary="Means and deviations of features alone: the least that makes a style (Li et al. 2017).",
    )
