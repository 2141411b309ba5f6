"""A picture in memory.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from PIL import Image


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels and where they came from.

    rgb_HWC: float32, sRGB in [0, 1]. alpha_HW: float32 in [0, 1], 1 = opaque; None where all of it is.
    Colours aren't premultiplied. name: the file's name without its folder. sha256: of the file's bytes,
    hexadecimal; "" for a picture that never was a file. sample: its name if it is a bundled one.
    """

    rgb_HWC: np.ndarray
    alpha_HW: np.ndarray | None = None
    name: str = "picture"
    sha256: str = ""
    sample: str | None = None

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.rgb_HWC.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.rgb_HWC.shape[0])

    def resized(self, width: int, height: int, box: tuple[float, float, float, float] | None = None) -> Picture:
        """At another size (Lanczos, antialiased, in float; the same on every run).

        width, height: in pixels. box: the part to keep, (left, top, right, bottom) in pixels, which may be fractions; without
        it all.
        """
        whole = (0, 0, self.width, self.height)
        if (width, height) == (self.width, self.height) and (box is None or tuple(box) == whole):
            return self
        rgb_HWC = np.stack([_resized(self.rgb_HWC[..., c], width, height, box) for c in range(3)], axis=-1)
        alpha_HW = None if self.alpha_HW is None else _resized(self.alpha_HW, width, height, box)
        return dataclasses.replace(self, rgb_HWC=rgb_HWC, alpha_HW=alpha_HW)


def _resized(x_HW: np.ndarray, width: int, height: int, box: tuple[float, float, float, float] | None) -> np.ndarray:
    channel = Image.fromarray(np.ascontiguousarray(x_HW, dtype=np.float32))
    # Lanczos overshoots beside hard edges.
    return np.clip(np.asarray(channel.resize((width, height), Image.Resampling.LANCZOS, box)), 0, 1)
