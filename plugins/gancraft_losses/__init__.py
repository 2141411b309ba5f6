"""Adversarial losses: what a discriminator and a generator want of each other's logits. The formulae are in `losses.py`."""

from gancraft import Options, hookimpl, option


class BceOptions(Options):
    """Settings of the binary cross-entropy."""

    saturating: bool = option(
        False, "Let the generator lower log(1 - D) as in the minimax game; it learns nothing while it is easily told."
    )
    smoothing: float = option(
        0.0, "Aim at 1 minus this for reals (one-sided label smoothing, Salimans et al. 2016).", ge=0, le=0.5
    )


class WganOptions(Options):
    """Settings of the Wasserstein loss."""

    drift: float = option(
        0.0,
        "Weight of the mean square of reals' logits, which keeps them near 0 (0.001 in Karras et al. 2018).",
        ge=0,
        le=1,
    )


_LOSSES: dict[str, tuple[str, type[Options], str]] = {
    "bce": ("BinaryCrossEntropy", BceOptions, "Real or fake as a classifier says it (Goodfellow et al. 2014)."),
    "lsgan": ("LeastSquares", Options, "Squared distance to 1 for real and 0 for fake (Mao et al. 2017)."),
    "hinge": ("Hinge", Options, "A margin around 0 on both sides (Lim & Ye 2017)."),
    "wgan-gp": ("Wasserstein", WganOptions, "The earth mover's distance, with a gradient penalty (Gulrajani 2017)."),
    "relativistic": (
        "Relativistic",
        Options,
        "Is this real more real than that fake? With R1 and R2 (Huang et al. 2024).",
    ),
}


@hookimpl
def register_losses(register):  # type: ignore[no-untyped-def]
    for name, (target, options, summary) in _LOSSES.items():
        register(name, f"gancraft_losses.losses:{target}", options=options, summary=summary)
