"""Painting at once in the manner of any style picture: an encoder, features that are moved to the style's, and a decoder that
was trained beforehand. This module is light; the methods are in `methods.py`, their networks in `networks.py`."""

from gancraft import InstantStyle, Options, hookimpl, option


class InstantOptions(Options):
    """Settings of both."""

    passes: int = option(1, "How often the photo is painted over: more is bolder, and slower.", ge=1, le=4, basic=True)
    palette: float = option(
        0.8, "How far the photo's colours come to the style's before it is painted, from 0 to 1.", ge=0, le=1
    )


class AttentionOptions(InstantOptions):
    """Settings of `attention`."""

    passes: int = option(2, "How often the photo is painted over: more is bolder, and slower.", ge=1, le=4, basic=True)


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "adain",
        "gancraft_adain.methods:AdainStyle",
        interface=InstantStyle,
        options=InstantOptions,
        capabilities=("mask", "tiles"),
        summary="Any style at once: features are given the style's mean and spread (Huang & Belongie 2017).",
    )
    register(
        "attention",
        "gancraft_adain.methods:AttentionStyle",
        interface=InstantStyle,
        options=AttentionOptions,
        capabilities=("mask", "tiles"),
        summary="Any style at once: each place looks up what the style paints on the like of it (Liu et al. 2021).",
    )
