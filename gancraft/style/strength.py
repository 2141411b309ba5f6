"""One weight that people understand: how far a picture goes from its content to the style."""

from __future__ import annotations

MIDDLE = 0.06  # content weight at strength 0.5, found by looking (docs/style-guide.md)
STEEP = 100.0  # factor of the content weight over half the path


def content_weight(strength: float) -> float:
    """Weight of the relative content loss against a relative style loss of weight 1.

    strength: 0 barely touches the picture, 0.5 paints it, 1 drops the content and leaves only what the start had of it.
    Geometric in between, since equal ratios look like equal steps.
    """
    if strength >= 1:
        return 0.0
    return MIDDLE * STEEP ** (1 - 2 * strength)
