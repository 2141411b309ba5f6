"""A variational autoencoder (Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014): a baseline beside the GANs.
This module is light: gancraft loads it to list its settings. Networks and loss are in modules of their own."""

from gancraft import Options, Trainable, hookimpl, option


class VaeOptions(Options):
    """Settings of the autoencoder."""

    latent_size: int = option(64, "Numbers that a picture is made from.", ge=1, le=4096, basic=True)
    width: int = option(
        32, "Channels at the full size, doubled at every halving up to `max_width`.", ge=8, le=1024, basic=True
    )
    max_width: int = option(128, "Channels that no layer exceeds.", ge=8, le=4096)
    beta: float = option(
        8.0,
        "Weight of the divergence: 1 is the variational bound; more makes new pictures better and those that come back vaguer.",
        ge=0,
        le=1000,
        basic=True,
    )
    come_in: float = option(0.1, "Share of the run over which the divergence comes in.", ge=0, le=1)
    noise: float = option(
        0.0,
        "Standard deviation that errors of pixels in [-1, 1] are taken to have; 0: as they turn out to have.",
        ge=0,
        le=10,
    )
    rate: float = option(1e-3, "Learning rate of both networks.", ge=0, le=1)
    average: float = option(5_000.0, "Pictures after which half of the decoder's average is new.", ge=0, le=10**9)


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "vae",
        "gancraft_vae.autoencoder:Autoencoder",
        interface=Trainable,
        options=VaeOptions,
        summary="A variational autoencoder (Kingma & Welling 2014): stable, varied, and blurred.",
    )
