"""Training crops: from the archive of tiles to augmented batches, on the device that trains."""

from __future__ import annotations

import io
import json
import math
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

CROP = 160


def load_tiles(archive: Path, device: torch.device) -> tuple[Tensor, Tensor, list[dict]]:
    """(large_N3HW of 512 px, cells_N3HW of 256 px) as bytes, and what `pack.py` says of the sources."""
    with zipfile.ZipFile(archive) as packed:
        blobs = [(name, packed.read(name)) for name in packed.namelist() if name.endswith(".webp")]
        data = json.loads(packed.read("sources.json"))["data"]

    def decode(blob: bytes) -> Tensor:
        return torch.from_numpy(np.array(Image.open(io.BytesIO(blob)).convert("RGB"))).permute(2, 0, 1)

    with ThreadPoolExecutor() as pool:
        tiles = list(pool.map(decode, [blob for _, blob in blobs]))
    large = torch.stack([t for t, (name, _) in zip(tiles, blobs, strict=True) if name.startswith("large")])
    mosaics = torch.stack([t for t, (name, _) in zip(tiles, blobs, strict=True) if name.startswith("cells")])
    cells = torch.cat([mosaics[:, :, y : y + 256, x : x + 256] for y in (0, 256) for x in (0, 256)])
    return large.to(device), cells.to(device), data


def between(low: float, high: float, shape: tuple[int, ...], device: torch.device) -> Tensor:
    return torch.empty(shape, device=device).uniform_(low, high)


def sample(pictures_NCHW: Tensor, zoom: tuple[float, float]) -> Tensor:
    """Turned, flipped and stretched crops of CROP px that show a `zoom` part of each picture's side."""
    count, device = len(pictures_NCHW), pictures_NCHW.device
    scale = torch.exp(between(math.log(zoom[0]), math.log(zoom[1]), (count,), device))
    stretch = torch.exp(between(-0.15, 0.15, (count,), device))
    angle = between(-0.3, 0.3, (count,), device)
    flip = torch.randint(0, 2, (count,), device=device) * 2.0 - 1
    wide, high = scale * stretch, scale / stretch
    cos, sin = angle.cos(), angle.sin()
    room = (1 - torch.maximum(wide, high)).clamp(min=0)
    shift = between(-1, 1, (count, 2), device) * room[:, None]
    row0 = torch.stack([flip * wide * cos, -high * sin, shift[:, 0]], 1)
    row1 = torch.stack([flip * wide * sin, high * cos, shift[:, 1]], 1)
    grid = F.affine_grid(torch.stack([row0, row1], 1), [count, 3, CROP, CROP], align_corners=False)
    return F.grid_sample(pictures_NCHW, grid, padding_mode="reflection", align_corners=False)


def recolour(x_NCHW: Tensor) -> Tensor:
    """Random colour mixing, contrast, brightness, gamma; some grey, permuted or inverted."""
    count, device = len(x_NCHW), x_NCHW.device

    def chance(part: float) -> Tensor:
        return (torch.rand(count, 1, 1, device=device) < part).float()

    mix = torch.eye(3, device=device) + 0.12 * torch.randn(count, 3, 3, device=device)
    mix = mix / mix.sum(2, keepdim=True).clamp(min=0.3)
    permuted = torch.eye(3, device=device)[torch.rand(count, 3, device=device).argsort(1)]
    swap = chance(0.12)
    mix = swap * permuted + (1 - swap) * mix
    grey = chance(0.06)
    mix = grey * torch.full((3, 3), 1 / 3, device=device) + (1 - grey) * mix
    x = torch.einsum("nij,njhw->nihw", mix, x_NCHW)
    each = (count, 1, 1, 1)
    contrast = torch.exp(between(-0.5, 0.5, each, device))
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * contrast + mean + between(-0.15, 0.15, each, device)
    x = x.clamp(0, 1) ** torch.exp(between(-0.4, 0.4, each, device))
    inverted = chance(0.03)[..., None]
    return inverted * (1 - x) + (1 - inverted) * x


def blend(x_NCHW: Tensor, part: float = 0.25) -> Tensor:
    """Some of the pictures with another laid over them through a smooth random mask."""
    count = int(len(x_NCHW) * part)
    mask = F.interpolate(torch.randn(count, 1, 5, 5, device=x_NCHW.device), CROP, mode="bicubic")
    mask = torch.sigmoid(4 * mask)
    mixed = mask * x_NCHW[:count] + (1 - mask) * x_NCHW[count : 2 * count]
    return torch.cat([mixed, x_NCHW[count:]])


def batch(large: Tensor, halved: Tensor, cells: Tensor, size: int) -> Tensor:
    """`size` augmented crops_NCHW in [0, 1]; `halved` is `large` at half its size, for far zooms."""
    near, far = size // 6, size // 5
    parts = []
    for source, count, zoom in (
        (large, near, (0.28, 0.6)),
        (halved, far, (0.55, 0.98)),
        (cells, size - near - far, (0.45, 1.2)),
    ):
        chosen = source[torch.randint(0, len(source), (count,), device=source.device)]
        parts.append(sample(chosen.float().div_(255), zoom))
    x_NCHW = torch.cat(parts)
    x_NCHW = x_NCHW[torch.randperm(size, device=x_NCHW.device)]
    return blend(recolour(x_NCHW)).clamp(0, 1)
