"""The networks that style transfer was invented with, through torchvision and its published weights."""

from gancraft import PerceptualOptions, hookimpl

_NETWORKS = {
    "vgg19": "The network of Gatys et al. 2016; a 548 MB download at first use.",
    "vgg16": "Its smaller sister; a 528 MB download at first use.",
    "squeezenet1_1": "Tiny and coarse; a 5 MB download at first use.",
    "alexnet": "The oldest, with wide first filters; a 233 MB download at first use.",
}


@hookimpl
def register_networks(register):  # type: ignore[no-untyped-def]
    for name, summary in _NETWORKS.items():
        register(name, f"gancraft_torchvision.networks:{name}", options=PerceptualOptions, summary=summary)
