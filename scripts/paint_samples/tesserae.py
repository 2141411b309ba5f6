"""Setting tiles: rows that follow the outlines of each region, then fillers, then the light on tilted glass.

Rows along the level lines of the distance to an outline are the mosaicist's andamento (opus vermiculatum);
for tiles as a computed thing see A. Hausner, "Simulating Decorative Mosaics" (SIGGRAPH 2001), which orients
Voronoi cells by the same distance field. Walking the level lines keeps the rows themselves unbroken.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import polygon
from skimage.measure import find_contours

from .noise import Array, Shape, fbm

Labels = NDArray[np.int32]


@dataclass
class Wall:
    """Tiles set so far: their label map, and where mortar or tile leaves no room."""

    shape: Shape
    rng: np.random.Generator
    labels: Labels = field(init=False)
    taken: NDArray[np.bool_] = field(init=False)
    centres: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0)])

    def __post_init__(self) -> None:
        self.labels = np.zeros(self.shape, np.int32)
        self.taken = np.zeros(self.shape, bool)

    def rows(self, mask: NDArray[np.bool_], size: float, stretch: float = 1.15) -> None:
        """Fill a region with rows parallel to its outline, the outermost first."""
        pad = 2
        where = ndimage.find_objects(mask.astype(np.uint8))
        if not where or where[0] is None:
            return
        y0, x0 = where[0][0].start, where[0][1].start
        local = np.pad(mask[where[0]], pad)
        depth = ndimage.gaussian_filter(ndimage.distance_transform_edt(local), size * 0.12)
        level = size * 0.5
        while level < depth.max():
            for line in find_contours(depth, level):
                if len(line) > size * 0.6:
                    self._row(line + (y0 - pad, x0 - pad), size, stretch, mask)
            level += size * self.rng.uniform(0.97, 1.05)

    def _row(self, line: NDArray, size: float, stretch: float, mask: NDArray[np.bool_]) -> None:
        """Cut one level line into tiles of uneven length, wedge-shaped where the row bends."""
        seg = np.hypot(*np.diff(line, axis=0).T)
        arc = np.concatenate([[0], np.cumsum(seg)])
        closed = np.allclose(line[0], line[-1])
        smooth = ndimage.gaussian_filter1d(line, size * 0.35, axis=0, mode="wrap" if closed else "nearest")
        tangent = np.gradient(smooth, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
        cuts = [0.0]
        while cuts[-1] < arc[-1]:
            cuts.append(cuts[-1] + size * stretch * self.rng.uniform(0.72, 1.3))
        cuts = np.array(cuts) * (arc[-1] / cuts[-1])
        at = np.stack([np.interp(cuts, arc, smooth[:, k]) for k in (0, 1)], 1)
        along = np.stack([np.interp(cuts, arc, tangent[:, k]) for k in (0, 1)], 1)
        normal = np.stack([along[:, 1], -along[:, 0]], 1) * size * 0.5
        for k in range(len(cuts) - 1):
            quad = np.array(
                [at[k] + normal[k], at[k + 1] + normal[k + 1], at[k + 1] - normal[k + 1], at[k] - normal[k]]
            )
            self.tile(quad + self.rng.normal(0, size * 0.035, quad.shape), size, mask)

    def tile(self, quad: NDArray, size: float, mask: NDArray[np.bool_] | None = None) -> None:
        """Set one tile unless its place is mostly taken; nip off what would overlap a neighbour."""
        rr, cc = polygon(quad[:, 0], quad[:, 1], self.shape)
        if len(rr) < 6:
            return
        free = ~self.taken[rr, cc]
        if mask is not None:
            free &= mask[rr, cc]
        if free.sum() < 0.5 * len(rr):
            return
        middle = quad.mean(0)
        inner = middle + (quad - middle) * (1 - 0.17 * self.rng.uniform(0.7, 1.35))
        ir, ic = polygon(inner[:, 0], inner[:, 1], self.shape)
        ok = ~self.taken[ir, ic]
        self.labels[ir[ok], ic[ok]] = len(self.centres)
        self.taken[rr, cc] = True
        self.centres.append((float(middle[0]), float(middle[1])))

    def fillers(self, size: float) -> None:
        """Cut odd pieces for the gaps the rows left."""
        gap = size * 0.1
        room = ndimage.distance_transform_edt(~self.taken)
        free = room > gap
        seeds = np.zeros(self.shape, bool)
        step = size * 0.95
        n = (int(self.shape[0] / step), int(self.shape[1] / step))
        for ys, xs in np.ndindex(n):
            y, x = (np.array([ys, xs]) + self.rng.random(2)) * step
            seeds[int(y) % self.shape[0], int(x) % self.shape[1]] = True
        seeds &= free
        groups, count = ndimage.label(free)
        # A gap too small to have caught a seed gets one at its deepest point.
        seeded = np.unique(groups[seeds])
        peaks = ndimage.maximum_position(room, groups, np.arange(1, count + 1)) if count else []
        for k, peak in enumerate(peaks, 1):
            if k not in seeded and room[peak] > size * 0.16:
                seeds[peak] = True
        index = np.argwhere(seeds)
        if not len(index):
            return
        ids = np.zeros(self.shape, np.int32)
        ids[seeds] = np.arange(len(index)) + len(self.centres)
        _, (ny, nx) = ndimage.distance_transform_edt(~seeds, return_indices=True)
        cell = ids[ny, nx]
        rim = ndimage.maximum_filter(cell, 3) != ndimage.minimum_filter(cell, 3)
        apart = ndimage.distance_transform_edt(~rim) > gap
        self.labels[free & apart] = cell[free & apart]
        self.centres.extend((float(y), float(x)) for y, x in index)

    def render(self, colours: Array, mortar: Array, *, size: float, metal: NDArray | None = None) -> Array:
        """Colour by label; every tile is tilted its own way, bevelled, streaked, and set in rough mortar."""
        rng, labels = self.rng, self.labels
        n = len(self.centres)
        centres = np.array(self.centres, np.float32)
        y, x = np.mgrid[0 : self.shape[0], 0 : self.shape[1]].astype(np.float32)
        tilt = rng.normal(0, 1, (n, 2)).astype(np.float32)
        dy, dx = (y - centres[labels, 0]) / size, (x - centres[labels, 1]) / size
        plane = tilt[labels, 0] * dy + tilt[labels, 1] * dx
        flash = np.clip(tilt @ np.array([-0.7, -0.7], np.float32) - 0.9, 0, 2.0)  # few face the light
        shine = np.ones(n, np.float32) if metal is None else np.where(metal, 2.2, 1.0).astype(np.float32)
        inside = ndimage.distance_transform_edt(labels > 0)
        height = np.minimum(inside, size * 0.16) + 0.12 * size * fbm(self.shape, rng, size * 0.5, 3) * 0.18
        gy, gx = np.gradient(ndimage.gaussian_filter(height, 0.7))
        bevel = np.clip((gx * 0.6 + gy * 0.8) * 0.3, -0.3, 0.32)
        streak = 0.05 * fbm(self.shape, rng, (size * 0.35, size * 0.9), 3)
        body = colours[labels] * (1 + 0.1 * plane + streak + 0.06 * tilt[labels, 0])[..., None]
        body = body + (0.10 * shine[labels] * flash[labels])[..., None] * np.array([1.0, 0.97, 0.86], np.float32)
        rough = mortar * (1 + 0.16 * fbm(self.shape, rng, 3, 2) + 0.1 * fbm(self.shape, rng, 40, 2))[..., None]
        near = np.clip(inside / 1.6, 0, 1)[..., None]
        shadow = ndimage.shift((labels > 0).astype(np.float32), (size * 0.07, size * 0.06), order=1)
        rough = rough * (1 - 0.35 * shadow)[..., None]
        return np.clip((rough * (1 - near) + body * near) * (1 + bevel)[..., None], 0, 1)
