"""A GAN on points in the plane: small enough to watch, on one core in seconds. The networks are in `networks.py`."""

from gancraft import Options, Preset, Suit, hookimpl, option


class ToyOptions(Options):
    """Settings of the toy discriminator."""

    width: int = option(64, "Units of each of the two hidden layers.", ge=1, le=4096)


class ToyGeneratorOptions(ToyOptions):
    """Settings of the toy generator."""

    latent_size: int = option(8, "Numbers that a point is made from.", ge=1, le=1024)


# All eight modes of the ring from 30,000 pictures on, with every seed tried.
_HEALTHY = {
    "pictures": 256_000,
    "batch": 64,
    "precision": "float32",  # bfloat16 is too coarse for coordinates
    "learn.schedule": "cosine",
    "gan.generator_rate": 3e-3,
    "gan.discriminator_rate": 3e-3,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.r1": 0.1,
    "gan.average": 5_000,
    "augment": "none",
}

# A generator that runs ahead of its judge, with momentum and without a penalty: it jumps from one mode to another and has
# one or two at a time.
_COLLAPSING = {
    "pictures": 64_000,
    "batch": 64,
    "precision": "float32",  # bfloat16 is too coarse for coordinates
    "gan.generator_rate": 3e-3,
    "gan.discriminator_rate": 3e-3,
    "gan.beta1": 0.5,
    "gan.beta2": 0.99,
    "gan.generator_steps": 5,
    "gan.r1": 0.0,
    "gan.average": 0,
    "augment": "none",
}


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    register(
        "toy",
        "gancraft_toy.networks:ToyGenerator",
        options=ToyGeneratorOptions,
        summary="Two hidden layers that make points in the plane.",
    )


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    register(
        "toy",
        "gancraft_toy.networks:ToyDiscriminator",
        options=ToyOptions,
        summary="Two hidden layers that judge points in the plane.",
    )


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    register(
        "toy",
        Preset("toy", "toy", "bce", _HEALTHY, (Suit("it makes points, in seconds", points=True),)),
        capabilities=("points",),
        summary="Points in the plane, learned in seconds: for sample:ring.",
    )
    register(
        "toy-collapse",
        Preset("toy", "toy", "bce", _COLLAPSING),
        capabilities=("points",),
        summary="The same networks with settings under which they collapse: to see what that looks like.",
    )
