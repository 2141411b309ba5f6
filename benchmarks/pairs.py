"""The pairs of content and style that defaults are judged by: a portrait, an animal, a still life, a landscape, a building
and a flower, against brushwork, a night sky, flat geometry, mosaic, dots and watercolour."""

from __future__ import annotations

import numpy as np

from gancraft.pictures import Picture, open_sample

# (content, style); `sklearn:` photos come with scikit-learn (extra `bench`).
PAIRS = (
    ("astronaut", "brush"),
    ("cat", "swirl"),
    ("coffee", "pointillist"),
    ("rocket", "watercolour"),
    ("sklearn:china", "geometry"),
    ("sklearn:flower", "mosaic"),
    ("astronaut", "geometry"),
    ("sklearn:china", "brush"),
)


def content(name: str) -> Picture:
    """A sample, or one of scikit-learn's photos."""
    if not name.startswith("sklearn:"):
        return open_sample(name)
    from sklearn.datasets import load_sample_image

    rgb_HWC = load_sample_image(name.removeprefix("sklearn:") + ".jpg").astype(np.float32) / 255
    return Picture(rgb_HWC=rgb_HWC, alpha_HW=None, name=name, sha256="", sample=None)
