"""A perceptual network of random filters. This module is light; the network is in `network.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the network. They become flags, controls on the page, and keys of files."""

    filters: int = gancraft.option(32, "Channels of the first layer; the others have more.", ge=4, le=256)
    draw: int = gancraft.option(0, "Which random filters: the seed that they are drawn from.", ge=0, le=2**31 - 1)


@gancraft.hookimpl
def register_networks(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.network:TemplateNameNetwork",
        options=TemplateNameOptions,
        summary="Three layers of random filters, without any trained weights.",
    )
