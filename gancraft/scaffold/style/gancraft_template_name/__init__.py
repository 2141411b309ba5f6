"""Style transfer by the mean and the spread of every channel. This module is light; the loss is in `loss.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the loss. They become flags, controls on the page, and keys of files."""

    spread: float = gancraft.option(
        0.5, "What counts: 0 only the mean of a channel, 1 only its spread.", ge=0, le=1, basic=True
    )


@gancraft.hookimpl
def register_style_methods(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.loss:TemplateNameLoss",
        interface=gancraft.StyleLoss,
        options=TemplateNameOptions,
        capabilities=("mask", "tiles"),
        summary="Matches the mean and the spread of every channel.",
    )
