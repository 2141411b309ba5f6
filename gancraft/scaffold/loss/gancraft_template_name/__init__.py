"""An adversarial loss with a margin, and a preset to train with it. This module is light; the loss is in `loss.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the loss. They become flags, controls on the page, and keys of files."""

    margin: float = gancraft.option(
        1.0, "How far the discriminator pushes real and fake apart before it rests.", ge=0.1, le=100, basic=True
    )


# What keeps a small convolutional GAN from collapsing; see `gancraft train --help` for what there is.
_SETTINGS = {
    "batch": 64,
    "augment": "diffaugment",
    "gan.generator_rate": 2e-4,
    "gan.discriminator_rate": 2e-4,
    "gan.beta1": 0.5,
    "gan.beta2": 0.99,
    "discriminator.norm": "none",
    "discriminator.init": "he",
}


@gancraft.hookimpl
def register_losses(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.loss:TemplateNameLoss",
        options=TemplateNameOptions,
        summary="A hinge with a margin that can be chosen.",
    )


@gancraft.hookimpl
def register_training_methods(register: gancraft.Register) -> None:
    register(
        "template-name",
        gancraft.Preset("dcgan", "dcgan", "template-name", _SETTINGS),
        summary="Convolutional GAN with a margin between real and fake.",
    )
