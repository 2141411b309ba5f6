"""Paints with a few of the style's colours. This module is light; the method is in `method.py`."""

import gancraft

GANCRAFT_API = 1  # the level of gancraft's API that this was written for


class TemplateNameOptions(gancraft.Options):
    """Settings of the method. They become flags, controls on the page, and keys of files."""

    colours: int = gancraft.option(8, "How many of the style's colours to paint with.", ge=2, le=64, basic=True)
    shift: float = gancraft.option(
        1.0, "How far the photo's colours go towards the style's first: 0 not at all, 1 all the way.", ge=0, le=1
    )


@gancraft.hookimpl
def register_style_methods(register: gancraft.Register) -> None:
    register(
        "template-name",
        "gancraft_template_name.method:TemplateNameMethod",
        interface=gancraft.StyleMethod,
        options=TemplateNameOptions,
        summary="A few of the style's colours, without any network.",
    )
