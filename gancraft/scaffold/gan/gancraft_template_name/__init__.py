"""A small GAN for pictures of any size. This module is light; the networks are in `networks.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the discriminator. They become flags, controls on the page, and keys of files."""

    width: int = gancraft.option(
        32, "Channels at the full size; twice as many at each half of it.", ge=1, le=512, basic=True
    )
    max_width: int = gancraft.option(256, "Channels that no layer exceeds.", ge=1, le=4096)


class TemplateNameGeneratorOptions(TemplateNameOptions):
    """Settings of the generator."""

    latent_size: int = gancraft.option(64, "Numbers that a picture is made from.", ge=1, le=4096)


# The preset's settings, weaker than whatever a person says; see `gancraft train --help` for what there is.
_SETTINGS = {
    "batch": 64,
    "augment": "diffaugment",
    "gan.generator_rate": 1e-3,
    "gan.discriminator_rate": 1e-3,
    "gan.beta1": 0.0,
    "gan.beta2": 0.99,
    "gan.r1": 0.5,
}


@gancraft.hookimpl
def register_generators(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.networks:TemplateNameGenerator",
        options=TemplateNameGeneratorOptions,
        summary="Two convolutions at every size, from the smallest to the full one.",
    )


@gancraft.hookimpl
def register_discriminators(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.networks:TemplateNameDiscriminator",
        options=TemplateNameOptions,
        summary="Two convolutions at every size, from the full one to the smallest.",
    )


@gancraft.hookimpl
def register_training_methods(register: gancraft.Register) -> None:
    register(
        "template-name",
        gancraft.Preset(
            generator="template-name",
            discriminator="template-name",
            loss="bce",
            defaults=_SETTINGS,
        ),
        summary="A small convolutional GAN for pictures of any size.",
    )
