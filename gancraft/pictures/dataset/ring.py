"""Eight Gaussians on a circle: the classic test of whether a generator finds every mode (Metz et al. 2017, section 3.1)."""

from __future__ import annotations

import math

import numpy as np

from gancraft.pictures.dataset.picture_set import PictureSet, digests, fingerprint

_POINTS, _MODES, _DEVIATION, _SEED = 8192, 8, 0.05, 0


def ring_set(source: str, labels: bool) -> PictureSet:
    """8,192 points, x_NCHW float32 N x 2 x 1 x 1, of standard deviation 0.05 about 8 centres at distance 1."""
    random = np.random.default_rng(_SEED)
    modes_N = random.integers(_MODES, size=_POINTS)
    angles_N = 2 * math.pi * modes_N / _MODES
    centres_N2 = np.stack([np.cos(angles_N), np.sin(angles_N)], axis=1)
    points_N2 = centres_N2 + _DEVIATION * random.standard_normal((_POINTS, 2))
    x_NCHW = points_N2.astype(np.float32).reshape(_POINTS, 2, 1, 1)
    labels_N = modes_N.astype(np.int64) if labels else None
    return PictureSet(
        x_NCHW=x_NCHW,
        labels_N=labels_N,
        classes=tuple(f"{360 * mode // _MODES}°" for mode in range(_MODES)) if labels else (),
        names=tuple(f"ring {number}" for number in range(_POINTS)),
        source=source,
        fingerprint=fingerprint(x_NCHW, labels_N, digests(x_NCHW)),
        notes=(),
    )
