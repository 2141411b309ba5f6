"""A trained style network for other programs: an ONNX file.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from gancraft.latent.export import Exported, check_installed, written
from gancraft.latent.export_graph import PICTURES, as_onnx
from gancraft.models import BatchRandom
from gancraft.models.painters import StyleModel

PHOTOS = "photos"
LEAST, MOST = 16, 1 << 14  # pixels of a side
_TRIED = ((1, 64, 96), (2, 80, 48))  # pictures, height and width


class Repainting(nn.Module):
    """What is exported."""

    def __init__(self, model: StyleModel, half: bool):
        """half: compute in float16; photos and pictures stay float32."""
        super().__init__()
        self.dtype = torch.float16 if half else torch.float32
        self.network = copy.deepcopy(model.network).cpu().eval().to(self.dtype)

    def forward(self, photos: Tensor) -> Tensor:
        """Pictures of the photos' size, both NCHW float32 in [0, 1]."""
        made_NCHW = self.network((photos * 2 - 1).to(self.dtype))
        return (made_NCHW.float() / 2 + 0.5).clamp(0, 1)


def export_painter(
    model: StyleModel, path: Path, *, batch: int = 0, half: bool = False, opset: int | None = None
) -> Exported:
    """Write the network as an ONNX file that paints photos of any size: `photos` to `pictures`, NCHW float32 in [0, 1].

    batch: photos at a time; 0: any number. half: weights in float16. With onnxruntime the pictures are compared, before
    anything is written. Raises UsageError and GancraftError as `export_onnx` does.
    """
    check_installed()
    graph, stride = Repainting(model, half), model.stride
    tried = [_example(batch or n, -(-h // stride) * stride, -(-w // stride) * stride) for n, h, w in _TRIED]
    sides = {
        axis: stride * torch.export.Dim(name, min=-(-LEAST // stride), max=MOST // stride)
        for axis, name in ((2, "rows"), (3, "columns"))
    }
    pictures = {} if batch else {0: torch.export.Dim("pictures", min=1, max=1 << 20)}
    made = as_onnx(graph, tried[1], {PHOTOS: {**pictures, **sides}}, opset)
    sizes = "H x W" if stride == 1 else f"H x W, both multiples of {stride}"
    rows = str(batch) if batch else "N"
    meanings = {
        PHOTOS: f"{rows} x 3 x {sizes}, float32 in [0, 1], RGB: what is to be painted",
        PICTURES: f"{rows} x 3 x H x W float32 in [0, 1], RGB: the same, painted",
    }
    return written(path, made, graph, tried, (model.info, model.fingerprint), meanings, half)


def _example(n: int, height: int, width: int) -> dict[str, Tensor]:
    """Photos by name, of random numbers that are always the same."""
    random = BatchRandom("cpu", torch.Generator().manual_seed(n))
    return {PHOTOS: random.uniform(n, 3, height, width)}
