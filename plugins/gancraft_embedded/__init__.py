"""gancraft's own perceptual network: small, VGG-like, distilled, shipped with its weights (docs/network-card.md)."""

from gancraft import PerceptualOptions, hookimpl


@hookimpl
def register_networks(register):  # type: ignore[no-untyped-def]
    register(
        "embedded",
        "gancraft_embedded.network:Embedded",
        options=PerceptualOptions,
        summary="Small VGG-like network that ships with gancraft: no download, made for two CPU cores.",
    )
