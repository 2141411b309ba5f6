"""Gives a photo the style's colours in one pass. This module is light; the method is in `method.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the method. They become flags, controls on the page, and keys of files."""

    spread: float = gancraft.option(
        1.0, "How far the spread of the colours comes to the style's; their mean always does.", ge=0, le=1, basic=True
    )


@gancraft.hookimpl
def register_style_methods(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.method:TemplateNameStyle",
        interface=gancraft.InstantStyle,
        options=TemplateNameOptions,
        capabilities=("mask", "tiles"),
        summary="The mean and the spread of the style's colours, in one pass.",
    )
