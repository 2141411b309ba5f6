"""Painting with brush strokes (Hertzmann, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes", SIGGRAPH 1998).
This module is light: gancraft loads it to list its settings. What paints is in `method.py`."""

from gancraft import Options, StyleMethod, hookimpl, option


class StrokeOptions(Options):
    """Settings of the painter. Sizes go by the picture's, so that a larger one looks the same."""

    strength: float = option(
        0.6, "How far the photo's colours go towards those of the style picture.", ge=0, le=1, basic=True
    )
    brush: float = option(
        3.5, "Radius of the largest brush, in percent of the picture's longer side.", ge=0.2, le=20, basic=True
    )
    layers: int = option(
        4, "Layers of paint, each with a brush half as large as the one before.", ge=1, le=8, basic=True
    )
    tolerance: float = option(
        0.09,
        "Colour difference that is left as it is; 1 is that of black and white. Lower paints more detail.",
        ge=0,
        le=1,
    )
    length: float = option(7.0, "Longest stroke, in radii of its brush.", ge=1, le=40)
    curvature: float = option(
        0.8, "How readily strokes bend along what is in the picture: 0 keeps them straight.", ge=0, le=1, basic=True
    )
    opacity: float = option(0.95, "How much of what is below a stroke covers.", ge=0.05, le=1)
    jitter: float = option(0.25, "How much the colours of strokes stray.", ge=0, le=1)
    relief: float = option(0.2, "How strongly a light from above the left shows the bristles in the paint.", ge=0, le=1)


@hookimpl
def register_style_methods(register):  # type: ignore[no-untyped-def]
    register(
        "strokes",
        "gancraft_strokes.method:StrokePainter",
        interface=StyleMethod,
        options=StrokeOptions,
        summary="Brush strokes from large to small in the style's colours, without a network (Hertzmann 1998).",
    )
